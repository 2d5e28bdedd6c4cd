"""What a row is: an order, a line of one, a payment, or a refund; and what its amount stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.order_files.profiles import Profile
from calibration.orders.cells import blank_in, distinct, form_of, lacking
from calibration.orders.columns import LINE_WORDS, ORDER_WORDS, Columns
from calibration.orders.identities import damaged_numbers, no_numbers, plain_numbers
from calibration.orders.sieve import UNREADABLE, Sieve

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SOME = 0.05
"""Share of the orders with several rows whose amounts must differ for amounts to be those of lines."""
FEW_LINES = 0.01
"""Share of orders with several rows up to which a row is still an order."""
SAME_CENTS = 0.5
WHOLE_ROW = "it is that of the whole row"
FEW_ITEMS = 5
"""Items that must be sold in several quantities for their prices to say what a price is."""
SHARED, SOME_SHARED, FEW_SHARED = 0.05, 0.01, 10
"""Of orders with several rows, of all, and as a count: rows with numbers of several customers that begin again."""


@dataclass(frozen=True)
class RowKind:
    """What a row is ("order", "line" or "payment"), whether the amount of a row is that of the whole order, and why."""

    row_is: str
    whole_order: bool
    note: str = ""


def judge_rows(sieve: Sieve, columns: Columns, profile: Profile | None) -> RowKind:
    """Judge rows by what is constant within an order number, other columns, and the name of the amount's column.

    The rows in use need `order` (a code, -1 for none), `cents` (NaN where blank), and `list_cents`, price times
    quantity, where the file has both. Refunds (negative amounts) are not asked.
    """
    rows = sieve.rows
    order, cents = rows["order"].to_numpy(), rows["cents"].to_numpy()
    paid = profile.row_is == "payment" if profile else "payment" in columns.named
    header = columns.named.get("amount", "")
    if not header:
        said = any(note.endswith(WHOLE_ROW) for note in sieve.notes)
        note = "" if said else f"amounts are {columns.named['price']} times {columns.named['quantity']}"
        return RowKind("line", False, note)
    counted = (order >= 0) & ~(cents < 0)
    sizes = np.bincount(order[counted], minlength=int(order.max(initial=-1)) + 2)
    several = counted & (sizes[order] > 1)
    if not several.any():
        line = bool(profile and profile.row_is == "line") and not paid
        return RowKind("payment" if paid else "line" if line else "order", False)
    group, lines = np.unique(order[several], return_inverse=True)
    line = bool(len(group) > FEW_LINES * np.count_nonzero(sizes)) or bool(profile and profile.row_is == "line")
    row_is = "payment" if paid else "line" if line else "order"
    amounts = cents[several]
    filled = np.isfinite(amounts)
    given = np.bincount(lines, filled)
    low = np.full(len(group), np.inf)
    high = np.full(len(group), -np.inf)
    np.minimum.at(low, lines[filled], amounts[filled])
    np.maximum.at(high, lines[filled], amounts[filled])
    once, repeated = given == 1, given > 1
    if once.sum() > repeated.sum():
        return RowKind(row_is, True, f"{header} stands on the first row of an order only")
    differ = repeated & (high - low > SAME_CENTS)
    size = np.bincount(lines)
    if differ.sum() > SOME * repeated.sum() and not columns.amount_is:
        return RowKind(row_is, False, f"{header} differs within an order: it is that of a row, and summed")
    whole, why = _repeated_total(
        rows["list_cents"].to_numpy()[several] if "list_cents" in rows else None, lines, high, size
    )
    if columns.amount_is:
        whole, why = columns.amount_is == "order", "so --map names it"
    if whole is None:
        whole, why = _by_name(header, profile)
    if whole:
        return RowKind(row_is, True, f"{header} is repeated on the rows of an order and counted once: {why}")
    return RowKind(row_is, False, f"{header} is equal on the rows of an order and summed: {why}")


def _repeated_total(listed: Floats | None, lines: Ints, amount: Floats, size: Ints) -> tuple[bool | None, str]:
    """Whether an amount that is equal on all rows of an order is its total, by price times quantity of its rows."""
    if listed is None:
        return None, ""
    total = np.bincount(lines, np.nan_to_num(listed))
    known = (total > 0) & np.isfinite(amount) & (amount > 0)
    if not known.any():
        return None, ""
    whole = np.abs(np.log(amount[known] / total[known]))
    each = np.abs(np.log(amount[known] * size[known] / total[known]))
    share = float(np.mean(whole < each))
    if 0.2 < share < 0.8:
        return None, ""
    why = "price times quantity of its rows add up to it"
    return (True, why) if share > 0.5 else (False, "price times quantity of a row is it")


def _by_name(header: str, profile: Profile | None) -> tuple[bool, str]:
    if profile is not None:
        return profile.amount_is == "order", f"so the profile {profile.name} has it"
    name = header.lower()
    if any(word in name for word in LINE_WORDS):
        return False, "its name is that of a line's amount"
    if any(word in name for word in ORDER_WORDS):
        return True, "its name is that of an order's total (--map line_amount=COLUMN if it is a line's)"
    return False, "its name is no order's total (--map order_amount=COLUMN if it is)"


def price_of_row(sieve: Sieve, columns: Columns, price: Floats, quantity: Floats) -> bool:
    """Whether a price is that of the whole row: for one item it grows with the quantity. It is said if it is."""
    import pandas as pd

    used = (price > 0) & (quantity > 0)
    items, _ = distinct(sieve.cells(columns.named["item"]))
    logs = pd.DataFrame({"each": np.log(price[used]), "whole": np.log(price[used] / quantity[used])})
    spread = logs.groupby(items[used]).transform("std").mean()
    several = pd.Series(quantity[used]).groupby(items[used]).nunique().gt(1).sum()
    if several < FEW_ITEMS or not spread["whole"] < 0.5 * spread["each"]:
        return False
    sieve.notes.append(f"{columns.named['price']} grows with the quantity of an item: {WHOLE_ROW}")
    return True


def take_further_rows(sieve: Sieve, kind: RowKind) -> None:
    """Leave one row of each order that has its amount, where the amount is that of the whole order. Refunds stay."""
    rows = sieve.rows
    order, cents = rows["order"].to_numpy(), rows["cents"].to_numpy()
    named = order >= 0
    if kind.whole_order:
        own = named & np.isfinite(cents) & (cents >= 0)
        first = np.zeros(order.size, dtype=bool)
        first[np.flatnonzero(own)[np.unique(order[own], return_index=True)[1]]] = True
        has_amount = np.zeros(int(order.max(initial=-1)) + 2, dtype=bool)
        has_amount[order[own]] = True
        further = named & ~first & ~(cents < 0) & has_amount[order]
        # A refund that is repeated on the rows of an order is one refund as well.
        further[cents < 0] = named[cents < 0] & rows[cents < 0].duplicated(["order", "day", "cents"]).to_numpy()
        sieve.rows = rows[~further]


# --- copies ----------------------------------------------------------------------------------------


def take_copies(sieve: Sieve, columns: Columns) -> None:
    """Take out rows that are copies of earlier ones in all columns, order number included.

    Without order numbers, and for lines of orders without a column that tells one line from another, such rows stay
    and are counted.
    """
    rows = sieve.rows
    order = rows["order"].to_numpy()
    several = np.ones(len(rows), dtype=bool)
    if "order" in columns.named:
        several = np.bincount(order)[order] > 1
    alike = several.copy()
    alike[several] = rows[several].duplicated(["order", "customer", "day", "cents"], keep=False)
    if not alike.any():
        return
    candidates = rows.index[alike]
    cells = sieve.source.cells.loc[candidates]
    cells = cells.set_axis([str(n) for n in range(cells.shape[1])], axis=1)
    cells["order"] = rows["order"]  # rows below joined cells do not repeat its number
    copies = np.zeros(len(rows), dtype=bool)
    copies[np.flatnonzero(alike)] = cells.astype(str).duplicated().to_numpy()
    if "order" not in columns.named:
        sieve.note(copies, "like an earlier row; without order numbers it may be another order", "timing and spend")
        return
    lines = copies & _may_be_lines(sieve, columns, copies)
    sieve.note(lines, "like an earlier row of its order; no column tells one line from another", "timing and spend")
    sieve.take(copies & ~lines, "a copy of an earlier row, order number included")


def _may_be_lines(sieve: Sieve, columns: Columns, copies: Bools) -> Bools:
    """Copies in a file of lines that does not name the item may be two lines at one price.

    A copied order has all of its rows twice; where each of an order's rows has as many copies, they are copies.
    """
    rows = sieve.rows
    none = np.zeros(len(rows), dtype=bool)
    if "item" in columns.named:
        return none
    order = rows["order"].to_numpy()
    size = int(order.max(initial=-1)) + 2
    distinct_rows = np.bincount(order[~copies], minlength=size)
    copied = np.bincount(order[copies], minlength=size)
    # Orders with several different rows show that the file is one of lines.
    if (distinct_rows[:-1] > 1).mean() < SOME:
        return none
    return np.asarray((copied % np.maximum(distinct_rows, 1) != 0)[order], dtype=bool)


# --- order numbers ---------------------------------------------------------------------------------


def number_orders(sieve: Sieve, columns: Columns) -> Columns:
    """Give each row the code of its order. Order numbers that a spreadsheet has damaged are not used, and it is said.

    Rows below an order number that have no number, customer and date of their own belong to it (joined cells).
    """
    import pandas as pd

    size = len(sieve.rows)
    sieve.rows["order"] = np.full(size, -1)
    if "order" not in columns.named:
        return columns
    column = columns.named["order"]
    codes, text = distinct(sieve.cells(column))
    ids = plain_numbers(text)
    bad = damaged_numbers(ids)
    if bad.any() and bad[codes].mean() > UNREADABLE:
        example = form_of(str(text[bad].iloc[0]))
        sieve.notes.append(
            f"{column} was not used: a spreadsheet has damaged the order numbers, of the form {example}; rows of one "
            "customer with one stamp are one order"
        )
        return replace(columns, named={kind: name for kind, name in columns.named.items() if kind != "order"})
    blank = blank_in(ids) | no_numbers(ids, np.bincount(codes, minlength=len(ids)))
    orders = np.arange(len(ids)) if bool((ids == text).all()) else pd.factorize(ids)[0].astype(np.int64)
    order = np.where((blank | bad)[codes], -1, orders[codes])
    joined = blank[codes]
    if joined.any():
        for kind in ("customer", "date"):
            joined = joined & lacking(sieve.cells(columns.named[kind]))
        last = np.maximum.accumulate(np.where(joined, -1, np.arange(size)))
        order = np.where(joined & (last >= 0), order[last], order)
    fresh = order < 0
    order[fresh] = len(text) + np.flatnonzero(fresh)
    sieve.rows["order"] = order
    return columns


def split_orders(sieve: Sieve, columns: Columns) -> None:
    """Tell orders of different customers under one number apart, and of different days where numbers begin again.

    What undoes an order is of that order's customer: payment providers name the shop, which pays a refund.
    """
    if "order" not in columns.named:
        return
    rows = sieve.rows
    order, customer, undoes = (rows[name].to_numpy() for name in ("order", "customer", "undoes"))
    size = int(order.max()) + 1
    if undoes.any():
        payer = np.full(size, -1)
        payer[order[~undoes]] = customer[~undoes]
        customer = np.where(undoes & (payer[order] >= 0), payer[order], customer)
        rows = sieve.rows = rows.assign(customer=customer)
    least, most = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(least, order, customer)
    np.maximum.at(most, order, customer)
    shared = most > least
    if not shared.any():
        return
    rows_of = np.bincount(order, minlength=size)
    again = rows_of[shared].sum() > max(SHARED * rows_of[rows_of > 1].sum(), SOME_SHARED * len(rows), FEW_SHARED)
    tells = ["order", "customer", "day"] if again else ["order", "customer"]
    sieve.rows = rows.assign(order=rows.groupby(tells, sort=False).ngroup().to_numpy())
    column = columns.named["order"]
    sieve.notes.append(
        f"{column} begins again: rows of one number, customer and day are one order"
        if again
        else f"{column} has numbers of several customers ({shared.sum()}): "
        "rows of one number and customer are one order"
    )


def order_keys(sieve: Sieve, columns: Columns) -> Ints:
    """For files without usable order numbers: rows of one customer with one stamp are one order."""
    stamps, _ = distinct(sieve.cells(columns.named["date"]))
    pairs = sieve.rows["customer"].to_numpy() * (int(stamps.max(initial=0)) + 1) + stamps
    return np.unique(pairs, return_inverse=True)[1].astype(np.int64)
