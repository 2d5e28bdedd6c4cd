"""Answer a question from its file to its report: load, plan, execute, judge, write."""
