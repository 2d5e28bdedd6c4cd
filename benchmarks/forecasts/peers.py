"""What other forecasters say from the same customers' table: lifetimes, PyMC-Marketing, and past rates."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.forecasts.scores import Floats, Forecast
from calibration.orders.order_history import Orders
from calibration.reference_forecasts import own_rate

YEAR = 364


def peers(known: Orders, days: int, pymc: bool) -> Iterator[tuple[str, Forecast]]:
    """Each peer that has a forecast for this origin, by name."""
    weeks, value = days / 7.0, _past_value(known)
    yield "own past rate", _with_spend(own_rate(known, weeks), value)
    yield "last period", _with_spend(_counted(known, days, days), value)
    if known.days + 1 >= YEAR:
        yield "same period last year", _with_spend(_counted(known, YEAR, days), value)
    yield from _lifetimes(known, weeks)
    if pymc:
        yield from _pymc(known, weeks)


def _with_spend(people: Floats, value: Floats) -> Forecast:
    return Forecast(people, spend=float(people @ value))


def _past_value(known: Orders) -> Floats:
    """Mean amount of each customer's orders so far, currency units; the shop's where there is none."""
    n = known.customers["spend_orders"].to_numpy(float)
    cents = known.customers["spent"].to_numpy(float)
    return np.asarray(np.where(n > 0, cents / np.maximum(n, 1.0), cents.sum() / n.sum()) / 100.0)


def _counted(known: Orders, back: int, days: int) -> Floats:
    """Order-days of each customer in the `days` that begin `back` days before the first day ahead."""
    day = known.orderdays["day"].to_numpy()
    first = known.days + 1 - back
    inside = (day >= first) & (day < first + days)
    counts = np.bincount(known.orderdays["customer"].to_numpy()[inside], minlength=len(known.customers)).astype(float)
    seen = min(first + days, known.days + 1) - max(first, 0)
    return np.asarray(counts * days / seen)


def _lifetimes(known: Orders, weeks: float) -> Iterator[tuple[str, Forecast]]:
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

    table = known.customers["x"], known.customers["t_x"], known.customers["T"]
    alike = known.customers.groupby(["x", "t_x", "T"]).size().rename("weight").reset_index()
    columns = alike["x"], alike["t_x"], alike["T"], alike["weight"]
    n = known.customers["repeat_spend_orders"]
    mean = (known.customers["repeat_spent"] / n.clip(lower=1) / 100.0).where(n > 0, 0.0)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        spend = _fitted(GammaGammaFitter, n[n > 0], mean[n > 0])
        value = _past_value(known) if spend is None else spend.conditional_expected_average_profit(n, mean).to_numpy()
        pareto = _fitted(ParetoNBDFitter, *columns)
        if pareto is not None:
            ahead = np.asarray(pareto.conditional_expected_number_of_purchases_up_to_time(weeks, *table))
            some = 1.0 - np.asarray(pareto.conditional_probability_of_n_purchases_up_to_time(0, weeks, *table))
            if np.isfinite(ahead).all():
                buyers = float(some.sum()) if np.isfinite(some).all() else None
                yield "lifetimes Pareto/NBD", Forecast(ahead, buyers, float(ahead @ value))
        geometric = _fitted(BetaGeoFitter, *columns)
        if geometric is not None:
            ahead = np.asarray(geometric.conditional_expected_number_of_purchases_up_to_time(weeks, *table))
            if np.isfinite(ahead).all():
                yield "lifetimes BG/NBD", Forecast(ahead, spend=float(ahead @ value))


def _fitted(fitter: Any, *columns: pd.Series) -> Any:
    """A fitted model of lifetimes; None where its search does not converge, plain or with a small penalty."""
    for penalty in (0.0, 0.01):
        try:
            with redirect_stdout(StringIO()):  # it prints a search that fails
                return fitter(penalizer_coef=penalty).fit(*columns)
        except Exception:  # lifetimes raises several classes where it does not converge
            continue
    return None


def _pymc(known: Orders, weeks: float) -> Iterator[tuple[str, Forecast]]:
    from pymc_marketing.clv import BetaGeoModel, ParetoNBDModel

    people = known.customers
    table = pd.DataFrame({"customer_id": np.arange(len(people)), "frequency": people["x"].to_numpy()})
    table["recency"], table["T"] = people["t_x"].to_numpy(), people["T"].to_numpy()
    value = _past_value(known)
    for name, kind in (("pymc Pareto/NBD", ParetoNBDModel), ("pymc BG/NBD", BetaGeoModel)):
        try:
            model = kind(data=table)
            model.fit(method="map", progressbar=False)
            ahead = model.expected_purchases(data=table, future_t=weeks).to_numpy().ravel()
        except Exception as error:  # a peer that fails is shown as absent
            print(f"{name}: {type(error).__name__}: {str(error)[:100]}")
            continue
        if np.isfinite(ahead).all():
            yield name, _with_spend(ahead, value)
