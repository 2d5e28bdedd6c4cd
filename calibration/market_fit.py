"""The whole way from an order export to a market that a scenario can name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from calibration import recovery
from calibration.backtest import Backtest, backtest, split_day
from calibration.model import posterior as paths
from calibration.model.fitting import LARGEST_K, RULE, Model, choose, fit_models
from calibration.model.posterior import Health, drawn_laws, health, posterior_draws
from calibration.model.spend import SpendModel, fit_spend
from calibration.orders.order_history import Orders, read_orders
from calibration.recovery import Recovered
from scenarios.values.question import Belief

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
FEWEST_DRAWS = 20
FAR = 3.0
"""A fitted value this many prior standard deviations from the prior's median contradicts the prior."""
TOGETHER = 0.3
"""Correlation of frequency and spend from which the law's independence is called into question."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Fitted:
    """Everything fitted on one stretch of orders: models (plain first), the chosen one, spend, draws."""

    orders: Orders
    models: tuple[Model, ...]
    chosen: Model
    spend: SpendModel
    draws: pd.DataFrame


@dataclass(frozen=True)
class Calibration:
    """A shop's orders turned into a market.

    market: fitted on all orders; this is what is written. scored: fitted on the orders before the holdout,
    the same as `market` without one. cycle: median days between order-days of repeaters.
    """

    market: Fitted
    scored: Fitted
    cycle: float
    holdout: Backtest | None
    health: tuple[Health, ...]
    warnings: tuple[str, ...]
    recovery: tuple[Recovered, ...]
    prior: str
    path: Path | None

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
            "market": str(self.path) if self.path else None,
        }
        if self.holdout:
            answer["holdout"] = self.holdout.report
        if self.recovery:
            answer["recovery"] = [asdict(row) for row in self.recovery]
        return answer

    def to_frame(self) -> pd.DataFrame:
        """One row per fitted path: median, p5 and p95 of its draws, and its health."""
        import pandas as pd

        quantiles = self.market.draws.quantile([0.5, 0.05, 0.95]).T.set_axis(["median", "p5", "p95"], axis=1)
        judged = pd.DataFrame([asdict(row) for row in self.health]).set_index("parameter")
        return quantiles.join(judged).rename_axis("parameter").reset_index()


def calibrate(
    path: str | Path,
    *,
    market: str = "library:base",
    mapping: Mapping[str, str] | None = None,
    holdout: str | None = None,
    recover: int = 0,
    out: str | Path | None = None,
    seed: int = 1,
    draws: int = 400,
    progress: Progress | None = None,
) -> Calibration:
    """Read an order export, fit it, and write a market with its draws and customers.

    market: the prior, `library:NAME` or a path. mapping: kind of value to column name. holdout: "39w" or the
    first day held out; only the scores leave those orders out, the market is fitted on all of them. recover:
    planted worlds to fit again. out: folder for market.toml, posterior.parquet, customers.parquet and
    calibration.json. progress: told one line as each step begins. Raises InputError for a file or a value
    that cannot be used.
    """
    from calibration.calibration_files import check_folder, write
    from calibration.orders.amounts import same_as_market
    from scenarios import InputError, load_market

    if draws < FEWEST_DRAWS:
        raise InputError(f"--draws: at least {FEWEST_DRAWS}, got {draws}")
    if out:
        check_folder(Path(out))
    say = progress or (lambda _: None)
    say("reading the prior and the orders")
    prior = load_market(market)
    beliefs = prior.beliefs
    orders = read_orders(path, mapping)
    same_as_market(orders.currency, prior.market.money.currency, orders.file)
    first = split_day(orders, holdout) if holdout else None
    say("fitting all orders")
    everything = scored = fit_orders(orders, beliefs, draws, seed)
    tested = None
    if first:
        say(f"fitting the orders before {first} and foretelling the rest")
        scored = fit_orders(orders.until(first - timedelta(days=1)), beliefs, draws, seed)
        laws = drawn_laws(scored.draws)
        tested = backtest(orders, scored.orders, scored.models, scored.chosen, scored.spend, laws, seed)
    planted: list[Recovered] = []
    if recover:
        world = recovery.world_of(orders, everything.chosen, everything.spend, seed)
        planted = recovery.recover(recover, world, seed=seed, progress=progress)
    cycle, cycle_error = _cycle(orders)
    open_still = {p: b for p, b in beliefs.items() if p != paths.REGULARITY or p in everything.draws}
    judged = health(everything.draws, open_still, {paths.CYCLE: cycle_error})
    answer = Calibration(
        market=everything,
        scored=scored,
        cycle=cycle,
        holdout=tested,
        health=tuple(judged),
        warnings=(*(tested.warnings if tested else ()), *_warnings(everything, beliefs)),
        recovery=tuple(planted),
        prior=market,
        path=Path(out) / "market.toml" if out else None,
    )
    if out:
        say(f"writing {out}")
        write(answer, Path(out), seed)
    return answer


def fit_orders(orders: Orders, beliefs: Mapping[str, Belief], draws: int, seed: int) -> Fitted:
    """All models, the chosen one, spend, and the table of draws."""
    models = fit_models(orders)
    chosen, spend = choose(models), fit_spend(orders)
    table = posterior_draws(orders, chosen, models[0], spend, beliefs, draws, seed)
    return Fitted(orders, models, chosen, spend, table)


def _cycle(orders: Orders) -> tuple[float, float]:
    """Median days between order-days of one customer, and the standard error of its log."""
    table = orders.orderdays
    gaps = table.groupby("customer")["day"].diff().dropna().to_numpy()
    spread = float(np.std(np.log(gaps)))
    return float(np.clip(np.median(gaps), 0.5, 3650.0)), 1.2533 * max(spread, 1e-3) / float(np.sqrt(gaps.size))


# --- what to beware of -----------------------------------------------------------------------------


def _warnings(fitted: Fitted, beliefs: Mapping[str, Belief]) -> list[str]:
    chosen, spend = fitted.chosen, fitted.spend
    lines = _left_censored(fitted.orders) + _against_prior(fitted.draws, beliefs)
    lines += [f"{m.name}: the search for the best fit did not settle" for m in fitted.models if not m.converged]
    if chosen.parameters.k > 0.99 * LARGEST_K:
        lines.append(f"orders are as regular as the law allows (k = {chosen.parameters.k:.1f})")
    if abs(spend.correlation) > TOGETHER:
        lines.append(f"frequency and spend go together (correlation {spend.correlation:.2f}); the law has them apart")
    return lines


def _left_censored(orders: Orders) -> list[str]:
    """First orders that pile up at the start of the file are seldom anybody's first."""
    first, piece = orders.customers["first_day"].to_numpy(), orders.days / 12.0
    early, late = np.mean(first <= piece / 2.0), np.mean((first > piece / 2.0) & (first <= piece))
    if early + late < 0.3 or early < 1.5 * late:
        return []
    return [
        f"{early + late:.0%} of the customers appear in the first {piece:.0f} days and newcomers thin out at "
        "once: for most of them the first order in the file is not their first, so ages are too short and "
        "drop-out looks rarer than it is"
    ]


