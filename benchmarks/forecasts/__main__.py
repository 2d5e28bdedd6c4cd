"""Rolling origins: forecasts of held-out orders by rehearse and by other forecasters, side by side.

    REHEARSE_DATA=... python -m benchmarks.forecasts [--seed 1] [--shop NAME] [--pymc] [--origins]

Each forecaster gets the orders before an origin and forecasts what the customers known then do in the weeks after it.
Nothing is kept between runs. --pymc needs the extra `forecasts`. --origins prints every origin, too.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta

import pandas as pd

from benchmarks.forecasts.own import own_forecasts
from benchmarks.forecasts.peers import peers
from benchmarks.forecasts.scores import scores
from benchmarks.forecasts.shops import Shop, shops
from calibration.backtest import truth

PLAIN = "rehearse Pareto/NBD"


def rows(shop: Shop, arguments: argparse.Namespace) -> list[dict[str, object]]:
    """One row for each origin and forecaster."""
    found: list[dict[str, object]] = []
    for weeks, ahead in shop.origins:
        last = shop.orders.first + timedelta(days=7 * weeks - 1)
        known = shop.orders.until(last)
        whole = shop.orders.until(min(last + timedelta(days=7 * ahead), shop.orders.last))
        seen, days = truth(whole, known), whole.days - known.days
        begun = time.process_time()
        for name, forecast in (*own_forecasts(known, days, arguments.seed), *peers(known, days, arguments.pymc)):
            origin = {"shop": shop.name, "known": weeks, "ahead": ahead, "what": name}
            found.append({**origin, **scores(forecast, seen), "cpu": time.process_time() - begun})
            begun = time.process_time()
    return found


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Means over origins: |misses| in per cent, errors relative to the plain model, shares of bands that hold."""
    plain = table[table["what"] == PLAIN].set_index(["shop", "known", "ahead"])
    key = pd.MultiIndex.from_frame(table[["shop", "known", "ahead"]])
    one = table.assign(
        **{name: 100.0 * table[name].abs() for name in ("miss", "buyers", "spend")},
        mae=table["mae"].to_numpy() / plain["mae"].reindex(key).to_numpy(),
        rmse=table["rmse"].to_numpy() / plain["rmse"].reindex(key).to_numpy(),
    )
    names = ["miss", "mae", "rmse", "top", "buyers", "spend", "in_total", "in_buyers", "in_weeks", "cpu"]
    means = one.groupby("what", sort=False)[names].mean()
    means.insert(0, "origins", one.groupby("what", sort=False).size())
    return means.sort_values("miss")


def _text(table: pd.DataFrame) -> str:
    return table.to_string(float_format=lambda v: f"{v:.3f}", na_rep="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shop", default="")
    parser.add_argument("--pymc", action="store_true")
    parser.add_argument("--origins", action="store_true")
    arguments = parser.parse_args()
    found: list[dict[str, object]] = []
    for shop in shops(arguments.seed):
        if arguments.shop.lower() in shop.name.lower():
            new = rows(shop, arguments)
            found += new
            if arguments.origins:
                print(_text(pd.DataFrame(new)), flush=True)
    table = pd.DataFrame(found)
    print("means over origins; miss, buyers, spend: mean |miss| in per cent; mae, rmse: relative to the plain model")
    print(_text(summary(table)))
    every = table.groupby(["shop", "known", "ahead"])["what"].transform("size")
    if every.nunique() > 1:
        print("at the origins where every forecaster has a forecast")
        print(_text(summary(table[every == every.max()])))
    print("mean |miss of the total| by shop, per cent")
    print(_text(table.assign(miss=100.0 * table["miss"].abs()).pivot_table("miss", "what", "shop")))


if __name__ == "__main__":
    main()
