"""Who is a customer: ids of orders and of people that can be trusted, and those that cannot."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.orders.cells import blank_in, form_of, text_of

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

NOBODY = frozenset(
    re.sub(r"[ _-]", "", word)
    for word in (
        *("none", "null", "nil", "nan", "n/a", "na", "#n/a", "undefined", "guest", "guests", "guest user"),
        *("guest customer", "guest checkout", "visitor", "anonymous", "anonymous user", "anonymous customer"),
        *("anon", "unknown", "unknown customer", "unregistered", "not registered", "no customer", "no name"),
        *("noname", "no email", "walk-in", "walk in", "walk-in customer", "walkin customer", "cash"),
        *("cash customer", "cash sale", "default", "default customer", "general customer", "retail customer"),
        *("one-time customer", "pos", "test", "blank", "empty", "missing", "deleted", "deleted user"),
        *("deleted customer", "xxx", "xxxx", "false", "匿名", "匿名用户", "匿名买家", "匿名客户", "匿名会员"),
        *("匿名顾客", "游客", "散客", "访客", "过客", "未知", "未知用户", "未知客户", "无", "空", "暂无", "未登录"),
        *("未注册", "非会员", "非会员顾客", "零售", "零售客户", "普通顾客", "普通客户", "临时客户", "默认"),
        *("默认客户", "门店散客", "线下散客", "现金客户", "已注销", "账号已注销", "用户已注销", "测试", "gast"),
        *("invité", "invitado", "ゲスト", "barverkauf", "barkunde", "laufkunde", "laufkundschaft", "diverse kunden"),
        *("client de passage", "client comptoir", "client divers", "client anonyme", "vente comptoir"),
        *("consumidor final", "cliente ocasional", "cliente contado", "cliente generico", "cliente genérico"),
        *("público en general", "publico en general", "venta mostrador", "cliente mostrador", "non registrato"),
    )
)
"""Folded ids that stand for nobody."""
NO_NUMBER = r"0+|-\d+"
PUNCTUATION = r"[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e—–…·。？]*"
NOBODY_EMAIL = (
    r"^(?:no-?reply|none|na|n/a|guest|anonymous|unknown|noemail|no-?email|null|walk-?in|test)@"
    r"|@(?:example\.invalid|none\.)"
)
MASKED = r"[*●•]|#{3,}|(?i:x{4,}\d)"
PHONE = r"^(?:\+|00)?(?:86)?[ -]?1[3-9]\d[ -]?\d{4}[ -]?\d{4}$"
ADDRESS = r"^(?:mailto:|.*<)([^<>\s]+@[^<>\s]+?)>?$"
"""An address with a name before it."""
FEWEST_DIGITS = 9
MARKED = r"^(?!\d+\.\d+$|\d+(?:\.\d+){3}$)(?=(?:\D*\d){9,15}\D*$)\(?\+?\d[\d ().-]+$"
"""Phone numbers of nine to fifteen digits with marks between them; no decimal numbers, and no addresses of machines."""
SCIENTIFIC = r"^[+-]?\d(?:[.,]\d+)?[eE]\+?\d{1,2}$"
CUT = r"^\d{15}0+$"
"""Numbers of more than 15 digits lose what follows the fifteenth in a spreadsheet."""
FEW_CUT = 0.5
MOST_DAMAGED = 0.5
"""Share of rows with masked or damaged ids from which the column is no column of customers."""
SHARE, TIMES, FEWEST_ORDERS, FEWEST_IDS = 0.05, 5.0, 20, 20
"""One id with that share of the rows, that many times the next one and that many rows is no customer."""


@dataclass(frozen=True)
class Trouble:
    """Rows whose id cannot be trusted, by row, and why. damaged: what the id was has been lost."""

    rows: Bools
    reason: str
    damaged: bool = False


@dataclass(frozen=True)
class Identities:
    """Ids of rows: code of each row (-1 where it cannot be trusted), the id of each code, troubles and notes."""

    codes: Ints
    names: npt.NDArray[np.object_]
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]

    @property
    def known(self) -> float:
        """Share of rows whose id can be trusted."""
        return float(np.mean(self.codes >= 0)) if self.codes.size else 0.0

    @property
    def damaged(self) -> float:
        """Share of rows whose id was lost by masking or by a spreadsheet."""
        rows = [trouble.rows for trouble in self.troubles if trouble.damaged]
        return float(np.mean(np.any(rows, axis=0))) if rows else 0.0


def read_customers(cells: pd.Series) -> Identities:
    """The customers that a column of ids names; one id in several writings is one customer."""
    import pandas as pd

    row_codes, raw = pd.factorize(cells, use_na_sentinel=False)
    written, notes = text_of(pd.Series(raw)), []
    codes, first = pd.factorize(folded_ids(written))
    names = written.to_numpy(dtype=object)[np.unique(codes, return_index=True)[1]] if len(codes) else np.array([])
    if len(first) < len(written):
        notes += [f"{len(written) - len(first)} customer ids differ from another only in their writing and were folded"]
    ids = pd.Series(first, dtype=object).astype(str)
    troubles, untrusted = [], _untrusted(ids)
    for bad, reason, damaged in untrusted:
        rows = bad[codes][row_codes]
        if rows.any():
            # Reasons are written to files: of what may be a person's number or address, only the form.
            cell = str(names[np.flatnonzero(bad)[0]])[:20]
            cell = form_of(cell) if damaged or "@" in cell else repr(cell)
            troubles.append(Trouble(rows, reason.format(shown=cell), damaged))
    bad_ids = np.any([bad for bad, _, _ in untrusted], axis=0) if len(ids) else np.zeros(0, dtype=bool)
    result = np.where(bad_ids[codes], -1, codes)[row_codes]
    crowd = _crowd(result, len(ids))
    if crowd is not None:
        rows = result == crowd
        reason = f"one customer id with {np.mean(rows):.0%} of the rows, more than one person can have"
        troubles.append(Trouble(rows, reason))
        result = np.where(rows, -1, result)
    return Identities(result.astype(np.int64), names, tuple(troubles), tuple(notes))


def _untrusted(ids: pd.Series) -> list[tuple[Bools, str, bool]]:
    """Which ids are nobody's, with the reason, each id under one reason."""
    blank = blank_in(ids) & ~ids.isin(["null", "none"]).to_numpy(dtype=bool)
    words = ids.str.replace(r"[ _-]", "", regex=True)
    nobody = words.isin(NOBODY) | ids.str.fullmatch(NO_NUMBER) | ids.str.fullmatch(PUNCTUATION)
    if ids.str.contains("@", regex=False).any():
        nobody |= ids.str.contains(NOBODY_EMAIL, regex=True)
    masked = ids.str.contains(MASKED, regex=True)
    scientific, cut = _rounded(ids), _cut(ids)
    seen, found = np.zeros(len(ids), dtype=bool), []
    for bad, reason, damaged in (
        (blank, "no customer id", False),
        (nobody, "a placeholder for a customer, such as {shown}", False),
        (scientific, "a customer id that a spreadsheet has rounded, such as {shown}", True),
        (cut, "a customer id that a spreadsheet has cut to 15 digits, such as {shown}", True),
        (masked, "a masked customer id, which several people may share", True),
    ):
        mine = np.asarray(bad, dtype=bool) & ~seen
        seen |= mine
        found.append((mine, reason, damaged))
    return found


