"""Posts a week in a channel: what they bring and cost, up to more than anybody would read.

    python -m benchmarks.post_curve                                        all channels at the medians, value
    python -m benchmarks.post_curve --channel moments --number media.moments.attention=p95
    python -m benchmarks.post_curve --channel moments --content offer --people 2000

A strategy here is the library's shop with so many posts a week besides, the same for everybody. Orders are relative to
the shop as it is; money in CNY, messages, and people who leave the channel or delete the contact are those of a year,
over the contacts of day one. Content costs as much per contact as in the whole shop.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.lazy_strategies import at_size
from scenarios import Question, load
from sim import run
from sim.output.measures import measure
from sim.scenario import CONTENTS, Content, Outreach, Rhythm, Scenario, Strategy

CHANNELS = ("moments", "channels_video", "official_account", "group")
RATES = (1.0, 3.0, 7.0, 14.0, 21.0, 70.0)
"""Posts a week."""
COLUMNS = ("orders", "contribution", "deleted", "left_channel", "messages", "content_cost")


def with_posts(strategy: Strategy, channel: str, content: Content, a_week: float) -> Strategy:
    """The strategy with so many posts a week besides, several programmes a day where that takes more than one."""
    daily = max(1, round(a_week / 7.0))
    every = Rhythm(7.0 * daily / a_week)
    hours = [(7.0 + 15.0 * n / daily) / 24.0 for n in range(daily)]
    posts = {f"posts{n}": Outreach(channel, content=content, every=every, at=at) for n, at in enumerate(hours)}
    return replace(strategy, outreach=posts | dict(strategy.outreach))


def per_contact(shop: Scenario, replications: int) -> npt.NDArray[np.float64]:
    """`COLUMNS` over the contacts of day one, money in CNY."""
    rows = []
    for replication in range(replications):
        ledger = run(shop, 0, replication, threads=1)
        accounts = ("optouts", "channel_optouts", "touches", "content_cost")
        sums = [float(ledger.series[name].sum()) for name in accounts]
        values = [measure(ledger, "orders").value, measure(ledger, "contribution_profit").value, *sums]
        rows.append(np.array(values) / (max(ledger.start_contacts, 1) * np.array([1, 100, 1, 1, 1, 100])))
    return np.asarray(np.mean(rows, axis=0))


def post_curve(shop: Scenario, channel: str, content: Content, replications: int) -> pd.DataFrame:
    """Rows by posts a week; orders relative to the shop as it is, the other columns less those of it."""
    today, rows = per_contact(shop, replications), {}
    for rate in RATES:
        posts = replace(shop, strategy=with_posts(shop.strategy, channel, content, rate))
        found = per_contact(posts, replications)
        rows[rate] = [found[0] / today[0], *(found - today)[1:]]
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("posts a week")


def stated(question: Question, numbers: list[str]) -> Mapping[str, float]:
    """Values by path of the market from PATH=p5, PATH=p95 or PATH=NUMBER."""
    pairs = [number.split("=", 1) for number in numbers]
    return {
        f"market.{path}": float(getattr(question.beliefs[f"market.{path}"], to) if to in ("p5", "p95") else to)
        for path, to in pairs
    }


def main() -> None:
    """Read the command line and print a table for each channel."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--channel", choices=CHANNELS)
    parser.add_argument("--content", choices=CONTENTS, default="value")
    parser.add_argument("--number", action="append", default=[], metavar="PATH=p95")
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--replications", type=int, default=2)
    options = parser.parse_args()
    question = load("library:shop")
    shop = at_size(question, options.people, stated(question, options.number))
    for channel in [options.channel] if options.channel else CHANNELS:
        table = post_curve(shop, channel, options.content, options.replications)
        print(f"\n{channel}, {options.content}\n{table.round(3).to_string()}")


if __name__ == "__main__":
    main()
