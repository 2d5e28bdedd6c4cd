"""Plan the runs of a question, execute them, and hold their results as tables and files."""
