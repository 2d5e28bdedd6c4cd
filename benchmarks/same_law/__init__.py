"""One simple law, stated in `law.py` and simulated by `rehearse` and by its peers, each in a module."""
