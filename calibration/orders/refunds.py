"""Refunds: columns of refunds, rows that name their order, and returns with a number of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.orders.amounts import read_amounts
from calibration.orders.cells import blank_in, distinct
from calibration.orders.columns import Columns
from calibration.orders.identities import no_numbers, plain_numbers
from calibration.orders.row_kinds import RowKind
from calibration.orders.sieve import Sieve
from scenarios.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TRUE, FALSE = ("1", "true", "yes", "y", "是", "已退款"), ("", "0", "false", "no", "n", "否", "无", "未退款")
BLANK = ("", "-", "nan", "None", "<NA>", "none", "null", "/", *FALSE)
DATED = r"\d{4}[-/.年]\d{1,2}[-/.月]\d|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
ROUNDING = 1.01
"""Cents by which a refund may miss what it undoes."""
ROUNDS = 6
NONE, NOT_THERE = -2, -1
FEW_TWINS, MOST_TWINS = 5, 5000
WHOLE = "the order was refunded in full"
PART = "refunded in part: the rest counts as spend"


def read_flags(cells: pd.Series) -> Bools | None:
    """Yes-or-no cells as booleans, a date as yes, or None where the cells say something else (such as money)."""
    codes, text = distinct(cells)
    text = text.str.lower().str.replace(r"\.0+$", "", regex=True)
    no, yes = text.isin([*FALSE, *BLANK, "nan", "<na>"]), text.isin(TRUE) | text.str.match(DATED)
    if not (no | yes).all():
        return None
    flags: Bools = yes.to_numpy(dtype=bool)[codes]
    return flags


def undone_orders(sieve: Sieve, columns: Columns) -> Ints:
    """Of each row the order that it names as the one that it undoes: NOT_THERE if the file lacks it, NONE if none.

    The rows in use need `order`.
    """
    nobody = np.full(len(sieve.rows), NONE)
    if not {"original", "order"} <= columns.named.keys():
        return nobody
    numbers, written = distinct(sieve.cells(columns.named["order"]))
    codes, text = distinct(sieve.cells(columns.named["original"]))
    blank = blank_in(text) | no_numbers(text, np.zeros(len(text), dtype=np.int64))
    place = {number: n for n, number in enumerate(plain_numbers(written))}
    found = np.array([place.get(number, NOT_THERE) for number in plain_numbers(text)])
    # A number stands for the order of its first row.
    first = np.zeros(len(written), dtype=np.int64)
    first[numbers[::-1]] = np.arange(len(numbers))[::-1]
    order = sieve.rows["order"].to_numpy()
    of_number = np.append(order[first], NOT_THERE)
    undone: Ints = np.where(blank, NONE, of_number[found])[codes]
    return np.where(undone == order, NONE, undone)


def note_twins(sieve: Sieve, columns: Columns, sales: Bools, refunded: Bools) -> None:
    """Say where rows in a refunded state look like records of refunds, whose orders stay in the file as sales.

    Most of them then have the customer and the amount of a sale, as few sales have of each other. Some rows tell.
    """
    amount = columns.named.get("amount")
    if amount is None or refunded.sum() < FEW_TWINS:
        return
    who, what = sieve.cells(columns.customers[0]), sieve.cells(amount)
    back, sold = (_spread(np.flatnonzero(rows)) for rows in (refunded, sales))
    asked = np.concatenate([back, sold])
    alike = np.flatnonzero(who.isin(who.iloc[asked].unique()).to_numpy(dtype=bool))
    alike = alike[what.iloc[alike].isin(what.iloc[asked].unique()).to_numpy(dtype=bool)]
    rows = who.iloc[alike].to_frame("who").assign(what=what.iloc[alike], sale=sales[alike])
    times = np.zeros(len(who))
    times[alike] = rows.groupby(["who", "what"], sort=False)["sale"].transform("sum")
    twins = (times[back] > 0).mean()
    if twins >= 0.5 and 2 * (times[sold] > 1).mean() < twins:
        sieve.notes.append(
            f"{twins:.0%} of the {refunded.sum()} rows in a refunded state have the customer and amount of a sale; "
            "if they are its refund, that sale counts still: --map original=COLUMN names its order, or --map "
            "type=COLUMN the state"
        )


def _spread(rows: Ints) -> Ints:
    """Some of the rows, evenly."""
    return rows[:: len(rows) // MOST_TWINS + 1]


def take_refunds(sieve: Sieve, columns: Columns, kind: RowKind) -> None:
    """Take refunds off the orders that they belong to; orders that are refunded in full are taken out.

    The rows in use need `order`, `customer`, `day` and `cents`.
    """
    if "refunded" in columns.named:
        flags = read_flags(sieve.cells(columns.named["refunded"]))
        if flags is not None:
            sieve.take(flags, WHOLE)
        else:
            _take_refunded_amounts(sieve, columns, kind)
    if (sieve.rows["cents"] < 0).any():
        if "item" in columns.named:
            sieve.rows = sieve.rows.assign(item=distinct(sieve.cells(columns.named["item"]))[0])
        _match_returns(sieve)
        _net_orders(sieve)


def _units(sieve: Sieve, back: Floats, columns: Columns) -> Floats | None:
    """Cents of refunds that are units: whole numbers, several above one, that no row's quantity falls short of."""
    if "quantity" not in columns.named or not (back > 1).any():
        return None
    try:
        quantity, _ = read_amounts(sieve.cells(columns.named["quantity"]), columns.named["quantity"])
    except InputError:
        return None
    if not ((back == np.rint(back)) & (back <= quantity)).all():
        return None
    cents: Floats = sieve.rows["cents"].to_numpy() * back / np.maximum(quantity, 1.0)
    return cents


