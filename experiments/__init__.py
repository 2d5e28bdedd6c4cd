"""Ask questions of simulated markets: plan runs, do them, keep them, compare them, report.

Nothing heavy is imported before a name is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
