"""The report: tables, figures and one self-contained page. Only this folder draws or fills templates."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
