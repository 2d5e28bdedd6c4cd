"""The forecasts of rehearse: the market that is written, and its plain form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.forecasts.scores import Forecast
from calibration import backtest as bt
from calibration.model.fitting import Model
from calibration.model.posterior import FittedMarket, drawn_parameters, fit_orders
from calibration.orders.order_history import Orders

DRAWS = 200


def own_forecasts(known: Orders, days: int, seed: int) -> Iterator[tuple[str, Forecast]]:
    """Each forecast of rehearse, by name."""
    fitted = fit_orders(known, {}, DRAWS, seed)
    yield "rehearse Pareto/NBD", _of(fitted, fitted.plain, days)
    ahead = bt.forecast(known, fitted.chosen.weekday, drawn_parameters(fitted.draws), days, seed)
    yield "rehearse market", Forecast(ahead.people, ahead.buyers, float(ahead.people @ _values(fitted)), ahead.bands)


def _of(fitted: FittedMarket, model: Model, days: int) -> Forecast:
    people, _ = bt.predict(fitted.orders, model, days)
    return Forecast(people, bt.buyers(fitted.orders, model, days), float(people @ _values(fitted)))


def _values(fitted: FittedMarket) -> Any:
    """Expected order value of each customer."""
    table = fitted.orders.customers
    spent = table["repeat_spent"].to_numpy(float) / 100.0
    return fitted.spend.expected(table["repeat_spend_orders"].to_numpy(float), spent)