def _take_refunded_amounts(sieve: Sieve, columns: Columns, kind: RowKind) -> None:
    column = columns.named["refunded"]
    cells = sieve.cells(column)
    codes, text = distinct(cells)
    blank = text.isin(BLANK).to_numpy(dtype=bool)[codes]
    amounts, _ = read_amounts(cells, f"{sieve.source.name}: column {column}")
    back = np.where(blank, 0.0, np.abs(amounts) * 100.0)
    units = _units(sieve, back / 100.0, columns)
    if units is not None:
        back = units
        sieve.notes.append(f"{column} counts units that came back")
    sieve.take_unreadable(np.isnan(back), "refunded", column, "12.50")
    back = back[~np.isnan(back)]
    order, cents = sieve.rows["order"].to_numpy(), sieve.rows["cents"].to_numpy()
    back[cents < 0] = 0.0
    if not kind.whole_order and (order >= 0).any():
        back = _by_line(order, cents, back)
    left = np.where(cents >= 0, np.maximum(cents - back, 0.0), cents)
    if (order >= 0).all():
        left_of_order, back_of_order = (np.bincount(order, np.maximum(v, 0.0))[order] for v in (left, back))
    else:
        left_of_order, back_of_order = left, back
    whole = (back_of_order > 0) & (left_of_order <= ROUNDING) & (cents >= 0)
    sieve.note((back > 0) & ~whole, PART, "timing and spend")
    sieve.rows = sieve.rows.assign(cents=left)
    sieve.take(whole, WHOLE)


def _by_line(order: Ints, cents: Floats, back: Floats) -> Floats:
    """Refunds by line. One that is repeated on all lines of its order, and above one of them, is that of the order."""
    named = (order >= 0) & (cents >= 0)
    size = int(order.max(initial=-1)) + 1
    lines, total = np.bincount(order[named], minlength=size), np.bincount(order[named], cents[named], minlength=size)
    low, high = np.full(size, np.inf), np.zeros(size)
    np.minimum.at(low, order[named], back[named])
    np.maximum.at(high, order[named], back[named])
    equal = (lines > 1) & (high > 0) & (high - low < ROUNDING)
    above = np.zeros(size, dtype=bool)
    np.logical_or.at(above, order[named], (back > cents + ROUNDING)[named])
    whole_order = equal & bool((equal & above).sum() > 0.05 * max(equal.sum(), 1))
    first_only = (lines > 1) & (high > 0) & (low == 0) & above
    spread = named & (whole_order | first_only)[order]
    if not spread.any():
        return back
    share = np.minimum(high / np.maximum(total, 1e-9), 1.0)
    return np.where(spread, cents * share[order], back)


# --- rows of refunds -------------------------------------------------------------------------------


def _match_returns(sieve: Sieve) -> None:
    """Give a refund whose order number no sale has the number of the order that it undoes.

    That is an earlier order of the same customer: the latest with the same item, if the file names items, or else
    the latest of the same amount, or else the latest that is larger.
    """
    rows = sieve.rows
    order, cents = rows["order"].to_numpy(), rows["cents"].to_numpy()
    size = int(order.max(initial=-1)) + 1
    sold = np.zeros(size + 1, dtype=bool)
    sold[order[(cents >= 0) & (order >= 0)]] = True
    sold[size] = False
    lost = (cents < 0) & ~sold[order]
    if not lost.any():
        return
    sales = rows[cents > 0]
    # Without order numbers each row is an order; rows get numbers of their own here.
    if (sales["order"] < 0).any():
        fresh = np.where(order < 0, size + np.arange(order.size), order)
        rows = rows.assign(order=fresh)
        sales = rows[cents > 0]
    found = _undone(sales, rows[lost])
    named = found >= 0
    order = rows["order"].to_numpy().copy()
    order[np.flatnonzero(lost)[named]] = found[named]
    sieve.rows = rows.assign(order=order)
    unmatched = np.zeros(order.size, dtype=bool)
    unmatched[np.flatnonzero(lost)[~named]] = True
    sieve.take(unmatched, "a negative amount: a refund (the order that it undoes is not in the file)")


