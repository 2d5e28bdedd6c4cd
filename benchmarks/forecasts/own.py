"""The forecasts of rehearse: its plain model, the market that is written, and the averaged forecast."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.forecasts.scores import Forecast
from calibration import backtest as bt
from calibration.forecasting.averaged_forecast import OrderForecast, averaged_forecast, market_forecast
from calibration.forecasting.expected_orders import ExpectedOrders
from calibration.forecasting.futures import Bands
from calibration.model.posterior import FittedMarket, fit_orders
from calibration.orders.order_history import Orders
from scenarios import load_market

DRAWS = 200
PLAIN, MARKET, AVERAGED = "rehearse Pareto/NBD", "rehearse market", "rehearse averaged"


def own_forecasts(known: Orders, days: int, seed: int) -> Iterator[tuple[str, Forecast]]:
    """Each forecast of rehearse, by name."""
    fitted = fit_orders(known, load_market("library:base").beliefs, DRAWS, seed)
    yield PLAIN, _of(fitted, bt.predict(known, fitted.plain, days))
    for name, make in ((MARKET, market_forecast), (AVERAGED, averaged_forecast)):
        found: OrderForecast = make(fitted, days, seed)
        yield name, _of(fitted, found.expected, found.bands)


def _of(fitted: FittedMarket, expected: ExpectedOrders, bands: Bands | None = None) -> Forecast:
    table = fitted.orders.customers
    value = fitted.spend.expected(
        table["repeat_spend_orders"].to_numpy(float), table["repeat_spent"].to_numpy() / 100.0
    )
    return Forecast(expected.people, float(expected.some.sum()), float(expected.people @ value), bands)
