"""Written from scenarios: market files, resolved scenarios, keys of runs, explanations, JSON Schema, a starter."""
