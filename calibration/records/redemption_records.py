"""Coupons that were used: person, day, campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from calibration.orders.order_rows import ReadingOptions
from calibration.records.record_columns import RecordMapping
from calibration.records.record_reader import RecordReader, RecordReport
from calibration.records.recorded_people import NOBODY, UNKNOWN, RecordedPeople

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Redemptions:
    """Days on which people used coupons. rows: person (place), day, campaign, each once."""

    rows: pd.DataFrame
    report: RecordReport


def read_redemptions(
    paths: Sequence[str | Path], said: RecordMapping | None, who: RecordedPeople, options: ReadingOptions
) -> Redemptions:
    """A file of coupons used; several of one campaign on one day count once. Raises InputError as other records do."""
    reader = RecordReader("redemptions", paths, said, options)
    reader.people()
    reader.days("time", who.orders.first)
    reader.names("campaign")
    sieve = reader.sieve
    place = who.matched(sieve.rows["person"])
    sieve.rows = sieve.rows.assign(person=place)
    sieve.take((place == NOBODY) | (place == UNKNOWN), "of people who are neither among the customers nor the leads")
    outside = (sieve.rows["time"] < 0) | (sieve.rows["time"] > who.orders.days)
    sieve.take(outside.to_numpy(dtype=bool), "outside the orders' days")
    reader.need_rows()
    rows = sieve.rows.rename(columns={"time": "day"})[["person", "day", "campaign"]].drop_duplicates(ignore_index=True)
    table = who.orders.orderdays
    ordered = who.place[table["customer"].to_numpy()] * (who.orders.days + 1) + table["day"].to_numpy()
    asked = rows["person"].to_numpy() * (who.orders.days + 1) + rows["day"].to_numpy()
    lacking = int(np.count_nonzero(~np.isin(asked, ordered)))
    if lacking:
        sieve.notes.append(f"{lacking:,} of {len(rows):,} redemptions are on a day without an order of that person")
    return Redemptions(rows, reader.report())
