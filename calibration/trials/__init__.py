"""Randomised evidence: trials that a shop has made, what the law says of their arms, and what they teach of it."""
