"""How the market responds to depth, cadence and format, beside published effects: tables and a picture.

    python -m benchmarks.response_tables                         at the medians of library:base
    python -m benchmarks.response_tables --quick                 the same, smaller
    python -m benchmarks.response_tables --corners               a line for each of eight numbers at p5 and at p95
    python -m benchmarks.response_tables --small                 depths up to 8 % alone, of 8,000 people four times
    python -m benchmarks.response_tables --causes                a message a day, and 70 % off, with one number changed
    python -m benchmarks.response_tables --orders DATA           the depth question on CDNOW and Complete Journey
    python -m benchmarks.response_tables --out out/response      also writes response.png and response.svg there

The shop has no staff and no new contacts, and limits of mass sending are lifted, so that what is seen is the market.
Depth: a percent campaign of three days every 30 days, announced in the feed. Cadence: one advertisement every n days to
everybody, nothing given away. Format: the same campaign in nine formats that cost the same on a usual basket.
Everything is relative to the same shop without the campaign, or without messages, with the same random numbers; `error`
is the standard error of the contribution's difference to it over replications, and `best` marks all that lie within two
standard errors of the best. Orders of the first campaign are those that the day expects of it, by the account of extra
need, so that no small number of orders decides.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.published_effects import (
    PUBLISHED_DEPTHS,
    PUBLISHED_FORMATS,
    PUBLISHED_LOTTERIES,
    Point,
    depth_points,
    format_points,
    mail_points,
    show_points,
)
from benchmarks.response_arms import (
    EVERY,
    Response,
    Size,
    after_one,
    cut,
    first_campaign,
    formats,
    plain_shop,
    responses,
    with_mails,
    with_offer,
)
from benchmarks.response_picture import Curves, draw
from scenarios import Question, load
from sim.scenario import Offer, Scenario

DEPTHS = (0.0, 0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.30, 0.50, 0.70, 0.90)
SMALL_DEPTHS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.08)
INTERVALS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 45, 60)
COSTS = (0.02, 0.05, 0.15, 0.20)
"""Of a usual basket: what an offer costs in each format."""
MARGIN_COSTS = (0.05, 0.15)
"""Those of which a whole year is run."""
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


def depth_table(shop: Scenario, size: Size, depths: Sequence[float], first: Sequence[float]) -> pd.DataFrame:
    """Rows by depth; contribution and orders relative to no campaign, orders of the first one, contacts who deleted.

    Orders of the first campaign are found for the depths `first` alone.
    """
    arms = {"none": shop} | {f"{depth:.0%}": with_offer(shop, Offer.percent(depth)) for depth in depths}
    table = _table(responses(arms, size))
    added = first_campaign(shop, {f"{depth:.0%}": Offer.percent(depth) for depth in first}, size)
    table["first_campaign"] = 1.0 + pd.Series({"none": 0.0} | added)
    return table[["contribution", "error", "best", "orders", "first_campaign", "deleted"]]


def cadence_table(shop: Scenario, size: Size, intervals: Sequence[int]) -> pd.DataFrame:
    """Rows by days between messages; relative to no messages."""
    arms = {"none": shop} | {f"{interval} d": with_mails(shop, interval) for interval in intervals}
    return _table(responses(arms, size))


def format_table(shop: Scenario, size: Size, cost: float) -> pd.DataFrame:
    """Rows by format at equal cost on a usual basket; relative to no campaign."""
    # half-way to the next campaign: a booking's goods have left by then, and what waits for a campaign is not all lost
    shop = cut(shop, replace(size, days=12 * EVERY + EVERY // 2))
    arms = {name: with_offer(shop, offer) for name, offer in formats(shop.market.spend.mean, cost).items()}
    return _table(responses({"none": shop} | arms, size))[["contribution", "error", "best", "orders"]]


def format_ratios(shop: Scenario, size: Size, costs: Sequence[float], names: Sequence[str]) -> pd.DataFrame:
    """Orders in the first campaign over those with a percent discount at the same cost, by format and cost."""
    offers = {cost: {name: formats(shop.market.spend.mean, cost)[name] for name in names} for cost in costs}
    found = {cost: pd.Series(first_campaign(shop, of_cost, size)) for cost, of_cost in offers.items()}
    return pd.DataFrame({cost: (1.0 + added) / (1.0 + added["percent"]) for cost, added in found.items()})


def _table(found: Mapping[str, Response]) -> pd.DataFrame:
    """Rows by arm, relative to the arm `none`."""
    base = found["none"]
    first = max(found.values(), key=lambda one: float(one.profits.mean())).profits
    rows = {
        name: {
            "contribution": one.profits.mean() / base.profits.mean(),
            "error": _error(one.profits - base.profits) / base.profits.mean(),
            "best": "*" if (first - one.profits).mean() <= 2.0 * _error(first - one.profits) else "",
            "orders": one.orders / base.orders if base.orders else math.nan,
            "deleted": one.optouts,
            "deleted_per_message": (one.optouts - base.optouts) / one.touches if one.touches else math.nan,
        }
        for name, one in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _error(values: npt.NDArray[np.float64]) -> float:
    """The standard error of the mean, 0 of one value."""
    return float(values.std(ddof=1)) / math.sqrt(values.size) if values.size > 1 else 0.0


def show(title: str, table: pd.DataFrame) -> None:
    """Print a table."""
    print(f"\n{title}\n{table.round(4).to_string()}", flush=True)


# --- corners, causes, orders --------------------------------------------------------------------------


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
            show(f"Depth, {name}", depth_table(shop, size, depths, depths))


def medians(shop: Scenario, size: Size, depths: Sequence[float], out: Path | None) -> None:
    """Print all tables of a shop, and draw them where a folder is named."""
    depth, cadence = depth_table(shop, size, depths, depths), cadence_table(shop, size, INTERVALS)
    show("Depth", depth)
    after = {f"{d:.0%}": after_one(shop, Offer.percent(d), size) for d in (0.2, 0.5)}
    columns = ["in 60 days", "error", "in 180 days", "error"]
    lost = pd.DataFrame.from_dict(after, orient="index", columns=columns)
    show("Orders lost after one campaign, as a share of those it brought", lost)
    show("Cadence", cadence)
    for cost in MARGIN_COSTS:
        show(f"Format at a cost of {cost:.0%} of a usual basket", format_table(shop, size, cost))
    ratios = format_ratios(shop, size, COSTS, tuple(formats(10_000, 0.1)))
    named = ratios.rename(columns="cost {:.0%}".format)
    show("Orders in the first campaign over those under percent", named)
    found = [*depth_points(depth.first_campaign - 1.0), *mail_points(cadence), *format_points(ratios)]
    show_points("Beside published effects", found)
    if out:
        draw(out, Curves(depth, cadence, ratios))


def corner_rows(shop: Scenario, size: Size) -> tuple[dict[str, str], dict[str, str]]:
    """The most telling numbers of a shop, best depth and interval and published effects, and those of formats."""
    depth, cadence = depth_table(shop, size, DEPTHS, (0.2, 0.3)), cadence_table(shop, size, INTERVALS)
    row = {
        "best depth": _best(depth),
        "orders, 90 % off": f"{depth.orders['90%']:.2f}",
        "best interval": _best(cadence),
        "orders, daily": f"{cadence.orders['1 d']:.2f}",
    }
    names = [f"{at} off" for at, *_ in PUBLISHED_DEPTHS]
    names += ["4 mails", "7 mails", "10 mails", "del/msg 7 d", "del/msg 1 d"]
    found = [*depth_points(depth.first_campaign - 1.0), *mail_points(cadence)]
    by_format = format_points(format_ratios(shop, size, (0.02, 0.05, 0.20), PUBLISHED_FORMATS))
    others = [f"{kind} {cost:.0%}" for kind in ("at 1.0", "at 1.2", "at 1.5") for cost in (0.02, 0.05, 0.20)]
    others += [f"lottery {cost:.0%}" for cost, *_ in PUBLISHED_LOTTERIES]
    return row | _texts(names, found), _texts(others, by_format)


def _best(table: pd.DataFrame) -> str:
    """The first and the last row that may be the best, and the one that is in this run."""
    near = [str(name) for name in table.index[table.best == "*"]]
    top = str(table.contribution.idxmax())
    return top if len(near) == 1 else f"{top} ({near[0]} to {near[-1]})"


def _texts(names: Sequence[str], found: Sequence[Point]) -> dict[str, str]:
    """Values by name, marked where they lie outside what is published."""
    return {name: f"{one.value:.3f}" + ("" if one.inside else " (out)") for name, one in zip(names, found, strict=True)}


def _of(rows: Mapping[str, tuple[dict[str, str], dict[str, str]]], part: int) -> pd.DataFrame:
    """The table of one part of all rows."""
    return pd.DataFrame({name: row[part] for name, row in rows.items()}).T


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
        large = Size(8000, 4)
        show("Small depths", depth_table(plain_shop(question, large, {}), large, SMALL_DEPTHS, SMALL_DEPTHS))
        return
    if options.causes:
        show("Orders of the year over those without", causes(question, Size(2000, 1)))
        return
    if options.corners:
        small = Size(500, 4) if options.quick else Size(2000, 4)
        rows = {}
        for name, values in corners(question).items():
            rows[name] = corner_rows(plain_shop(question, small, values), small)
            print(name, *(" ".join(item) for part in rows[name] for item in part.items()), sep=" | ", flush=True)
        show("One number at its 5th or 95th percentile; (out) lies outside what is published", _of(rows, 0))
        show("The same, of formats", _of(rows, 1))
    else:
        medians(plain_shop(question, size, {}), size, depths, options.out)
    print(f"\n{time.process_time() - began:.0f} CPU s")


if __name__ == "__main__":
    main()