def _crowd(codes: Ints, size: int) -> int | None:
    """The id that has more rows than one person can have, if there is one."""
    counts = np.bincount(codes[codes >= 0], minlength=max(size, 1))
    if np.count_nonzero(counts) < FEWEST_IDS:
        return None
    second, most = np.sort(counts)[-2:]
    crowd = most >= FEWEST_ORDERS and most > SHARE * counts.sum() and most > TIMES * second
    return int(np.argmax(counts)) if crowd else None


def folded_ids(written: pd.Series) -> pd.Series:
    """Ids without what does not tell one from another: case, `.0` of a number, a country code, leading zeros.

    Leading zeros are dropped only where the number without them occurs too.
    """
    ids = plain_numbers(written.str.lower())
    spaced = np.array(ids.str.contains(r"\s\s|^mailto:|<.*@.*>$", regex=True), dtype=bool)
    if spaced.any():
        ids = ids.where(~spaced, ids.str.replace(ADDRESS, r"\1", regex=True).str.replace(r"\s+", " ", regex=True))
    ids = _plain_phones(ids)
    phone = ids.str.contains(PHONE, regex=True).to_numpy(dtype=bool)
    if phone.any():
        plain = ids[phone].str.replace(r"[ +-]", "", regex=True).str.slice(-11)
        ids = ids.where(~phone, plain.reindex(ids.index, fill_value=""))
    zeros = np.array(ids.str.startswith("0"), dtype=bool)
    zeros[zeros] = ids[zeros].str.fullmatch(r"0+[1-9]\d*")
    if zeros.any():
        bare = ids[zeros].str.replace(r"^0+", "", regex=True)
        padded = ids[zeros].groupby(bare).transform("nunique") > 1
        several = bare.isin(ids[~zeros]) | padded
        ids = ids.copy()
        ids.loc[bare.index[several]] = bare[several]
    return ids


