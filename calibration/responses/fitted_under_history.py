"""A market fitted under a history: the closed forms beside, and joint draws of all that the history tells of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.levels.calendar_levels import CalendarLevels, LevelPriors, calendar_levels, months_of
from calibration.model.health import Health
from calibration.model.posterior import (
    LAW_MISS,
    SHIFT_GRID,
    SHOCK_GRID,
    FittedMarket,
    PosteriorPart,
)
from calibration.model.priors import (
    DROP_MEAN,
    DROP_SHAPE,
    LARGEST_LEVEL,
    LEVEL,
    LEVEL_SHIFT,
    LEVEL_SHIFTS,
    ORDER_MEAN,
    ORDER_SHAPE,
    REGULARITY,
    SPEND,
    WEEK_SHOCK,
    WIDE_SHOCK,
    grid_weights,
)
from calibration.responses.common_shocks import positive
from calibration.responses.response_fit import EvidenceOf, ResponseFit, ResponsePrior, fit_responses
from calibration.responses.unknowns import JointBelief
from calibration.responses.walked_history import WalkedHistory
from scenarios.values.beliefs import Belief
from scenarios.values.paths import market_with
from sim.fingerprint import COMPILING_PAST, is_past_compiled
from sim.scenario import Market, ShopHistory

Floats = npt.NDArray[np.float64]

RATES = (ORDER_MEAN, ORDER_SHAPE, DROP_MEAN, DROP_SHAPE)


@dataclass(frozen=True)
class ResponseSettings:
    """How responses are fitted: under which market and beliefs, with how many draws, from which seed.

    say: called with one line as each step begins. evidence_of: makes evidence of a history; the engine's own walk.
    given: what trials have taught of some numbers.
    """

    market: Market
    beliefs: Mapping[str, Belief]
    draws: int
    seed: int
    say: Callable[[str], None]
    evidence_of: EvidenceOf = WalkedHistory
    given: JointBelief | None = None


def fitted_under_history(
    fitted: FittedMarket, history: ShopHistory, settings: ResponseSettings, like: ResponseFit | None = None
) -> tuple[FittedMarket, ResponseFit]:
    """The fitted market with joint draws of need and responses in the place of the closed form's, and their fit.

    The search begins at the closed-form fit. Models, spend and the part "need" stay those of the closed forms, by which
    forecasts are made. like: an earlier fit of part of this history.
    """
    p = fitted.chosen.parameters
    start = dict(zip(RATES, (p.r / p.alpha / 7.0, p.r, p.s / p.beta / 7.0, p.s), strict=True)) | {REGULARITY: p.k}
    regular = fitted.chosen.regular
    market = settings.market if regular else market_with(settings.market, {REGULARITY: 1.0})
    prior = ResponsePrior(market, settings.beliefs, regular, start, settings.given)
    what = (settings.draws, settings.seed, settings.say)
    if settings.evidence_of is WalkedHistory and not is_past_compiled():
        settings.say(COMPILING_PAST)
    found = fit_responses(history, prior, settings.evidence_of, what, like)
    table = found.table.join(fitted.draws[[path for path in SPEND if path in fitted.draws]])
    levels = levels_net_of(found, history, settings)
    noise = np.random.default_rng([settings.seed, 47]).standard_normal(settings.draws)
    table[LEVEL] = np.clip(levels.lasting + LAW_MISS * noise, -LARGEST_LEVEL, LARGEST_LEVEL)
    for path, sizes in ((LEVEL_SHIFT, levels.sizes[:, 0]), (WEEK_SHOCK, levels.sizes[:, 2])):
        if path not in table:
            table[path] = sizes
    sample = found.sample
    part = PosteriorPart(found.table, sample.effective_sample_size, sample.pareto_k, sample.method, np.nan, {})
    return replace(fitted, draws=table, parts={**fitted.parts, "responses": part}, season=found.season), found


def levels_net_of(found: ResponseFit, history: ShopHistory, settings: ResponseSettings) -> CalendarLevels:
    """Levels and shocks of the weeks, from what these have beyond the best fit."""
    weeks = found.seen.size // 7
    seen, due = (daily[: 7 * weeks].reshape(weeks, 7).sum(axis=1) for daily in (found.seen, found.due))
    seen, due = positive(seen, due)
    shocks = grid_weights(settings.beliefs.get(WEEK_SHOCK, WIDE_SHOCK), SHOCK_GRID)
    priors = LevelPriors(grid_weights(LEVEL_SHIFTS, SHIFT_GRID), ((0.0, 1.0),), shocks)
    return calendar_levels((seen, due), months_of(history.start, weeks + 1), settings.draws, settings.seed, priors)


def health_under_history(rows: Sequence[Health], found: ResponseFit) -> list[Health]:
    """Health of all uncertain numbers, that of the learned ones compared where the prior is standard normal."""
    own = {row.parameter: row for row in found.health()}
    return [own.pop(row.parameter, row) for row in rows] + list(own.values())


def response_warnings(found: ResponseFit) -> list[str]:
    """One line for each thing about the fit that a reader has to know."""
    lines = []
    if found.people < found.customers:
        lines.append(
            f"need and responses were learned from {found.people:,} of {found.customers:,} customers, drawn by lot: "
            "their intervals are those of so many"
        )
    if not found.fit.converged:
        lines.append("the search for the best fit of need and responses did not settle")
    if found.sample.pareto_k > 0.7:
        lines.append(
            f"the draws of need and responses rest on few weights (Pareto shape {found.sample.pareto_k:.2f}, "
            f"effective sample size {found.sample.effective_sample_size:.0f}): their intervals are not to be trusted"
        )
    return lines
