"""The result of a calibration, and its machine-readable form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.back_check import BackCheck
from calibration.backtest import Backtest
from calibration.levels.shop_season import EVEN
from calibration.model.fitting import RULE, Model
from calibration.model.health import Health
from calibration.model.posterior import FittedMarket, PosteriorPart
from calibration.orders.order_history import Orders
from calibration.records.records_summary import records_summary
from calibration.records.shop_records import ShopRecords
from calibration.recovery import Recovered
from calibration.responses.history_recovery import RecoveredRanks
from calibration.responses.response_fit import ResponseFit
from calibration.shares.added_contacts import AddedContacts
from sim.output.shown import Drawn
from sim.scenario import ShopHistory

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1


@dataclass(frozen=True, repr=False)
class Calibration(Drawn):
    """A market fitted on a shop's orders, and how well that went."""

    market: FittedMarket
    """The fit on all orders, which is what is written: `draws`, `orders`, `models`, `chosen` and `spend`."""
    scored: FittedMarket
    """The fit on the orders before the holdout; the same as `market` without one."""
    cycle: float
    """Median days between order-days of repeaters, as seen."""
    holdout: Backtest | None
    """How well the orders held out were forecast; None without a holdout."""
    health: tuple[Health, ...]
    """Of each uncertain number, whether the orders have narrowed it: `parameter`, `identified` and how it was
    judged."""
    warnings: tuple[str, ...]
    """What is to be known before the market is used, one line each."""
    recovery: tuple[Recovered, ...]
    """Of each parameter, planted and recovered values; empty where none were planted."""
    prior: str
    """The market that said what is believed beforehand: `library:NAME` or a path."""
    path: Path | None
    """The market file that was written; None where nothing was."""
    trials: Mapping[str, Any] = field(default_factory=dict)
    """What randomised trials said, as plain data; empty without any."""
    targets: Mapping[str, Any] = field(default_factory=dict)
    """Figures without a likelihood, as plain data; empty without any."""
    replay: BackCheck | None = None
    """The engine under the stated history against the weeks held out; None without a history or a holdout."""
    history: ShopHistory | None = None
    """What the shop did to all customers; None where that was not stated."""
    history_notes: tuple[str, ...] = ()
    """What is to be known of the history, one line each."""
    records: ShopRecords | None = None
    """What was read of files of what was done; None without any."""
    added: tuple[AddedContacts, ...] = ()
    """What the leads say of the add rate of each source; empty where they do not tell it."""
    responses: ResponseFit | None = None
    """How need and responses were learned together under a history; None without any."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What records of messages say beside the fit, as plain data; empty without any."""
    recovery_under_history: tuple[RecoveredRanks, ...] = ()
    """Of each number learned under a history, the ranks of planted truths; empty where none were planted."""

    def __repr__(self) -> str:
        orders, known = self.market.orders, sum(row.identified for row in self.health)
        read = f"{len(orders.customers):,} customers, {len(orders.orderdays):,} order-days to {orders.last}"
        learned = f"{known} of {len(self.health)} uncertain numbers identified"
        return f"Calibration on {read}: {self.market.chosen.name}, {learned}\nmarket: {self.path or 'not written'}"

    @property
    def posterior(self) -> pd.DataFrame:
        """The draws: a row for each plausible market, a column for each number learned, by path, in stored units."""
        return self.market.draws

    def to_json(self) -> dict[str, Any]:
        """The promised answer, schema 1, as plain data."""
        orders, scored = self.market.orders, self.scored
        answer: dict[str, Any] = {
            "schema": SCHEMA,
            "warnings": list(self.warnings),
            "orders": _orders_json(orders),
            "fit": _fit_json(scored),
            "models": [_model_json(model, self.holdout) for model in scored.models],
            "health": [asdict(row) for row in self.health],
            "market_fit": _fit_json(self.market),
            "cycle_days": self.cycle,
            "prior": self.prior,
            "replay": self.replay.to_json() if self.replay else None,
            "history": "stated" if self.history is not None and self.history.stated else "none",
            "history_notes": list(self.history_notes),
            "market": str(self.path) if self.path else None,
        }
        if self.responses:
            answer["responses"] = self.responses.to_json()
        if self.holdout:
            answer["holdout"] = self.holdout.report
        if self.trials:
            answer |= {name: part for name, part in self.trials.items() if name != "sources"}
        answer |= self.beside
        if self.targets:
            answer |= {name: part for name, part in self.targets.items() if name not in ("sources", "currency")}
        if self.records is not None and self.history is not None:
            answer["records"] = {"files": self.records.to_json(), **records_summary(self.records, self.history)}
        if self.recovery:
            answer["recovery"] = [asdict(row) for row in self.recovery]
        if self.recovery_under_history:
            answer["recovery_under_history"] = [asdict(row) for row in self.recovery_under_history]
        return answer

    def to_frame(self) -> pd.DataFrame:
        """One row per fitted path: median, p5 and p95 of its draws, and its health."""
        import pandas as pd

        quantiles = self.market.draws.quantile([0.5, 0.05, 0.95]).T.set_axis(["median", "p5", "p95"], axis=1)
        judged = pd.DataFrame([asdict(row) for row in self.health]).set_index("parameter")
        return quantiles.join(judged).rename_axis("parameter").reset_index()