def _undone(sales: pd.DataFrame, returns: pd.DataFrame) -> Ints:
    """The order that each return undoes, or -1."""
    found = np.full(len(returns), -1)
    sales = sales[sales["customer"].isin(returns["customer"].unique())]
    sales = sales.assign(cents=np.rint(sales["cents"]).astype(np.int64))
    orders = sales.groupby("order").agg(customer=("customer", "first"), day=("day", "min"), cents=("cents", "sum"))
    orders = orders.reset_index()
    left = returns.assign(cents=-np.rint(returns["cents"]).astype(np.int64), row=np.arange(len(returns)))
    if "item" in sales:
        left = _one_each(left, sales, ["customer", "item", "cents"], found)
        left = left[~_latest(left, sales, ["customer", "item"], found)]
    untouched = orders[~orders["order"].isin(found[found >= 0])]
    left = _one_each(left, untouched, ["customer", "cents"], found)
    return _latest_larger(left, orders, found)


def _one_each(left: pd.DataFrame, sales: pd.DataFrame, by: list[str], found: Ints) -> pd.DataFrame:
    """Match returns with sales that agree in `by`, each sale with one return; what is left."""
    for _ in range(ROUNDS):
        sales = sales.assign(free=True)
        matched = _latest(left, sales, by, found)
        if not matched.any():
            break
        left, sales = left[~matched], sales[sales["free"]]
    return left


def _latest(left: pd.DataFrame, sales: pd.DataFrame, by: list[str], found: Ints) -> Bools:
    """Match each return with the latest sale before it that agrees in `by`: which returns have found one.

    Where `sales` has a column `free`, a sale takes one return and is free no longer.
    """
    import pandas as pd

    if not len(left) or not len(sales):
        return np.zeros(len(left), dtype=bool)
    right = sales.assign(sale=np.arange(len(sales)))[["day", "order", "sale", *by]]
    right = right.rename(columns={"order": "undone"}).sort_values("day", kind="stable")
    early = left.assign(place=np.arange(len(left))).sort_values("day", kind="stable")
    match = pd.merge_asof(early[["day", "row", "place", *by]], right, on="day", by=by).dropna(subset="sale")
    if "free" in sales:
        match = match.drop_duplicates("sale")
        free = np.ones(len(sales), dtype=bool)
        free[match["sale"].to_numpy().astype(np.int64)] = False
        sales["free"] = free
    found[match["row"].to_numpy()] = match["undone"].to_numpy().astype(np.int64)
    matched = np.zeros(len(left), dtype=bool)
    matched[match["place"].to_numpy()] = True
    return matched


def _latest_larger(left: pd.DataFrame, orders: pd.DataFrame, found: Ints) -> Ints:
    """Match what is left with the latest earlier order of the customer that is larger; few rows, so all pairs."""
    if not len(left):
        return found
    pairs = left[["row", "customer", "day", "cents"]].merge(orders, on="customer", suffixes=("", "_sold"))
    pairs = pairs[(pairs["day_sold"] <= pairs["day"]) & (pairs["cents_sold"] >= pairs["cents"])]
    latest = pairs.sort_values("day_sold", kind="stable").groupby("row")["order"].last()
    found[latest.index.to_numpy()] = latest.to_numpy()
    return found


def _net_orders(sieve: Sieve) -> None:
    """Subtract refund rows from the orders that they name; orders with nothing left are taken out."""
    rows = sieve.rows
    order, cents = rows["order"].to_numpy(), rows["cents"].to_numpy()
    size = int(order.max(initial=-1)) + 1
    net = np.bincount(order, cents, minlength=size)
    low = np.zeros(size)
    np.minimum.at(low, order, cents)
    whole, part = (low < 0) & (net <= ROUNDING), (low < 0) & (net > ROUNDING)
    sieve.note(part[order], PART, "timing and spend")
    first = np.full(size, rows["day"].max())
    np.minimum.at(first, order[cents >= 0], rows["day"].to_numpy()[cents >= 0])
    days = np.where(low[order] < 0, first[order], rows["day"].to_numpy())
    beyond = -float(net[whole & (net < -ROUNDING)].sum())
    if beyond > 0:
        sieve.notes.append(f"refunds exceed their orders by {beyond / 100:,.2f} in all, which is taken off no sale")
    sieve.rows = rows.assign(day=days)
    sieve.take(whole[order], WHOLE)
