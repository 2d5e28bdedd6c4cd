"""Score a shop's order history: best values, beliefs after it, and how well it foretells."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
