"""Questions: their arms, beliefs and draws, and how a user changes them in Python."""
