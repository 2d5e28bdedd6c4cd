"""Known export formats, one small declarative table each: `profiles/NAME.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scenarios.errors import InputError, nearest

FOLDER = Path(__file__).resolve().parent / "profiles"
ROWS = ("order", "line", "payment")
AMOUNTS = ("order", "line", "unit")
TREATMENTS = ("sale", "not paid", "cancelled", "refunded")
"""What a state may be; a word that no vocabulary has is "unknown"."""


@dataclass(frozen=True)
class Profile:
    """What is known of one export format.

    name: of the file without .toml, as `--profile` takes it. title: platform and export for people.
    recognised_by: sets of headers; a file that has all headers of one set is this export. row_is: what one row is,
    "order", "line" or "payment". amount_is: what the amount of a row stands for: the "order" (on its first row only,
    or repeated on each), the "line", or one "unit" of it (to be multiplied by the quantity).
    columns: kind of value to the headers that may hold it, the preferred one first. states: words, as `fold_state`
    gives them, to "sale", "not paid", "cancelled" or "refunded". time_zone: what its stamps are in, for people.
    notes: what else a reader of its orders must know, one line each.
    """

    name: str
    title: str
    recognised_by: tuple[frozenset[str], ...]
    row_is: str
    amount_is: str
    columns: Mapping[str, tuple[str, ...]]
    states: Mapping[str, str]
    time_zone: str = ""
    notes: tuple[str, ...] = ()


SIMPLIFIED = """
    買买 賣卖 會会 員员 編编 號号 訂订 單单 額额 時时 間间 實实 際际 總总 價价 顧顾 戶户 帳帐 狀状 態态 關关 閉闭
    貨货 數数 優优 電电 話话 機机 郵邮 運运 費费 發发 結结 購购 稱称 類类 應应 確确 認认 簽签 處处 標标 識识 訊讯
    幣币 種种 產产 項项 廠厂 門门 櫃柜 聯联 絡络 資资 備备 註注 規规 樣样 滿满 減减 點点 積积 從从 準准 進进 裡里
    環环 節节 歸归 屬属 暱昵 账帐
"""
WRITTEN = str.maketrans({pair[0]: pair[1] for pair in SIMPLIFIED.split()})
"""Traditional characters of headers and states, to the simplified ones in which vocabularies are written."""


ACCENTS = str.maketrans("áàâäãåçéèêëíìîïñóòôöõúùûü", "aaaaaaceeeeiiiinooooouuuu")


def fold(name: str) -> str:
    """A header as names are compared: without spaces, marks, brackets, accents and case; Chinese simplified."""
    plain = re.sub(r"[\s_\-\ufeff.#'\u2019°º]|[(\uff08].*?[)\uff09]", "", name)
    return plain.casefold().translate(WRITTEN).translate(ACCENTS)


def fold_state(word: str) -> str:
    """A state as words are compared: full-width forms made plain, without spaces, _, -, brackets and case."""
    return re.sub(r"[\s_\-\ufeff()]", "", unicodedata.normalize("NFKC", word)).casefold().translate(WRITTEN)


def profile_names() -> tuple[str, ...]:
    """The names of all profiles, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def profile_of(name: str) -> Profile:
    """The profile of that name, in any case; InputError where there is none."""
    name = name.strip().lower()
    if name not in profile_names():
        raise InputError(place="--profile", expected=nearest(name, profile_names()), got=repr(name))
    data: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    states = {fold_state(word): treatment for treatment, words in data.get("states", {}).items() for word in words}
    return Profile(
        name=name,
        title=data["title"],
        recognised_by=tuple(frozenset(map(fold, names)) for names in data["recognised_by"]),
        row_is=data["row_is"],
        amount_is=data["amount_is"],
        columns={kind: tuple(names) for kind, names in data["columns"].items()},
        states=states,
        time_zone=data.get("time_zone", ""),
        notes=tuple(data.get("notes", ())),
    )


def lacking_headers(profile: Profile, header: Iterable[str]) -> list[str]:
    """Headers by which the profile is recognised that a file lacks, as they are compared; none where it fits."""
    names = frozenset(map(fold, header))
    return min((sorted(wanted - names) for wanted in profile.recognised_by), key=len)


@cache
def known_headers() -> frozenset[str]:
    """The headers of all profiles, folded."""
    profiles = map(profile_of, profile_names())
    return frozenset(fold(name) for profile in profiles for names in profile.columns.values() for name in names)


def profile_for(header: Iterable[str], name: str | None, file: str) -> Profile | None:
    """The profile of that name, or the one that the header shows; None where it shows none.

    Raises InputError where no column of the named one is in the header.
    """
    names = list(header)
    if name is None:
        return recognise(names)
    profile = profile_of(name)
    wanted = [column for columns in profile.columns.values() for column in columns]
    if not {fold(column) for column in wanted} & set(map(fold, names)):
        expected = f"columns of {profile.title}, such as {', '.join(wanted[:5])}"
        raise InputError(place=f"{file}: --profile {name}", expected=expected, got=", ".join(names[:6])[:80])
    return profile


def recognise(header: Iterable[str]) -> Profile | None:
    """The profile whose headers a file has; the one with most of them, where several fit, None where none does."""
    names = frozenset(map(fold, header))
    fitting = [
        (max(len(wanted) for wanted in profile.recognised_by if wanted <= names), profile)
        for profile in map(profile_of, profile_names())
        if any(wanted <= names for wanted in profile.recognised_by)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
