"""From a table of cells to the rows that are orders: the order of judgement, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce

import numpy as np
import numpy.typing as npt

from calibration.order_files.order_table import OrderTable
from calibration.order_files.profiles import Profile, lacking_headers, profile_for
from calibration.orders.amounts import Currency, agree, negative_in, read_amounts, read_currency, unit_of, unnamed
from calibration.orders.cells import blank_in, distinct
from calibration.orders.clock_times import zone_of
from calibration.orders.columns import PAYMENT, Columns, Flag, find_columns, find_flags
from calibration.orders.discounts import DiscountColumns, Discounts, describe, list_values, read_columns
from calibration.orders.identities import MOST_DAMAGED, Identities, read_customers
from calibration.orders.observed_days import read_days, read_entered
from calibration.orders.refunds import NONE, WHOLE, note_twins, read_flags, take_refunds, undone_orders
from calibration.orders.row_kinds import (
    RowKind,
    judge_rows,
    number_orders,
    order_keys,
    price_of_row,
    split_orders,
    take_copies,
    take_further_rows,
)
from calibration.orders.sieve import UNREADABLE, Sieve, settle_files
from calibration.orders.states import (
    RANKS,
    States,
    find_states,
    judge_states,
    later_states,
    refuse_unknown,
    split_mapping,
    unread_states,
)
from scenarios.errors import InputError, shown

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ENOUGH_KNOWN, BETTER = 0.99, 0.01
"""A column that names the customers of so many rows is taken; another one must name that share more."""
MOST_OF_ONE, FEWEST_ROWS = 0.5, 20
"""One customer with more than that share of so many rows is remarked on."""
UNUSED = ("gross", "discount", "retail", "coupon", "coupon_match")
"""Kinds that are named among the columns only if they could be read."""
NO_SALE = {
    "cancelled": "the order was closed or cancelled",
    "not paid": "the order was not paid",
    "refunded": WHOLE,
    "unknown": "the state of the order is not known",
}


@dataclass(frozen=True)
class ReadingOptions:
    """What a user may say about order files besides the columns."""

    profile: str | None = None
    """Name of an export format, such as shopify; None: found by the header."""
    until: date | None = None
    """The last day of observation; None: the day of the last row, be it a sale or not."""
    time_zone: str | None = None
    """IANA name of the shop's zone, for stamps that name another."""
    encoding: str | None = None
    """Encoding of text files, as Python names it; None: found by the bytes."""
    today: date | None = None
    """The day after which no order can be dated; None: the computer's own day."""
    opened: date | None = None
    """The day on which the shop began to win customers, if that is before the file."""

    def __post_init__(self) -> None:
        """Raises InputError for a day that is none."""
        for name in ("until", "today", "opened"):
            if not isinstance(getattr(self, name), date | None):
                expected = "a date, as date(2026, 1, 31)"
                raise InputError(place=f"options: {name}", expected=expected, got=shown(getattr(self, name)))


@dataclass(frozen=True)
class OrderRows:
    """What was read of a table.

    sieve: the rows of sales, one or several an order, with order (a code, -1 where each row is an order), customer
    (row number in `names`), day (days since 1970), cents (net of refunds) and, where these are read, entered (the day
    on which the customer came, days since 1970 or NaN), listed (list value, net of refunds likewise) and coupon (money
    off by coupons, cents, NaN where no column says so); what was set aside, and notes. names: ids of customers as the
    file has them. columns: kind of value to header. until: the last day of observation.
    """

    sieve: Sieve
    names: npt.NDArray[np.object_]
    columns: Mapping[str, str]
    kind: RowKind
    states: States
    until: date
    profile: Profile | None = None
    currency: Currency | None = None
    discounts: Discounts | None = field(default=None)


