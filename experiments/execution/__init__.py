"""Runs tasks on one core, on many or on a cluster, and stores finished runs."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
