"""The state of each row: a sale, not paid, cancelled, refunded, or unknown."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.order_files.profiles import TREATMENTS, Profile, fold_state
from calibration.orders.cells import blank_in, carry_down, distinct
from calibration.orders.columns import Flag, flag_word
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

UNKNOWN = "unknown"
RANKS = ("sale", UNKNOWN, "refunded", "not paid", "cancelled")
"""Where several columns or words speak of one row, the last of these counts."""
CARRIED = ("status", "payment_status", "cancelled")
"""Columns that speak of the whole order, so that its first row speaks for its others."""
MOST_UNKNOWN = 0.01
CLEAR_SALES = (
    *("completed", "complete", "paid", "shipped", "delivered", "succeeded", "processing", "fulfilled"),
    *("交易成功", "交易完成", "已完成", "完成", "已付款", "已支付", "已发货", "待发货", "已签收", "支付成功"),
    *("abgeschlossen", "bezahlt", "versendet", "livré", "expédié", "terminé", "payé", "entregado", "enviado"),
    *("pagado", "completado", "consegnato", "spedito", "pagato", "entregue", "voltooid", "betaald", "verzonden"),
    *("発送済み", "배송완료"),
    *("卖家已发货,等待买家确认", "买家已付款,等待卖家发货", "已发货,待签收", "已收货", "等待出库"),
)
CLEAR_OTHERS = (
    *("cancelled", "canceled", "refunded", "voided", "failed", "unpaid", "pending", "declined", "expired", "not paid"),
    *("storniert", "erstattet", "unbezahlt", "annulé", "remboursé", "cancelado", "reembolsado", "annullato"),
    *("rimborsato", "geannuleerd", "terugbetaald", "キャンセル", "返金済み", "취소", "환불"),
    *("交易关闭", "已关闭", "已取消", "已退款", "退款成功", "待付款", "未付款", "未支付", "等待买家付款"),
)
SAMPLE, MOST_WORDS = 1000, 40
"""Rows that are looked at first, and words that a column of states may have."""
PREFIX, BLANK = "state:", "(blank)"
FALSE = ("", "0", "false", "no", "n", "否", "无", "0000-00-00", "0000-00-00 00:00:00", "-", "--")
SEAMS = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z\u0080-\uffff]+")
HINTS = re.compile(
    r"(?i)(?:^|_)(?:status|statut|state|paid|cancel\w*|refund\w*|return(?:s|ed)?|void(?:ed)?|deleted?|test|livemode"
    r"|disputed?|chargebacks?)(?:_|$)|(?i:status)$|状态|取消|退款|退货|作废|关闭|测试|删除|是否付款|是否支付"
)
"""Words of headers, joined by _, of columns that may say which rows are no sales."""
PARTS, BRACKETS = re.compile(r"[,;/|+、]"), re.compile(r"[,;/|+、()\[\]【】]")


@dataclass(frozen=True)
class StateCount:
    """A state as the file writes it, its rows, and what such rows are treated as."""

    state: str
    rows: int
    treated_as: str


@dataclass(frozen=True)
class States:
    """The treatment of each row, as its place in RANKS, and the count of each state, the most frequent first.

    refund_row: rows that a column of types calls refunds; they undo other rows. words: each column's own words, as a
    user maps them; counts join those of several columns.
    """

    rank: Ints
    counts: tuple[StateCount, ...]
    refund_row: Bools
    words: tuple[StateCount, ...] = ()
    notes: tuple[str, ...] = ()


@cache
def vocabulary(section: str) -> dict[str, str]:
    """Words of states.toml, folded, to their treatment. section: "states", "neutral", "types" or "paid"."""
    table = tomllib.loads((Path(__file__).parent / "states.toml").read_text(encoding="utf-8"))[section]
    return {fold_state(word): treatment for treatment, words in table.items() for word in words}


def split_mapping(mapping: Mapping[str, str] | None) -> tuple[dict[str, str], dict[str, str]]:
    """A mapping's columns by kind, and its states (`state:WORD`) to their treatment.

    Raises InputError for another treatment.
    """
    columns, words = {}, {}
    for key, value in (mapping or {}).items():
        if not key.startswith(PREFIX):
            columns[key] = value
            continue
        treatment = next((t for t in TREATMENTS if fold_state(t) == fold_state(value)), None)
        if treatment is None:
            raise InputError(place=f"--map {key}", expected=", ".join(TREATMENTS), got=repr(value))
        words[fold_state(key.removeprefix(PREFIX))] = treatment
    return columns, words


def find_states(cells: pd.DataFrame, used: Collection[str]) -> str | None:
    """A column of states whose header no list has: most of its words are known, with clear ones of both sides.

    used: headers that are read as something else.
    """
    known, names = vocabulary("states"), list(cells.columns)
    clear = [set(map(fold_state, words)) for words in (CLEAR_SALES, CLEAR_OTHERS)]
    for column in (name for name in names if name not in used and names.count(name) == 1):
        words = {fold_state(word.lower().removeprefix("wc-")) for word in distinct(cells[column].iloc[:SAMPLE])[1]}
        if len(words) > MOST_WORDS or not words & clear[0] or 2 * len(words - {""} - known.keys()) > len(words):
            continue
        words = {fold_state(word.lower().removeprefix("wc-")) for word in distinct(cells[column])[1]}
        if words & clear[1]:
            return str(column)
    return None


def unread_states(cells: pd.DataFrame, used: Collection[str]) -> list[str]:
    """Headers that were not read, though by their words they may say which rows are no sales. used: those that were."""
    names = list(cells.columns)
    return [
        str(name)
        for name in names
        if name not in used
        and names.count(name) == 1
        and HINTS.search(SEAMS.sub("_", str(name)))
        and len(distinct(cells[name].iloc[:SAMPLE])[1]) > 1
    ]


def judge_states(
    cells: Sequence[tuple[str | Flag, pd.Series]], order: Ints, profile: Profile | None, words: Mapping[str, str]
) -> States:
    """Judge each row by its columns of states. A blank cell takes the state that its order has in another row.

    cells: columns, named as in the header, each with its kind or, if it says yes and no, what these stand for. order:
    the order of each row, -1 for none. words: states as the user has mapped them, folded. States that are unknown are
    counted; `refuse_unknown` judges their share.
    """
    import pandas as pd

    rank, text, notes = np.zeros(order.size, dtype=np.int64), None, []
    said: list[StateCount] = []
    refund_row = np.zeros(order.size, dtype=bool)
    for kind, column in cells:
        words_of, written = distinct(column)
        if kind in ("cancelled", "type") and not _speaks(str(kind), written, profile):
            continue
        blank = blank_in(written)[words_of]
        carried = kind.yes != "refunded" if isinstance(kind, Flag) else kind in CARRIED
        source = carry_down(order, blank) if carried else np.where(blank, -1, np.arange(order.size))
        codes = np.where(source >= 0, words_of[source], -1)
        if (codes < 0).all():
            notes.append(f"the column {column.name} is blank throughout and was not used")
            continue
        ranks, shown, own = _judged_words(kind, str(column.name), [*map(str, written), ""], profile, words)
        spelled = _spelled(column, words_of, written)
        shown, own = ([spelled.get(word, word) for word in texts] for texts in (shown, own))
        rank = np.maximum(rank, ranks[codes])
        if kind != "cancelled":
            rows_of = np.bincount(np.where(codes >= 0, codes, len(written)), minlength=len(written) + 1)
            pairs = zip(own, rows_of.tolist(), ranks.tolist(), strict=True)
            said += [StateCount(word, rows, RANKS[its]) for word, rows, its in pairs if rows and word]
        if kind == "type":
            refund_row = ranks[codes] == RANKS.index("refunded")
        mine = np.array(shown, dtype=object)[codes]
        text = mine if text is None else _joined(text, mine)
    if text is None:
        return States(rank, (), refund_row, notes=tuple(notes))
    names, found = pd.factorize(text)
    nothing = "(blank)" if any(kind == "status" for kind, _ in cells) else "(nothing said)"
    joint, rows = np.unique(names * len(RANKS) + rank, return_counts=True)
    counts = [
        StateCount(str(found[pair // len(RANKS)]) or nothing, int(n), RANKS[pair % len(RANKS)])
        for pair, n in zip(joint, rows, strict=True)
    ]
    counts.sort(key=lambda count: -count.rows)
    return States(rank, tuple(counts), refund_row, tuple(sorted(said, key=lambda count: -count.rows)), tuple(notes))


def _spelled(column: pd.Series, words_of: Ints, written: pd.Series) -> dict[str, str]:
    """Words with full-width characters, such as 已发货，待收货, as the file has them."""
    first = np.unique(words_of, return_index=True)[1]
    cells = zip(written, map(str, column.iloc[first]), strict=True)
    return {word: cell.strip() for word, cell in cells if unicodedata.normalize("NFKC", cell.strip()) == word}


def _judged_words(
    kind: str | Flag, header: str, written: list[str], profile: Profile | None, words: Mapping[str, str]
) -> tuple[Ints, list[str], list[str]]:
    """Of the words of a column, "" for a blank cell last: ranks, how counts show them, and how users map them."""
    if isinstance(kind, Flag):
        own = [f"{kind.header}: {word or BLANK}" for word in written]
        known = {**vocabulary("states"), **words, **kind.words}
        treated = [
            words.get(fold_state(name)) or known.get(flag_word(word), UNKNOWN)
            for name, word in zip(own, written, strict=True)
        ]
        ranks = [RANKS.index(treatment) for treatment in treated]
        own = [name if rank or kind.yes == "sale" else "" for name, rank in zip(own, ranks, strict=True)]
        return np.array(ranks), own, own
    known = _known(kind, profile, words)
    blank = RANKS.index(words.get(fold_state(BLANK), UNKNOWN)) if kind == "status" else 0
    ranks = [*(_rank(word, kind, known) for word in written[:-1]), blank]
    shown = [*(_shown(word, kind, header) for word in written[:-1]), BLANK if kind == "status" else ""]
    return np.array(ranks), shown, [*written[:-1], BLANK]


def later_states(cells: pd.DataFrame, rows: Ints, others: list[int], order: Ints, rank: Ints) -> Ints:
    """The ranks of rows; of rows of one order that differ in their states only, no sale comes before a sale.

    Such rows are one row in several exports that were joined. rows: the place in `cells` of each row in use; others:
    the places of the columns that hold no states.
    """
    undone = (rank == RANKS.index("refunded")) | (rank == RANKS.index("cancelled"))
    size = int(order.max(initial=-1)) + 2
    of_sale, of_undone = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    of_sale[order[(order >= 0) & (rank == 0)]] = True
    of_undone[order[(order >= 0) & undone]] = True
    both = np.flatnonzero((order >= 0) & (of_sale & of_undone)[order])
    if not both.size:
        return rank
    text = cells.iloc[rows[both], others].set_axis(range(len(others)), axis=1).astype(str).assign(order=order[both])
    worst = np.zeros(len(text), dtype=np.int64)
    group = text.groupby(list(text.columns), sort=False).ngroup().to_numpy()
    np.maximum.at(worst, group, np.where(undone, rank, 0)[both])
    later = rank.copy()
    later[both] = np.where(rank[both] == 0, worst[group], rank[both])
    return later


def refuse_unknown(states: States, place: str) -> None:
    """InputError, with the list of them, where more than one row in a hundred has a state that is not known."""
    rows = sum(count.rows for count in states.counts if count.treated_as == UNKNOWN)
    if rows <= MOST_UNKNOWN * states.rank.size:
        return
    unknown = [count for count in states.words if count.treated_as == UNKNOWN]
    treatments = ", ".join(repr(t) if " " in t else t for t in TREATMENTS)
    raise InputError(
        f"{rows / states.rank.size:.1%} of the rows have a state that is not known",
        place=place,
        expected=f"--map {PREFIX}{unknown[0].state[:30]}=sale, and so for each (sale, {treatments.split(', ', 1)[1]})",
        got=", ".join(f"{count.state[:30]!r} ({count.rows} rows)" for count in unknown[:20]),
    )


def _known(kind: str, profile: Profile | None, words: Mapping[str, str]) -> dict[str, str]:
    known = dict(vocabulary("states"))
    if kind in ("refund_status", "payment_status"):
        known |= vocabulary("neutral")
    if kind == "payment_status":
        known |= vocabulary("paid")
    if kind == "type":
        known |= vocabulary("types")
    if profile and kind in ("status", "type"):
        known |= profile.states
    return {**known, **words}


def _speaks(kind: str, written: pd.Series, profile: Profile | None) -> bool:
    """Whether a column of a general name holds what its kind says: for types, a word that is known."""
    known = vocabulary("types").keys() - {"credit"} | (profile.states.keys() if profile else set())
    return kind != "type" or bool(set(map(fold_state, written)) & known)


def _rank(word: str, kind: str, known: Mapping[str, str]) -> int:
    if kind == "cancelled":
        return 0 if _denies(word) else RANKS.index("cancelled")
    written = word.lower().removeprefix("wc-")
    for folded in (fold_state(written), fold_state(PARTS.sub(",", written))):
        if folded in known:
            return RANKS.index(known[folded])
    parts = [fold_state(part) for part in BRACKETS.split(written) if part.strip()]
    if len(parts) < 2:
        return RANKS.index(UNKNOWN)
    ranks = [RANKS.index(known.get(part, vocabulary("neutral").get(part, UNKNOWN))) for part in parts]
    return RANKS.index(UNKNOWN) if RANKS.index(UNKNOWN) in ranks else max(ranks)


def _shown(word: str, kind: str, header: str) -> str:
    if kind == "cancelled":
        return "" if _denies(word) else f"{header} given"
    return word


def _denies(word: str) -> bool:
    """Whether a cell of a column that speaks of cancelled orders says that this one was not."""
    return word.lower() in FALSE or fold_state(word) in vocabulary("neutral")


def _joined(one: npt.NDArray[np.object_], other: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Two columns of states as one, "one; other", each pair of words joined once."""
    import pandas as pd

    first, words = pd.factorize(one)
    second, more = pd.factorize(other)
    pair, numbers = pd.factorize(first * len(more) + second)
    text = [f"{words[n // len(more)]}; {more[n % len(more)]}".strip("; ") for n in numbers]
    return np.array(text, dtype=object)[pair]
