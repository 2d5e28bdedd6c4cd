"""The columns of an order export by their names."""

from __future__ import annotations

import difflib
import re
import shlex
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calibration.order_files.profiles import Profile, fold, fold_state
from calibration.orders.cells import NO_VALUE, distinct
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("customer", "date", "amount")
_TABLES = tomllib.loads((Path(__file__).parent / "column_names.toml").read_text(encoding="utf-8"))
NAMES: dict[str, tuple[str, ...]] = {kind: tuple(words.split()) for kind, words in _TABLES["names"].items()}
"""Kinds of value and the headers that hold them, the preferred one first."""
PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    kind: {role: tuple(words.split()) for role, words in parts.items()} for kind, parts in _TABLES["parts"].items()
}
"""Kinds of value and the parts that headers of other names are made of: one of "of", and any of "with"."""
ENTERED = "entered"
"""The kind of a customer's day of the first order, which is taken only where a user has named its column."""
CAME = """
    entered first_order first_order_date first_order_at first_purchase first_purchase_date first_purchased_at
    customer_since client_since member_since registered registered_at registration_date registration_time signup_date
    signed_up_at joined joined_at date_registered customer_created_at user_registered 注册时间 注册日期 入会时间
    入会日期 首单时间 首单日期 首次下单时间 首次购买时间 首次消费时间 首购时间 客户创建时间 会员注册时间
"""
"""Headers that may say when a customer came."""
LIST_VALUE, OFF = "gross", ("discount", "retail", "coupon", "coupon_match")
"""Kinds that are read to describe discounts: the list value, and money off it, a total first."""
STATES = ("status", "payment_status", "refund_status", "cancelled", "type")
"""Kinds by which a row is judged to be a sale or not."""
PAYMENT = ("付款", "支付", "paid", "pay_", "payment")
ASKED = re.compile(r"^(?:is|was|has|been|order)+(?=[a-z])")
FLAGS: dict[tuple[str, str], frozenset[str]] = {
    senses: frozenset(map(fold, words.split()))
    for senses, words in {
        ("sale", "not paid"): """
            paid captured payment_received fully_paid 付款 支付 已付款 已支付 是否付款 是否支付
            是否已付款 是否已支付
        """,
        ("sale", "cancelled"): "livemode live_mode mode",
        ("cancelled", "sale"): """
            cancelled canceled void voided deleted test test_mode sandbox dummy 是否取消 是否已取消 是否作废 是否删除
            是否关闭 是否测试 测试订单 已取消 已作废 已删除 已关闭
        """,
        ("refunded", "sale"): """
            refunded fully_refunded returned disputed chargeback charged_back reversed 是否退款 是否退货 是否已退款
            已退款 已退货
        """,
    }.items()
}
"""What a yes and a no stand for, and the headers of columns that have these, without is, was, has, been and order."""
YES, NO = ("1", "true", "yes", "y", "t", "是", "live"), ("0", "false", "no", "n", "f", "否", "无", "test", "sandbox")
"""Words of a column of yes and no, those of a mode that is live or not among them."""
WHAT = {"order": "order number", "refunded": "refund"}
"""Kinds whose name does not say what they are."""
NEAR, LISTED = 0.6, 20
"""How like a name a header must be to be named as a candidate, and headers that a message lists."""
AMOUNTS = ("order_amount", "line_amount")
"""Kinds by which a user says what the amount of a row stands for."""
ORDER_WORDS = ("total", "order", "订单", "总", "合计", "grand")
LINE_WORDS = ("line", "item", "unit", "商品", "单价", "小计", "行")


@dataclass(frozen=True)
class Flag:
    """A column of yes and no, and what each stands for."""

    header: str
    yes: str
    no: str

    @property
    def words(self) -> dict[str, str]:
        """Words, as `flag_word` gives them, to their treatment. A blank cell is a no, if a no leaves a sale."""
        blank = {"": self.no} if self.no == "sale" else {}
        return dict.fromkeys(YES, self.yes) | dict.fromkeys(NO, self.no) | blank


