"""How strategies and mechanisms that are written in Python take part in a run."""