def _plain_phones(ids: pd.Series) -> pd.Series:
    """Phone numbers as digits; without the code of a country, where the number without it occurs too."""
    marked = np.array(ids.str.contains(r"\d[ ().-]|^\(?\+", regex=True), dtype=bool)
    marked[marked] = ids[marked].str.contains(MARKED, regex=True)
    if not marked.any():
        return ids
    digits = ids[marked].str.replace(r"\D", "", regex=True)
    abroad = ids[marked].str.contains("+", regex=False)
    known = {*ids[~marked], *digits[~abroad]}
    plain = ids.to_numpy(dtype=object, copy=True)
    plain[marked] = [_without_code(one, known) if code else one for one, code in zip(digits, abroad, strict=True)]
    import pandas as pd

    return pd.Series(plain, index=ids.index).astype(str)


def _without_code(digits: str, known: set[str]) -> str:
    rests = (zero + digits[size:] for size in (1, 2, 3) for zero in ("", "0"))
    return next((rest for rest in rests if len(rest) >= FEWEST_DIGITS and rest in known), digits)


def plain_numbers(ids: pd.Series) -> pd.Series:
    """Ids without the `.0` that a number gets in a column with blanks."""
    number = ids.str.contains(r"^\d+\.0+$", regex=True).to_numpy(dtype=bool)
    return ids.where(~number, ids.str.replace(r"\.0+$", "", regex=True)) if number.any() else ids


def no_numbers(ids: pd.Series, rows: Ints) -> Bools:
    """Which order numbers stand for none: signs only, a word such as null, or zero with the rows of many orders."""
    words = ids.str.len() <= 12
    found = np.array(words, dtype=bool)
    short = ids[found].str.lower()
    zero = short.str.fullmatch(NO_NUMBER) & (rows[found] >= FEWEST_ORDERS)
    found[found] = short.isin(NOBODY) | zero | short.str.fullmatch(PUNCTUATION)
    return found


def _rounded(ids: pd.Series) -> Bools:
    """Which numbers a spreadsheet has written as 1.38E+10."""
    found = np.array(ids.str.contains("[eE]", regex=True), dtype=bool)
    found[found] = ids[found].str.fullmatch(SCIENTIFIC)
    return found


def _cut(ids: pd.Series) -> Bools:
    """Which long numbers a spreadsheet has cut to fifteen digits, if most of them end in zeros."""
    long = np.array(ids.str.len() > 15, dtype=bool)
    long[long] = ids[long].str.fullmatch(r"\d+")
    found = long.copy()
    found[found] = ids[found].str.fullmatch(CUT)
    return found if found.sum() > FEW_CUT * max(int(long.sum()), 1) else np.zeros(len(ids), dtype=bool)


def damaged_numbers(ids: pd.Series) -> Bools:
    """Which order numbers a spreadsheet has rounded (2.1E+13) or cut to 15 digits."""
    return _rounded(ids) | _cut(ids)


def identities(ids: pd.Index[Any], salt: str) -> npt.NDArray[np.uint64]:
    """64-bit salted hashes of customer ids. Of two equal ones (chance about n^2 / 4e19) one is raised by one."""
    key = salt.encode()[:64]
    digests = b"".join(hashlib.blake2b(str(i).encode(), key=key, digest_size=8).digest() for i in ids)
    found = np.frombuffer(digests, np.uint64).copy()
    while np.unique(found).size < found.size:
        order = np.argsort(found, kind="stable")
        found[order[1:][np.diff(found[order]) == 0]] += np.uint64(1)
    return found
