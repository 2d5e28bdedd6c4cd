"""The command `rehearse check`: its steps, its result, and the result as text, Markdown, JUnit XML and JSON."""