@dataclass(frozen=True)
class Columns:
    """The columns that an export is read from.

    named: kind of value to header. customers and dates: the headers that may hold them, the preferred one first.
    mapped: the kinds that the user has named. amount_is: "order" or "line", where the user has named that. flags:
    columns of yes and no by which a row is judged to be a sale or not. notes: what was found otherwise than by name.
    """

    named: Mapping[str, str]
    customers: tuple[str, ...]
    dates: tuple[str, ...]
    mapped: frozenset[str]
    amount_is: str = ""
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()

    def states(self) -> list[tuple[str | Flag, str]]:
        """The columns by which a row is judged to be a sale or not: kind, or what yes and no stand for, and header."""
        named = [(kind, self.named[kind]) for kind in STATES if kind in self.named]
        return [*named, *((flag, flag.header) for flag in self.flags)]


def find_flags(cells: pd.DataFrame, mapped: Collection[str], profile: Profile | None) -> tuple[Flag, ...]:
    """Columns whose header asks whether an order is paid, live, cancelled or refunded, and whose cells say yes or no.

    A few other words are left to be unknown states; with numbers, dates or many other words it is no such column.
    mapped: headers that the user has named as something else; those of the profile are left out, too.
    """
    names = list(cells.columns)
    used = {fold(word) for words in (profile.columns.values() if profile else ()) for word in words}
    found = []
    for name in (one for one in names if one not in mapped and names.count(one) == 1 and fold(one) not in used):
        folded = fold(name)
        asked = next((senses for senses, headers in FLAGS.items() if {folded, ASKED.sub("", folded)} & headers), None)
        if asked is None:
            continue
        codes, text = distinct(cells[name])
        rows = dict.fromkeys(map(flag_word, text), 0)
        for word, count in zip(text, np.bincount(codes, minlength=len(text)).tolist(), strict=True):
            rows[flag_word(word)] += count
        if folded == "mode" and not {"live", "test"} & rows.keys():
            continue
        clear = sum(rows.pop(word, 0) for word in (*YES, *NO))
        rows.pop("", None)
        if clear > sum(rows.values()) and not any(c.isdigit() for c in "".join(rows)):
            found.append(Flag(str(name), *asked))
    return tuple(found)


def flag_word(cell: str) -> str:
    """A cell of a column of yes and no as its words are compared; "" where it holds nothing."""
    word = fold_state(cell)
    return "" if word in NO_VALUE else re.sub(r"^(\d)\.0+$", r"\1", word)


def find_columns(
    header: Iterable[str], mapping: Mapping[str, str] | None, profile: Profile | None, file: str
) -> Columns:
    """The column of each kind of value: as mapped, as the profile names it, or by a common name.

    Raises InputError where a column is missing or shares its name with another.
    """
    columns = list(header)
    amount_is = next((kind.removesuffix("_amount") for kind in AMOUNTS if kind in (mapping or {})), "")
    mapped = _mapped(columns, mapping or {}, file)
    found = dict(mapped)
    plain = {fold(column): column for column in reversed(columns)}
    several = {kind: [mapped[kind]] if kind in mapped else [] for kind in ("customer", "date")}
    for names in (profile.columns if profile else {}, NAMES):
        for kind, words in names.items():
            known = list(dict.fromkeys(plain[fold(word)] for word in words if fold(word) in plain))
            if kind in several and kind not in mapped:
                several[kind] += [c for c in known if c not in several[kind] and columns.count(c) == 1]
            column = next((c for c in known if c not in found.values()), None)
            if kind not in found and column is not None:
                found[kind] = column
    notes = []
    for kind in () if profile else PARTS:
        free = [column for column in columns if column not in found.values() and columns.count(column) == 1]
        made = [] if kind in found or (kind == "amount" and "price" in found) else _made_of_parts(kind, free)
        if made:
            found[kind] = made[0]
            notes.append(f"{made[0]} was read as the {WHAT.get(kind, kind)}, by the parts of its name")
            if kind in several:
                several[kind] = made
    if "amount" not in found and "price" in found:
        found = {("amount" if kind == "price" and "quantity" not in found else kind): c for kind, c in found.items()}
    missing = [kind for kind in REQUIRED if kind not in found and not (kind == "amount" and "price" in found)]
    if missing:
        free = [column for column in columns if column.strip() and column not in found.values()]
        raise _missing(missing, free, f"the columns {_listed(columns)}").at(f"{file}: row 1")
    for kind, column in found.items():
        if columns.count(column) > 1:
            got = f"{columns.count(column)} columns named {column!r}"
            raise InputError(place=f"{file}: row 1", expected=f"one column of the {kind}", got=got)
    customers, dates = tuple(several["customer"]), tuple(several["date"])
    return Columns(found, customers, dates, frozenset(mapped), amount_is, notes=tuple(notes))