def read_order_rows(table: OrderTable, mapping: Mapping[str, str] | None, options: ReadingOptions) -> OrderRows:
    """Read cells as orders. States are judged first, so that cells of rows that are no sales never stop a file.

    mapping: kind of value to header, and "state:WORD" to its treatment. Raises InputError, in one line, for a table
    that cannot be read.
    """
    zone, today = zone_of(options.time_zone), options.today or date.today()
    if options.until and options.until > today:
        raise InputError(place="--until", expected=f"a day up to today ({today})", got=str(options.until))
    header = list(table.cells.columns)
    profile = profile_for(header, options.profile, table.name)
    named, words = split_mapping(mapping)
    flags = find_flags(table.cells, named.values(), profile)
    asked = [flag.header for flag in flags]
    columns = find_columns([name for name in header if name not in asked], named, profile, table.name)
    columns = replace(columns, flags=flags)
    if table.cells.empty:
        raise InputError("no orders", place=f"{table.name}: row 2", expected="at least one row after the header")
    sieve = Sieve(table)
    sieve.notes += columns.notes
    if profile is None and "status" not in columns.named:
        found = find_states(table.cells, [*asked, *columns.named.values(), *columns.customers, *columns.dates])
        if found is not None:
            columns = replace(columns, named={**columns.named, "status": found})
            sieve.notes.append(f"{found} was read as the state of an order, by its words")
    if profile is None:
        unread = unread_states(table.cells, [*asked, *columns.named.values(), *columns.customers, *columns.dates])
        if unread:
            ways = "--map status=COLUMN, cancelled=COLUMN or refunded=COLUMN"
            sieve.notes.append(f"not read, though it may say which rows are no sales: {', '.join(unread[:8])} ({ways})")
    if profile:
        lacks = lacking_headers(profile, table.cells.columns)
        if lacks:
            sieve.notes.append(f"{profile.name}: the file lacks headers of this export ({', '.join(lacks[:6])})")
        sieve.notes += [f"{profile.name}: {note}" for note in (profile.time_zone, *profile.notes)]
    numbered = number_orders(sieve, columns)
    damaged, columns = numbered is not columns, numbered
    settle_files(sieve, columns.customers[0], columns.named["date"])
    columns = _flags_of_lines(sieve, columns)
    states = _take_states(sieve, columns, profile, words)
    columns, names = _take_customers(sieve, columns)
    until = read_days(sieve, columns, options.until, zone, today)
    read_entered(sieve, columns, zone, today)
    split_orders(sieve, columns)
    currency = _read_cents(sieve, columns)
    if "order" not in columns.named and ("amount" not in columns.named or damaged):
        sieve.rows = sieve.rows.assign(order=order_keys(sieve, columns))
    take_copies(sieve, columns)
    kind = judge_rows(sieve, columns, profile)
    sieve.notes += [kind.note] if kind.note else []
    take_further_rows(sieve, kind)
    unreadable = sieve.rows["cents"].isna().to_numpy()
    sieve.take_unreadable(unreadable, "amount", columns.named.get("amount", columns.named.get("price", "")), "1234.50")
    sieve.refuse_if_none()
    offs = read_columns(sieve, columns)
    currency = reduce(lambda one, other: agree(one, other, table.name), offs.currencies, currency)
    amounts = sieve.rows["cents"]
    take_refunds(sieve, columns, kind)
    sieve.refuse_if_none()
    order = sieve.rows["order"].to_numpy()
    offs, before = replace(offs, cents=offs.cents.loc[sieve.rows.index]), amounts.loc[sieve.rows.index].to_numpy()
    seen, unseen = describe(
        offs,
        before,
        sieve.rows["day"].to_numpy().astype("datetime64[D]").astype("datetime64[s]"),
        order if (order >= 0).all() else None,
    )
    if seen and seen.first_row is not None:
        sieve.count(f"it does not hold that {seen.sum}", seen.disagree, seen.first_row, "timing and spend")
        seen = replace(seen, first_row=int(table.row_of[seen.first_row]))
    if seen:
        _list_rows(sieve, offs, before)
    sieve.notes += [*offs.notes, *([unseen] if unseen else [])]
    used = {kind_: column for kind_, column in columns.named.items() if kind_ not in UNUSED} | dict(offs.names)
    used |= {f"flag {n}" if n > 1 else "flag": flag.header for n, flag in enumerate(columns.flags, start=1)}
    return OrderRows(sieve, names, used, kind, states, until, profile, currency, seen)


# --- steps -----------------------------------------------------------------------------------------


