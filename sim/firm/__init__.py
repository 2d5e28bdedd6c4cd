"""What the firm does: SimPy processes that wake, read the View, and put down actions or work off what came in."""
