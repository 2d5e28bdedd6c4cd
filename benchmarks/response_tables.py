"""How the market responds to depth, cadence and format, beside published effects: tables and a picture.

    python -m benchmarks.response_tables                      at the medians of library:base
    python -m benchmarks.response_tables --quick              the same, smaller
    python -m benchmarks.response_tables --corners            a line for each of eight numbers at p5 and at p95
    python -m benchmarks.response_tables --small              depths up to 8 % alone, of 8,000 people twice
    python -m benchmarks.response_tables --causes             a message a day, and 70 % off, with one number changed
    python -m benchmarks.response_tables --orders DATA        the depth question on CDNOW and Complete Journey
    python -m benchmarks.response_tables --out out/response   also writes response.png and response.svg there

The shop has no staff and no new contacts, and limits of mass sending are lifted, so that what is seen is the market.
Depth: a percent campaign of three days every 30 days, announced in the feed. Cadence: one advertisement every n days to
everybody, nothing given away. Format: the same campaign in eight formats that cost the same on a usual basket.
Everything is relative to the same shop without the campaign, or without messages, with the same random numbers.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.response_arms import (
    EVERY,
    LASTS,
    Response,
    Size,
    after_one,
    formats,
    plain_shop,
    responses,
    with_mails,
    with_offer,
)
from scenarios import Question, load, with_values
from sim.scenario import Offer, Scenario

DEPTHS = (0.0, 0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.30, 0.50, 0.70, 0.90)
SMALL_DEPTHS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)
INTERVALS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 45, 60)
COSTS = (0.02, 0.05, 0.15)
"""Of a usual basket: what an offer costs in each format."""
NUMBERS = (
    "market.fatigue.half_life",
    "market.fatigue.weight.offer",
    "market.optout.per_message",
    "market.attention.max_lift",
    "market.offers.elasticity",
    "market.offers.waiting",
    "market.offers.displacement",
    "market.need.order_rate.mean",
)
"""Numbers that move profit most (issue 15, and the offer's own)."""
CAUSES = (
    ("", 0.0),
    ("market.optout.per_message", 0.0),
    ("market.optout.fatigue_slope", 0.0),
    ("market.optout.most", 2.0),
    ("market.fatigue.order_effect", 0.0),
    ("market.trust.promotion", 0.0),
    ("market.offers.reference", 0.25),
    ("market.offers.waiting", 0.0),
    ("market.offers.displacement", 0.0),
)
PUBLISHED_MAILS = ((4, 0.68), (7, 1.0), (10, 0.84))
"""Mails per period and share of the best profit (Zhang, Kumar & Cosguner 2017)."""

PUBLISHED_THRESHOLDS = (
    ("1.0", ".9 to 1.05, of any size", 0.9, 1.05),
    ("1.2", ".6 to 1.05 (.85), of any size", 0.6, 1.05),
    ("1.5", ".3 to .8, of any size", 0.3, 0.8),
)
"""A threshold at so many usual baskets beside a percent discount that costs the same (Amornpetchkul 2018; others). No
published figure names the size of the saving."""


@dataclass(frozen=True)
class Point:
    """A published effect, what the shop shows, and the range that counts as inside."""

    name: str
    published: str
    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """The line of the table."""
        inside = "inside" if self.low <= self.value <= self.high else "outside"
        return f"{self.name:<58}{self.published:<34}{self.value:>8.3f}   {inside} {self.low:g} to {self.high:g}"


def depth_table(shop: Scenario, size: Size, depths: Sequence[float]) -> pd.DataFrame:
    """Rows by depth; contribution and orders relative to no campaign, contacts who deleted."""
    arms = {"none": shop} | {f"{depth:.0%}": with_offer(shop, Offer.percent(depth)) for depth in depths}
    return _table(responses(arms, size), "none")


def cadence_table(shop: Scenario, size: Size, intervals: Sequence[int]) -> pd.DataFrame:
    """Rows by days between messages; relative to no messages."""
    arms = {"none": shop} | {f"{interval} d": with_mails(shop, interval) for interval in intervals}
    return _table(responses(arms, size), "none")


def format_table(shop: Scenario, size: Size, cost: float) -> pd.DataFrame:
    """Rows by format at equal cost on a usual basket; `against_percent` is extra orders of the first campaign."""
    offers = formats(shop.market.spend.mean, cost)
    arms = {"none": shop} | {name: with_offer(shop, offer) for name, offer in offers.items()}
    table = _table(responses(arms, size), "none")
    # a small difference of orders in three days wants many people, and no more days
    many = replace(size, people=5 * size.people, replications=4 * size.replications, days=EVERY + LASTS)
    first = {
        name: one.first_days for name, one in responses({n: _cut(arm, many) for n, arm in arms.items()}, many).items()
    }
    extra = first["percent"] - first["none"]
    table["against_percent"] = [(days - first["none"]) / extra if extra else math.nan for days in first.values()]
    return table


def _cut(arm: Scenario, size: Size) -> Scenario:
    """The arm at this size."""
    return with_values(replace(arm, run=replace(arm.run, horizon=size.days)), {"market.start_with": size.people})


def _table(found: Mapping[str, Response], against: str) -> pd.DataFrame:
    base = found[against]
    rows = {
        name: {
            "contribution": one.contribution / base.contribution if base.contribution else math.nan,
            "orders": one.orders / base.orders if base.orders else math.nan,
            "first_campaign": one.first_days / base.first_days if base.first_days else math.nan,
            "deleted": one.optouts,
            "deleted_per_message": (one.optouts - base.optouts) / one.touches if one.touches else math.nan,
        }
        for name, one in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def points(depth: pd.DataFrame, cadence: pd.DataFrame, by_cost: Mapping[float, pd.DataFrame]) -> list[Point]:
    """Published effects beside what the tables show."""
    found = [
        Point(
            "orders of the first campaign at 20 % off", "+73 % (Bijmolt 2005)", depth.first_campaign["20%"], 1.4, 2.1
        ),
        Point("the same at 30 % off", "about x2 (cart coupons, Zhang 2020)", depth.first_campaign["30%"], 1.5, 2.7),
    ]
    best, profit = profit_at(cadence.contribution.drop("none"))
    for mails, share in PUBLISHED_MAILS:
        at = profit(mails)
        name = f"profit at {mails} mails where 7 are best (best: every {best:g} d)"
        found.append(Point(name, f"{share:g} (Zhang, Kumar & Cosguner)", at, share - 0.15, min(share + 0.15, 1.0)))
    per_message = cadence.deleted_per_message.drop("none")
    found += [
        Point(f"deleted per message, one every {name}", "0.1 to 3 %", per_message[name], 0.001, 0.03)
        for name in ("7 d", "1 d")
    ]
    for cost, table in by_cost.items():
        ratio = table.against_percent
        found += [
            Point(f"threshold at {at} baskets, cost {cost:.0%}", text, ratio[f"threshold at {at} baskets"], low, high)
            for at, text, low, high in PUBLISHED_THRESHOLDS
        ]
        low, high = (1.0, 2.0) if cost <= 0.03 else (0.0, 1.0) if cost >= 0.08 else (0.7, 1.3)
        text = "above 1 below 3 %, below 1 above 8 %"
        found.append(Point(f"lottery, cost {cost:.0%}", text, ratio["lottery, 10 % chance"], low, high))
    return found


def profit_at(profit: pd.Series) -> tuple[float, Callable[[float], float]]:
    """The interval of the best profit, days, and the share of it at so many mails where 7 are best."""
    days = np.array([float(str(name).split()[0]) for name in profit.index])
    best = float(days[int(np.nanargmax(profit.to_numpy()))])
    gain = profit.to_numpy() / np.nanmax(profit.to_numpy())
    return best, lambda mails: float(np.interp(math.log(best * 7 / mails), np.log(days), gain))


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table."""
    print(f"\n{title}\n{table.round(4).to_string()}", flush=True)


def show_points(title: str, found: Sequence[Point]) -> None:
    """Print published effects beside those of the shop."""
    print(f"\n{title}\n" + "\n".join(one.text for one in found), flush=True)


# --- corners, orders, picture ------------------------------------------------------------------------


def corners(question: Question) -> dict[str, dict[str, float]]:
    """The medians, then each of the numbers that decide most at its 5th and its 95th percentile."""
    known = [path for path in NUMBERS if path in question.beliefs]
    ends = {
        f"{path.removeprefix('market.')} {end}": {path: float(getattr(question.beliefs[path], end))}
        for path in known
        for end in ("p5", "p95")
    }
    return {"medians": {}} | ends


def causes(question: Question, size: Size) -> pd.DataFrame:
    """Orders at a message a day and at 70 % off, over those without, with one number of the market changed."""
    rows = {}
    for path, value in CAUSES:
        shop = plain_shop(question, size, {path: value} if path else {})
        arms = {"none": shop, "a message a day": with_mails(shop, 1), "70 % off": with_offer(shop, Offer.percent(0.7))}
        found = responses(arms, size)
        name = f"{path.removeprefix('market.')} {value:g}" if path else "medians"
        rows[name] = {arm: found[arm].orders / found["none"].orders for arm in arms if arm != "none"}
    return pd.DataFrame.from_dict(rows, orient="index")


def orders_question(data: Path, size: Size, depths: Sequence[float]) -> None:
    """Print the depth table of two real shops, started from their own customers."""
    from calibration import calibrate

    panel = pd.read_csv(data / "complete_journey" / "orders.csv.gz")
    for name in ("CDNOW", "Complete Journey"):
        with TemporaryDirectory() as folder:
            file = data / "cdnow" / "orders.csv"
            if name == "Complete Journey":
                file = Path(folder) / "panel.csv"
                panel[panel["customer_id"] % 4 == 0].to_csv(file, index=False)
            calibrate(file, out=f"{folder}/fitted", draws=40)
            text = f'extends = "library:shop"\nname = "{name}"\n[market]\nfrom = "fitted/market.toml"\n'
            (Path(folder) / "depth.toml").write_text(text, encoding="utf-8")
            question = load(Path(folder) / "depth.toml")
            shop = plain_shop(question, replace(size, people=0), {})
            show(f"Depth, {name}", depth_table(shop, size, depths))


def draw(out: Path, depth: pd.DataFrame, cadence: pd.DataFrame, by_cost: Mapping[float, pd.DataFrame]) -> None:
    """Write the picture: contribution, orders and deletions over depth and cadence, formats at equal cost."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 3.6), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    for axes, table, title in ((left, depth, "depth, %"), (middle, cadence, "days between messages")):
        held = table.drop("none")
        at = [float(name.strip("% d")) for name in held.index]
        for column, colour in (("contribution", "tab:blue"), ("orders", "tab:green"), ("deleted", "tab:red")):
            axes.plot(at, held[column], marker="o", ms=3, color=colour, label=column)
        axes.axhline(1.0, color="grey", lw=0.7)
        axes.set_xlabel(title)
        axes.legend(fontsize=7)
    middle.set_xscale("log")
    for cost, table in by_cost.items():
        held = table.against_percent.drop(["none", "percent"])
        right.plot(held, range(len(held)), "o", ms=4, label=f"cost {cost:.0%}")
        right.set_yticks(range(len(held)), held.index, fontsize=7)
    right.axvline(1.0, color="grey", lw=0.7)
    right.set_xlabel("extra orders, percent = 1")
    right.legend(fontsize=7)
    out.mkdir(parents=True, exist_ok=True)
    for kind in ("png", "svg"):
        figure.savefig(out / f"response.{kind}", dpi=120, metadata={"Date": None} if kind == "svg" else None)


def medians(shop: Scenario, size: Size, depths: Sequence[float], out: Path | None) -> None:
    """Print all tables of a shop, and draw them where a folder is named."""
    depth, cadence = depth_table(shop, size, depths), cadence_table(shop, size, INTERVALS)
    by_cost = {cost: format_table(shop, size, cost) for cost in COSTS}
    show("Depth", depth)
    after = {f"{d:.0%}": after_one(shop, Offer.percent(d), size) for d in (0.2, 0.5)}
    lost = pd.DataFrame.from_dict(after, orient="index", columns=["in 60 days", "in 180 days"])
    show("Orders lost after one campaign, as a share of those it brought", lost)
    show("Cadence", cadence)
    for cost, table in by_cost.items():
        show(f"Format at a cost of {cost:.0%} of a usual basket", table)
    show_points("Beside published effects", points(depth, cadence, by_cost))
    if out:
        draw(out, depth, cadence, by_cost)


def corner_row(shop: Scenario, size: Size) -> dict[str, str]:
    """The most telling numbers of a shop: the best depth and interval, and the published effects."""
    depth, cadence = depth_table(shop, size, DEPTHS), cadence_table(shop, size, INTERVALS)
    by_cost = {0.15: format_table(shop, size, 0.15)}
    row = {
        "best depth": str(depth.contribution.idxmax()),
        "orders, 90 % off": f"{depth.orders['90%']:.2f}",
        "best interval": str(cadence.contribution.idxmax()),
        "orders, daily": f"{cadence.orders['1 d']:.2f}",
    }
    names = (
        "20 % off",
        "30 % off",
        "4 mails",
        "7 mails",
        "10 mails",
        "del/msg 7 d",
        "del/msg 1 d",
        "thr. 1",
        "thr. 1.2",
        "thr. 1.5",
        "lottery",
    )
    for name, one in zip(names, points(depth, cadence, by_cost), strict=True):
        row[name] = f"{one.value:.3f}" + ("" if one.low <= one.value <= one.high else " (out)")
    return row


def main() -> None:
    """Read the command line, print the tables, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--corners", action="store_true")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--causes", action="store_true")
    parser.add_argument("--orders", type=Path, metavar="DATA")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    size = Size(1000, 2) if options.quick else Size(4000, 4)
    depths = tuple(d for d in DEPTHS if d not in (0.02, 0.70)) if options.quick else DEPTHS
    began, question = time.process_time(), load("library:shop")
    if options.orders:
        orders_question(options.orders, size, depths)
        print(f"\n{time.process_time() - began:.0f} CPU s")
        return
    if options.small:
        large = Size(8000, 2)
        show("Small depths", depth_table(plain_shop(question, large, {}), large, SMALL_DEPTHS))
        return
    if options.causes:
        show("Orders of the year over those without", causes(question, Size(2000, 1)))
        return
    if options.corners:
        small = Size(500, 1) if options.quick else Size(2000, 2)
        rows = {
            name: corner_row(plain_shop(question, small, values), small) for name, values in corners(question).items()
        }
        show("One number at its 5th or 95th percentile; (out) lies outside what is published", pd.DataFrame(rows).T)
    else:
        medians(plain_shop(question, size, {}), size, depths, options.out)
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
