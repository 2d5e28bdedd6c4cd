"""The scenario format: files in, resolved questions out; the only place where a file is judged."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
