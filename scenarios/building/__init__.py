"""From what is written to values: fields after their annotations, and values put at paths of a scenario."""
