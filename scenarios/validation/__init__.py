"""Cross-field validation: names that must exist, and values that must agree with one another."""
