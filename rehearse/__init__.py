"""Try a customer strategy before running it: ask questions of simulated markets from Python."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
