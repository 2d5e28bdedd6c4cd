"""In which part of the prior few mails cost what is published: 4, 7 and 10 mails, share of the best profit.

    python -m benchmarks.mail_points --people 2000 --replications 2

Published are .68, 1 and .84 (Zhang, Kumar & Cosguner 2017). The shop, and the profit of an advertisement every n days,
are those of `benchmarks.response_tables`; each row has one number, or a few, of the market at an end of its range.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping

import pandas as pd

from benchmarks.published_effects import PUBLISHED_MAILS, profit_at
from benchmarks.response_arms import Size, plain_shop
from benchmarks.response_tables import INTERVALS, cadence_table
from scenarios import Question, load

ROWS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    *(
        ((name, end),)
        for name in (
            "attention.max_lift",
            "attention.half_life",
            "attention.saturation",
            "attention.remembered",
            "attention.weight.offer",
            "fatigue.half_life",
            "need.dropout_rate.mean",
        )
        for end in ("p5", "p95")
    ),
    *(
        (("attention.max_lift", "p95"), (name, end))
        for name, end in (
            ("attention.saturation", "p95"),
            ("attention.half_life", "p5"),
            ("attention.remembered", "p95"),
            ("need.dropout_rate.mean", "p95"),
        )
    ),
    (("attention.max_lift", "p95"), ("attention.remembered", "p95"), ("need.dropout_rate.mean", "p95")),
    (("attention.remembered", "p95"), ("need.dropout_rate.mean", "p95")),
)
"""Numbers below `market.`, and the end of its range at which each is."""


def mails_row(question: Question, size: Size, values: Mapping[str, float]) -> dict[str, float]:
    """The best interval, the profit without mails, and that at each published number of mails, over the best."""
    table = cadence_table(plain_shop(question, size, values), size, INTERVALS)
    profit = table.contribution.drop("none")
    best, at = profit_at(profit)
    row = {"best every, days": best, "no mails": float(table.contribution["none"] / profit.max())}
    return row | {f"{mails} mails": at(mails) for mails, _ in PUBLISHED_MAILS}


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--replications", type=int, default=1)
    options = parser.parse_args()
    began, question, rows = time.process_time(), load("library:shop"), {}
    for ends in ROWS:
        values = {f"market.{name}": float(getattr(question.beliefs[f"market.{name}"], end)) for name, end in ends}
        name = ", ".join(f"{name} {end}" for name, end in ends) or "medians"
        rows[name] = mails_row(question, Size(options.people, options.replications), values)
    table = pd.DataFrame.from_dict(rows, orient="index")
    published = dict.fromkeys(table.columns, float("nan")) | {f"{mails} mails": gain for mails, gain in PUBLISHED_MAILS}
    table.loc["published"] = pd.Series(published)
    print(f"{table.round(3).to_string()}\n\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
