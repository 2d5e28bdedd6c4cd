"""Calibration beside `lifetimes` on CDNOW's 1/10 sample: weeks 1 to 39 fitted, 40 to 78 forecast.

    python benchmarks/calibration.py

Fit times are the best of five after imports and compilation; both sides get the same customers' table.
Log-likelihoods are taken at each side's own parameters by one formula.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from calibration import backtest as bt
from calibration.model.fitting import fit
from calibration.model.likelihood import Parameters, histories, log_likelihood
from calibration.orders.order_history import Orders, read_orders
from calibration.reference_forecasts import bg_nbd_expected, bg_nbd_log_likelihood, fit_bg_nbd

WEEKS = 39
TIMES = 5


def cdnow(folder: Path) -> Orders:
    """The sample that the `lifetimes` wheel ships, read as any other export."""
    import lifetimes

    source = Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt"
    names = ["master", "customer_id", "order_date", "units", "amount"]
    table = pd.read_csv(source, sep=r"\s+", header=None, names=names)
    path = folder / "cdnow.csv"
    table[["customer_id", "order_date", "amount"]].to_csv(path, index=False)
    return read_orders(path)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """The value, and the fewest seconds of several calls after a first one."""
    value, seconds = call(), []
    for _ in range(TIMES):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return value, min(seconds)


def rows(orders: Orders) -> list[dict[str, Any]]:
    """One row per forecaster: total, MAE, RMSE, buyers, log-likelihood, fit seconds."""
    from lifetimes import BetaGeoFitter, ParetoNBDFitter

    known = orders.until(date(1997, 9, 30))
    seen = bt.truth(orders, known)
    people = known.customers
    table = people["x"], people["t_x"], people["T"]
    found: list[dict[str, Any]] = [
        {"what": "truth", "total": seen.counts.sum(), "buyers": (seen.counts > 0).sum()},
    ]

    def add(what: str, ahead: Any, log_likelihood: float, seconds: float, buyers: float = np.nan) -> None:
        score = bt.score(np.asarray(ahead), seen.counts)
        scores = {"total": score.predicted, "MAE": score.mae, "RMSE": score.rmse, "buyers": buyers}
        found.append({"what": what, **scores, "log-likelihood": log_likelihood, "fit s": seconds})

    plain, seconds = timed(lambda: fit(histories(known), "Pareto/NBD"))
    mine = bt.predict(known, plain, 7 * WEEKS)
    add("rehearse Pareto/NBD", mine.people, plain.log_likelihood, seconds, float(mine.some.sum()))
    theirs, seconds = timed(lambda: ParetoNBDFitter().fit(*table))
    value = log_likelihood(histories(known), Parameters(*theirs.params_))
    ahead = theirs.conditional_expected_number_of_purchases_up_to_time(WEEKS, *table)
    some = 1.0 - theirs.conditional_probability_of_n_purchases_up_to_time(0, WEEKS, *table)
    add("lifetimes Pareto/NBD", ahead, value, seconds, float(np.sum(some)))
    simple, seconds = timed(lambda: fit_bg_nbd(known))
    add("rehearse BG/NBD", bg_nbd_expected(known, simple, WEEKS), simple.log_likelihood, seconds)
    theirs, seconds = timed(lambda: BetaGeoFitter().fit(*table))
    ahead = theirs.conditional_expected_number_of_purchases_up_to_time(WEEKS, *table)
    x, t_x, end = (column.to_numpy(float) for column in table)
    value = float(bg_nbd_log_likelihood(x, t_x, end, theirs.params_.to_numpy()).sum())
    add("lifetimes BG/NBD", ahead, value, seconds)
    return found


def main() -> None:
    import tempfile

    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        table = pd.DataFrame(rows(cdnow(Path(folder)))).set_index("what")
    print(table.to_string(float_format=lambda v: f"{v:,.3f}", na_rep=""))


if __name__ == "__main__":
    main()
