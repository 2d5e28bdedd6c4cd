"""Fit a market on a shop's orders: best values, posterior, and how well the fit forecasts held-out weeks."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
