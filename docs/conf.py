"""How Sphinx builds the site from these pages: `make docs`."""

project = "rehearse"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
"""Headings have the anchors that they have on GitHub, so that a link works in both places."""
html_theme = "furo"
html_title = "rehearse"
html_show_sphinx = False
html_copy_source = False
html_css_files = ["site.css"]
html_static_path = ["site"]
nitpicky = True