def _against_prior(draws: pd.DataFrame, beliefs: Mapping[str, Belief]) -> list[str]:
    lines = []
    for path in draws:
        belief, middle = beliefs.get(str(path)), float(draws[path].median())
        if belief is not None and paths.log_prior(belief, middle) < -0.5 * FAR**2:
            lines.append(
                f"{path}: the data say {middle:.4g}, far outside what the prior held likely "
                f"({belief.p5:.4g} to {belief.p95:.4g})"
            )
    return lines


# --- JSON ------------------------------------------------------------------------------------------


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
        "set_aside": [asdict(row) for row in orders.set_aside],
        "discounts": orders.discounts.to_json() if orders.discounts else None,
    }


def _fit_json(fitted: Fitted) -> dict[str, Any]:
    model, spend = fitted.chosen, fitted.spend
    return {
        "model": model.name,
        "chosen_by": RULE,
        "unit": "week",
        "until": fitted.orders.last.isoformat(),
        "log_likelihood": model.log_likelihood,
        "parameters": {**asdict(model.parameters), "p": spend.p, "q": spend.q, "v": spend.v},
        "weekday": list(model.weekday or (1.0,) * 7),
        "spend": {**asdict(spend), "mean": spend.mean},
    }


def _model_json(model: Model, tested: Backtest | None) -> dict[str, Any]:
    score = tested.scores[model.name] if tested else None
    return {
        "name": model.name,
        "k": model.parameters.k,
        "season": "weekday" if model.weekday else None,
        "log_likelihood": model.log_likelihood,
        "bic": model.bic,
        "parameters": asdict(model.parameters),
        "holdout_total": score.predicted if score else None,
        "mae": score.mae if score else None,
        "rmse": score.rmse if score else None,
    }
