"""Judge the arms of a question: the plan, the replications it takes, intervals, constraints and the verdict."""
