"""The forecasts of rehearse: the market that is written, and its plain form."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.forecasts.scores import Forecast
from calibration import backtest as bt
from calibration.model.fitting import Model
from calibration.model.posterior import FittedMarket, drawn_parameters, fit_orders
from calibration.orders.order_history import Orders

DRAWS = 200


def own_forecasts(known: Orders, days: int, seed: int) -> Iterator[tuple[str, Forecast]]:
    """Each forecast of rehearse, by name."""
    fitted = fit_orders(known, {}, DRAWS, seed)
    yield "rehearse Pareto/NBD", _of(fitted, fitted.plain, days, seed)
    chosen = _of(fitted, fitted.chosen, days, seed)
    band = bt.bands(known, fitted.chosen, drawn_parameters(fitted.draws), days, seed)
    yield "rehearse market", Forecast(chosen.people, chosen.buyers, chosen.spend, band)


def _of(fitted: FittedMarket, model: Model, days: int, seed: int) -> Forecast:
    known, table = fitted.orders, fitted.orders.customers
    people, _ = bt.predict(known, model, days, seed)
    value = fitted.spend.expected(table["repeat_spend_orders"].to_numpy(float), table["repeat_spent"].to_numpy() / 100.0)
    return Forecast(people, bt.buyers(known, model, days), float(people @ value))