def _list_rows(sieve: Sieve, offs: DiscountColumns, before: Floats) -> None:
    """Give the rows their list value, less what was refunded of it, and money off by coupons. before: cents."""
    found = list_values(offs, before)
    kept = np.divide(sieve.rows["cents"].to_numpy(), before, out=np.ones(before.size), where=before > 0.0)
    sieve.rows = sieve.rows.assign(listed=found["listed"].to_numpy() * kept, coupon=found["coupon"].to_numpy())


def _flags_of_lines(sieve: Sieve, columns: Columns) -> Columns:
    """Columns, with a flag of refunds that differs between the lines of an order left to be taken off line by line."""
    order, named = sieve.rows["order"].to_numpy(), dict(columns.named)
    flags: list[Flag] = []
    for flag in columns.flags:
        back = read_flags(sieve.cells(flag.header)) if flag.yes == "refunded" and "refunded" not in named else None
        if back is not None:
            some = order >= 0
            rows_of = np.bincount(order[some], minlength=int(order.max(initial=-1)) + 1)
            backs = np.bincount(order[some], back[some], minlength=rows_of.size)
            if ((backs > 0) & (backs < rows_of)).any():
                named["refunded"] = flag.header
                continue
        flags.append(flag)
    return replace(columns, named=named, flags=tuple(flags))


def _take_states(sieve: Sieve, columns: Columns, profile: Profile | None, words: Mapping[str, str]) -> States:
    headers = [header for _, header in columns.states()]
    cells = [(kind, sieve.cells(column)) for kind, column in columns.states()]
    states = judge_states(cells, sieve.rows["order"].to_numpy(), profile, words)
    sieve.notes += states.notes
    if states.counts:
        refuse_unknown(states, f"{sieve.source.name}: column {', '.join(headers)}")
    others = [place for place, name in enumerate(sieve.source.cells.columns) if name not in headers]
    rows = sieve.rows.index.to_numpy()
    ranks = later_states(sieve.source.cells, rows, others, sieve.rows["order"].to_numpy(), states.rank)
    if (ranks != states.rank).any():
        again = int((ranks != states.rank).sum())
        sieve.notes.append(f"{again} rows stand in the file again as refunded or cancelled, and count as that")
    negative, undone = _negative(sieve, columns), undone_orders(sieve, columns)
    refunded = states.rank == RANKS.index("refunded")
    refund = states.refund_row | refunded & (negative | (undone != NONE))
    note_twins(sieve, columns, (ranks == 0) & ~negative, refunded & ~refund)
    sieve.rows["refund"] = refund
    names_it = (refund | negative) & (undone != NONE)
    sieve.rows["undoes"] = names_it & (undone >= 0)
    sieve.rows["order"] = np.where(sieve.rows["undoes"], undone, sieve.rows["order"])
    lost = sieve.rows.index[names_it & (undone < 0)]
    no_sale = [(RANKS.index(treatment), reason) for treatment, reason in NO_SALE.items()]
    rank = np.full(len(sieve.source.cells), 0)
    rank[sieve.rows.index] = np.where(refund, 0, ranks)
    for number, reason in no_sale:
        sieve.take(rank[sieve.rows.index] == number, reason)
    sieve.take(sieve.rows.index.isin(lost), "a refund of an order that is not in the file")
    column = columns.named["date"]
    if any(word in column.lower() for word in PAYMENT) and not (states.counts and columns.dates[1:]):
        blank, source = sieve.carried(column)
        sieve.take(blank & (source < 0), f"no {column}: never paid")
    sieve.refuse_if_none()
    return states


def _negative(sieve: Sieve, columns: Columns) -> Bools:
    """Rows with a negative amount or quantity."""
    negative = np.zeros(len(sieve.rows), dtype=bool)
    for kind in ("amount", "quantity"):
        if kind in columns.named:
            codes, text = distinct(sieve.cells(columns.named[kind]))
            negative |= negative_in(text)[codes]
    return negative


