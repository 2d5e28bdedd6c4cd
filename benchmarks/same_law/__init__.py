"""One simple law, simulated by `rehearse` and by its peers: `law.py` says it, each other module simulates it in full."""
