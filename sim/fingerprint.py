"""The model fingerprint: one name for everything that can change a run's ledger on this machine.

numba's own cache looks only at the file of the outermost function, so after an edit of `sim/law` a cached day would
go on living by the old law. The compiler's cache folder is therefore named by the fingerprint.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

COMPILERS = ("numba", "llvmlite", "numpy", "scipy", "holidays")


@cache
def model_fingerprint() -> str:
    """16 hexadecimal digits from `sim/**/*.py` and the versions of what compiles it or tells its dates."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    for package in COMPILERS:
        digest.update(f"{package}={version(package)}".encode())
    digest.update(f"python={sys.version_info[:2]} machine={platform.machine()}".encode())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Where machine code for this fingerprint is kept; made if need be.

    `REHEARSE_CACHE` or the user's cache folder; where neither can be written, a temporary one, said once.
    """
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    base = Path(os.environ.get("REHEARSE_CACHE") or home / "rehearse")
    folder = base / "machine-code" / model_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        temporary = Path(tempfile.gettempdir()) / f"rehearse-{os.getuid()}" / model_fingerprint()
        temporary.mkdir(parents=True, exist_ok=True)
        print(f"rehearse: {base} cannot be written; machine code is kept in {temporary}", file=sys.stderr)
        return temporary


def is_compiled() -> bool:
    """Whether the day has been compiled for this fingerprint, so that the next run starts at once."""
    return any(cache_folder().rglob("day.live*.nbc"))


def name_compiler_cache() -> None:
    """Point numba at the fingerprint's folder; must run before anything compiles."""
    folder = str(cache_folder())
    os.environ["NUMBA_CACHE_DIR"] = folder
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = folder
