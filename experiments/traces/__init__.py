"""Timelines of single people under each arm of a question, and where and why they diverge."""
