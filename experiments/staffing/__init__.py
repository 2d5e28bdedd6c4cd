"""How many people a desk needs: closed forms of queueing, and the desk simulated."""
