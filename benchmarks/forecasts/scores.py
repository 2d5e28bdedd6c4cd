"""A forecast of what known customers do in the days ahead, and its score against what they did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.backtest import Truth
from calibration.forecasting.futures import Bands

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """Expected order-days of each customer; expected buyers and spend (currency units), and bands, where there are."""

    people: Floats
    buyers: float | None = None
    spend: float | None = None
    bands: Bands | None = None


def top_decile(predicted: Floats, counts: Floats) -> float:
    """Share of the orders made by the tenth of customers with the highest forecasts; ties share alike."""
    size = max(1, round(counts.size / 10))
    limit = np.sort(predicted)[-size]
    above, level = predicted > limit, predicted == limit
    made = counts[above].sum() + counts[level].mean() * (size - above.sum())
    return float(made / max(counts.sum(), 1.0))


def scores(forecast: Forecast, seen: Truth) -> dict[str, float]:
    """Misses of total, buyers and spend (shares of the truth, signed), errors per customer, and what bands hold."""
    miss = forecast.people - seen.counts
    buyers = float((seen.counts > 0).sum())
    row = {
        "miss": forecast.people.sum() / seen.counts.sum() - 1.0,
        "mae": float(np.abs(miss).mean()),
        "rmse": float(np.sqrt((miss**2).mean())),
        "top": top_decile(forecast.people, seen.counts),
        "buyers": np.nan if forecast.buyers is None else forecast.buyers / buyers - 1.0,
        "spend": np.nan if forecast.spend is None else forecast.spend / (seen.cents / 100.0) - 1.0,
    }
    if forecast.bands is None:
        return row | {"in_total": np.nan, "in_buyers": np.nan, "in_weeks": np.nan}
    bands, weeks = forecast.bands, seen.weekly
    row["in_total"] = float(bands.total[0] <= seen.counts.sum() <= bands.total[1])
    row["in_buyers"] = float(bands.buyers[0] <= buyers <= bands.buyers[1])
    row["in_weeks"] = float(((bands.weekly[0] <= weeks) & (weeks <= bands.weekly[1])).mean())
    return row
