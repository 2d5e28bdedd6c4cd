"""Orders that stand in several files, as exports of overlapping dates have them."""

from __future__ import annotations

import numpy as np

from calibration.orders.cells import distinct
from calibration.orders.sieve import Sieve


def settle_files(sieve: Sieve, customer: str, date: str) -> None:
    """Of an order that stands in several files, leave the rows of the last one; it may have changed since.

    Orders of one number with another customer or another date are different orders, as two shops have them, and get
    codes of their own. One order across the end of a file and the start of another has its lines in both, and keeps
    them. customer, date: the columns that tell. The rows in use need `order`, -1 for none.
    """
    count = len(sieve.source.files)
    order = sieve.rows["order"].to_numpy()
    if count == 1 or not (order >= 0).any():
        return
    # One entry for each order in a file, with its first row there, which has its customer and date.
    file = sieve.source.file_of[sieve.rows.index]
    place = np.where(order >= 0, order, np.arange(len(order)) + int(order.max()) + 1) * count + file
    entries, first, entry = np.unique(place, return_index=True, return_inverse=True)
    who, when = distinct(sieve.cells(customer))[0], distinct(sieve.cells(date))[0]
    code = np.unique(np.stack([entries // count, who[first], when[first]]), axis=1, return_inverse=True)[1].reshape(-1)
    last = np.full(int(code.max()) + 1, -1)
    np.maximum.at(last, code, entries % count)
    sieve.rows["order"] = np.where(order >= 0, code[entry], -1)
    older = entries % count < last[code]
    ends = np.flatnonzero(np.diff(file, prepend=-1, append=-1))
    edges = np.union1d(entry[ends[:-1]], entry[ends[1:] - 1])
    if older.sum() == 1 and older[edges].any():
        return
    sieve.take(older[entry], "the order is in a later file too, where it may have changed")