def _made_of_parts(kind: str, columns: list[str]) -> list[str]:
    """Columns whose names are made of the parts of a kind, the preferred one first."""
    first = [fold(part) for part in PARTS[kind].get("first", ())]
    made = [column for column in columns if _pattern(kind).fullmatch(fold(column))]
    place = {column: next((n for n, part in enumerate(first) if part in fold(column)), len(first)) for column in made}
    return sorted(made, key=lambda column: place[column])


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """Names of at least two parts, one of which says what they are."""
    of, others = ([re.escape(fold(part)) for part in PARTS[kind][role]] for role in ("of", "with"))
    one, any_part = "|".join(of), "|".join([*of, *others])
    return re.compile(rf"(?:{any_part})+(?:{one})(?:{any_part})*|(?:{one})(?:{any_part})+")


def _mapped(columns: list[str], mapping: Mapping[str, str], file: str) -> dict[str, str]:
    named = {}
    for kind, column in mapping.items():
        if kind not in (*NAMES, *AMOUNTS, ENTERED):
            expected = f"one of {', '.join((*NAMES, *AMOUNTS, ENTERED))} or state:WORD on the left side"
            raise InputError(place="--map", expected=expected, got=repr(kind))
        alike = [column] if column in columns else [name for name in columns if fold(name) == fold(column)]
        if len(alike) != 1:
            place = f"{file}: row 1: --map {kind}={column}"
            raise InputError("no such column", place=place, got=f"the columns {_listed(columns)}")
        named["amount" if kind in AMOUNTS else kind] = alike[0]
    return named


def _missing(kinds: list[str], free: list[str], got: str) -> InputError:
    """All kinds that no column holds, each with the column whose name is most like one that would do.

    free: the columns that hold nothing else.
    """
    near = {kind: column for kind in kinds if (column := _most_like(kind, free))}
    ways = f"--map {','.join(f'{kind}=COLUMN' for kind in kinds)}"
    perhaps = " ".join(shlex.quote(f"{kind}={column}") for kind, column in near.items())
    examples = "; ".join(", ".join([*NAMES[kind][:3], _chinese(kind)]) for kind in kinds if kind not in near)
    return InputError(
        f"no column holds {' or '.join(f'the {kind}' for kind in kinds)}",
        expected=ways
        + (f" (perhaps {perhaps})" if near else "")
        + (f" or names such as {examples}" if examples else ""),
        got=got,
    )


def _chinese(kind: str) -> str:
    return next(name for name in NAMES[kind] if not name.isascii())


def _most_like(kind: str, columns: list[str]) -> str | None:
    """The column whose name is most like one of a kind, or has one in it; None where none is near."""
    known = [fold(name) for name in NAMES[kind]]
    score = {}
    for column in columns:
        name = fold(column)
        inside = max((len(word) for word in known if word in name), default=0)
        alike = max(difflib.SequenceMatcher(None, name, word).ratio() for word in known)
        score[column] = max(alike, 0.6 + 0.4 * inside / len(name) if inside and name else 0.0)
    best = max(score, key=lambda column: score[column], default=None)
    return best if best is not None and score[best] >= NEAR else None


def unread_entries(header: Iterable[str], columns: Columns) -> list[str]:
    """Columns by whose names they may say when a customer came, and that are not read."""
    known = {fold(name) for name in CAME.split()}
    return [c for c in header if fold(c) in known and c not in columns.named.values() and ENTERED not in columns.named]


def _listed(columns: list[str]) -> str:
    shown = ", ".join(repr(c[:30]) for c in columns[:LISTED])
    return shown + (" ..." if len(columns) > LISTED else "")
