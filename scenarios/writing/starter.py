"""A commented starter: the library's questions and a plan as files of a new project."""

from __future__ import annotations

from pathlib import Path

from scenarios.errors import InputError
from scenarios.reading.references import library_file
from scenarios.toml.atomic_write import write_whole

STARTER = {
    "shop.toml": "shop",
    "cadence.toml": "campaign_rhythm",
    "discount.toml": "discount_format",
    "desk.toml": "desk_size",
    "sweep.toml": "what_decides",
}
IGNORED = "fitted/\nout/\n"


def new(directory: str | Path) -> list[Path]:
    """Write the starter into a folder, which is made where it is missing; returns the files.

    Raises InputError, and writes nothing, where one of the files already exists.
    """
    folder = Path(directory)
    texts = {name: _starter(stem) for name, stem in STARTER.items()} | {".gitignore": IGNORED}
    for name in texts:
        if (folder / name).exists():
            raise InputError("the file exists already", place=str(folder / name), expected="a folder without it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(folder / name, text)
    except OSError as error:
        problem = f"the folder cannot be written ({error.strerror})"
        raise InputError(problem, place=str(folder), expected="a folder that can be written") from None
    return [folder / name for name in texts]


def _starter(stem: str) -> str:
    text = library_file(stem).read_text(encoding="utf-8")
    text = text.replace('scenario = "library:campaign_rhythm"', 'scenario = "cadence.toml"')
    return text.replace('extends  = "library:shop"', 'extends  = "shop.toml"')
