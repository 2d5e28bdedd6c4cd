"""The command `rehearse check`: its steps, its result, and the result as text, Markdown, JUnit XML and JSON."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