def _orders_json(orders: Orders) -> dict[str, Any]:
    return {
        "file": orders.file,
        "rows": orders.rows,
        "customers": len(orders.customers),
        "orders": len(orders.orderdays),
        "first": orders.first.isoformat(),
        "last": orders.last.isoformat(),
        "columns": dict(orders.columns),
        "notes": list(orders.notes),
        "states": [asdict(state) for state in orders.states],
        "set_aside": [asdict(row) for row in orders.set_aside],
        "row_is": orders.row_is,
        "profile": orders.profile,
        "discounts": orders.discounts.to_json() if orders.discounts else None,
    }


def _fit_json(fitted: FittedMarket) -> dict[str, Any]:
    """parameters, log_likelihood and spend are at the best fit; the market and its forecasts come from the draws."""
    model, spend, orders = fitted.chosen, fitted.spend, fitted.orders
    parameters = model.parameters.rates._asdict() | ({"earlier": model.parameters.earlier} if model.mixed else {})
    return {
        "model": model.name,
        "entry": entry_of(orders),
        "opened": orders.opened.isoformat() if orders.opened else None,
        "chosen_by": RULE,
        "unit": "week",
        "until": fitted.orders.last.isoformat(),
        "log_likelihood": model.log_likelihood,
        "parameters": {**parameters, "p": spend.p, "q": spend.q, "v": spend.v},
        "weekday": list(model.season.weekday if model.season else EVEN),
        "yearly": list(model.season.yearly if model.season else ()),
        "big_days": {name: big.multiplier for name, big in model.season.dates.items()} if model.season else {},
        "spend": {**asdict(spend), "mean": spend.mean},
        "effective_sample_size": fitted.effective_sample_size,
        "posterior": {name: _part_json(part) for name, part in fitted.parts.items()},
    }


def entry_of(orders: Orders) -> str:
    """What a customer's history is taken to begin with."""
    if orders.entered is not None:
        return "column and opened" if orders.opened else "column"
    return "opened" if orders.opened else "first order in the file"


def _part_json(part: PosteriorPart) -> dict[str, Any]:
    shape = part.pareto_k if isfinite(part.pareto_k) else None
    found = {"method": part.method, "effective_sample_size": part.effective_sample_size, "pareto_k": shape}
    return {**found, "weights": dict(part.weights)}


def _season_text(model: Model) -> str | None:
    if model.season is None:
        return None
    return "weekday" + ", month" * bool(model.season.yearly) + ", big days" * bool(model.season.dates)


def _model_json(model: Model, tested: Backtest | None) -> dict[str, Any]:
    score = tested.scores[model.name] if tested else None
    return {
        "name": model.name,
        "k": model.parameters.k,
        "season": _season_text(model),
        "log_likelihood": model.log_likelihood,
        "bic": model.bic,
        "parameters": model.parameters.rates._asdict(),
        "holdout_total": score.predicted if score else None,
        "mae": score.mae if score else None,
        "rmse": score.rmse if score else None,
    }