def _take_customers(sieve: Sieve, columns: Columns) -> tuple[Columns, npt.NDArray[np.object_]]:
    chosen, best = "", None
    for column in columns.customers:
        found = read_customers(sieve.filled(column))
        if best is None or found.known > best.known + BETTER:
            chosen, best = column, found
        if best.known >= ENOUGH_KNOWN:
            break
    assert best is not None
    if chosen != columns.customers[0]:
        sieve.notes.append(f"customers are known by {chosen}, which names them in {best.known:.0%} of the rows")
    if best.damaged > MOST_DAMAGED:
        _refuse_damaged(sieve, chosen, best)
    if best.damaged > UNREADABLE:
        sieve.notes.append(
            f"{best.damaged:.0%} of the rows have a masked or damaged id in {chosen}; if the same customers stand in "
            "other rows too, they order more often than is read (export ids as text, or --map customer=COLUMN)"
        )
    sieve.notes += best.notes
    share = np.bincount(best.codes + 1)[1:].max(initial=0) / max(best.codes.size, 1)
    if share > MOST_OF_ONE and best.codes.size >= FEWEST_ROWS:
        sieve.notes.append(f"one customer has {share:.0%} of the rows: is {chosen} the column of customers?")
    sieve.rows = sieve.rows.assign(customer=best.codes)
    whole = sieve.rows.index
    for trouble in best.troubles:
        rows = trouble.rows if len(sieve.rows) == len(whole) else trouble.rows[whole.isin(sieve.rows.index)]
        sieve.take(rows, trouble.reason)
    sieve.refuse_if_none()
    return replace(columns, named={**columns.named, "customer": chosen}), best.names


def _refuse_damaged(sieve: Sieve, column: str, found: Identities) -> None:
    worst = max((trouble for trouble in found.troubles if trouble.damaged), key=lambda trouble: int(trouble.rows.sum()))
    first = sieve.rows.index[worst.rows][0]
    raise InputError(
        f"{found.damaged:.0%} of the rows have {worst.reason.split(', such as')[0]}",
        place=f"{sieve.source.name}: column {column}",
        expected="ids that tell one customer from another, or --map customer=COLUMN for a column that has them",
        got=repr(str(sieve.source.cells[column].iloc[first])[:40]),
    )


def _read_cents(sieve: Sieve, columns: Columns) -> Currency | None:
    """Read amounts, and price times quantity where the file has both; amounts of returns are negative."""
    file, named = sieve.source.name, columns.named
    money: dict[str, Floats] = {}
    currency = None
    for kind in ("amount", "price", "quantity"):
        if kind in named and (kind != "price" or "quantity" in named):
            try:
                money[kind], found = read_amounts(sieve.cells(named[kind]), f"{file}: column {named[kind]}")
            except InputError:
                if kind == "amount" or "amount" not in named:
                    raise
                continue
            currency = agree(currency, found if kind != "quantity" else None, file)
            sieve.notes += [] if found is None else unnamed(sieve.cells(named[kind]), named[kind])
    listed = np.zeros(0)
    if {"price", "quantity"} <= money.keys():
        listed = money["price"] * money["quantity"]
        if (
            "amount" not in money
            and "item" in named
            and price_of_row(sieve, columns, money["price"], money["quantity"])
        ):
            listed = money["price"] * np.sign(money["quantity"])
        sieve.rows = sieve.rows.assign(list_cents=listed * 100.0)
    scale, unit = unit_of(named.get("amount", named.get("price", "")))
    if scale != 1.0:
        sieve.notes.append(f"{named.get('amount', named.get('price'))}: amounts are in {unit}, and were converted")
    cents = money.get("amount", listed) * 100.0
    back = sieve.rows["refund"].to_numpy(dtype=bool)
    if "quantity" in money:
        back = back | (money["quantity"] < 0)
    cents = np.where(back, -np.abs(cents), cents)
    sieve.rows = sieve.rows.drop(columns="refund").assign(cents=cents)
    if "amount" in money and np.isnan(cents).any():
        # Before amounts are carried from row to row: a blank cell may stand for that of its order, another may not.
        codes, text = distinct(sieve.cells(named["amount"]))
        words = np.asarray(text.str.contains(r"\w", regex=True), dtype=bool) & ~blank_in(text)
        sieve.take_unreadable(np.isnan(cents) & words[codes], "amount", named["amount"], "1234.50")
        sieve.refuse_if_none()
    if "currency" in named:
        column = read_currency(sieve.cells(named["currency"]), f"{file}: column {named['currency']}")
        currency = agree(column, currency, file)
    return currency
