"""TOML files as trees: each value with its file, line and path; merging of trees, and text for writing."""
