"""The scenario format: reads and validates TOML files, and turns them into questions, markets and sweep plans."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
