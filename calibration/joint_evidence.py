"""Trials and a history in one posterior: what trials taught is believed first, and weights put it right.

The belief is a normal one, with the mean and the covariance of the trials' posterior. Draws given the history under it
get the weight of the trials' own chance over it, so that the result is exact up to these weights; their Pareto shape
says how far they can be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.calibration_result import Calibration
from calibration.model.importance import normalised, systematic
from calibration.model.posterior import FittedMarket
from calibration.responses.draws.response_draws import smoothed
from calibration.responses.response_fit import ResponseFit
from calibration.responses.unknowns import Unknowns
from calibration.trial_calibration import (
    Progress,
    health_of,
    numbers_beside_need,
    sources,
    trial_warnings,
    trials_json,
)
from calibration.trials.trial_evidence import log_evidence
from calibration.trials.trial_files import read_trial
from calibration.trials.trial_posterior import TrialDensity, TrialPosterior, drawn_table, learn_numbers, learned
from scenarios import load_market
from scenarios.questions.question import MarketFile
from scenarios.values.paths import market_with

Floats = npt.NDArray[np.float64]

FOR_BELIEF = 400
"""Draws at least from which a belief has its covariance."""
ENOUGH = 0.7
"""Pareto shape of the weights above which their means are not to be trusted."""


class JointFit(NamedTuple):
    """A market fitted under a history, how its numbers were learned, and what trials say under it, if there are any."""

    fitted: FittedMarket
    found: ResponseFit
    trials: TrialPosterior | None


def trials_first(
    experiments: Sequence[str | Path], prior: MarketFile, need: FittedMarket, seed: int, say: Progress
) -> TrialPosterior | None:
    """What trials teach before the history; None without any. need: the closed-form fit.

    Raises InputError for a file that cannot be used.
    """
    if not experiments:
        return None
    unknowns = numbers_beside_need(prior, need)
    trials = [read_trial(path, unknowns.base) for path in experiments]
    return learn_numbers(unknowns, trials, max(len(need.draws), FOR_BELIEF), seed, say)


class WeighedDraws(NamedTuple):
    """Rows of draws, in proportion to their weights, the trials' numbers z (draws, numbers) that go with each of them,
    the effective sample size, and the Pareto shape of the weights."""

    rows: npt.NDArray[np.int64]
    z: Floats
    effective: float
    shape: float


def weighed_draws(unknowns: Unknowns, points: Floats, trials: TrialPosterior, rng: np.random.Generator) -> WeighedDraws:
    """Of `points` (draws, d), drawn under the normal belief of `trials`: numbers that are not among them are added."""
    belief, standard = trials.belief, unknowns.standard(points)
    shared = [path for path in unknowns.paths if path in belief.paths]
    z = belief.completed(standard[:, [unknowns.paths.index(path) for path in shared]], shared, rng)
    logs = -belief.log_ratio(z)
    for row, values in enumerate(trials.unknowns.values(z).tolist()):
        market = market_with(unknowns.market(points[row]), dict(zip(belief.paths, values, strict=True)))
        logs[row] += sum(log_evidence(market, trial) for trial in trials.trials)
    logs, shape = normalised(logs)
    weights = smoothed(logs)
    rows = systematic(weights, len(logs), rng)
    return WeighedDraws(rows, z[rows], 1.0 / float((weights**2).sum()), shape)


def weighed_by_trials(fitted: FittedMarket, found: ResponseFit, trials: TrialPosterior | None, seed: int) -> JointFit:
    """Draws that were made under the normal belief of `trials`, drawn again by the weight that trials give them."""
    if trials is None:
        return JointFit(fitted, found, None)
    rng, unknowns = np.random.default_rng([seed, 53]), found.unknowns
    drawn = weighed_draws(unknowns, found.sample.points, trials, rng)
    table = drawn_table(trials.unknowns.values(drawn.z), trials.unknowns.paths)
    effective = found.sample.effective_sample_size * drawn.effective / len(drawn.rows)
    sample = found.sample._replace(points=found.sample.points[drawn.rows], effective_sample_size=effective)
    found = replace(found, sample=sample)
    part = replace(fitted.parts["responses"], table=found.table, effective_sample_size=effective)
    rest = table.drop(columns=list(unknowns.paths), errors="ignore")
    fitted = replace(
        fitted,
        draws=fitted.draws.iloc[drawn.rows].reset_index(drop=True).assign(**rest),
        parts={**fitted.parts, "responses": part},
    )
    density = TrialDensity(trials.unknowns.at(unknowns.market(found.fit.at)), trials.trials)
    joint = replace(
        trials,
        points=drawn.z,
        draws=table,
        learned=tuple(learned(trials.unknowns, drawn.z)),
        lifts=density.lifts(drawn.z, rng, given=True),
        effective=drawn.effective,
        shape=drawn.shape,
        method="trials, then the history",
    )
    return JointFit(fitted, found, joint)


def with_joint_trials(answer: Calibration, trials: TrialPosterior) -> Calibration:
    """A calibration under a history, and what the trials in it say."""
    prior = load_market(answer.prior)
    own = {row.path: health_of(row, prior) for row in trials.learned}
    known = answer.responses.unknowns.paths if answer.responses else ()
    beside = {path: row for path, row in own.items() if path not in known}
    health = tuple(beside.pop(row.parameter, row) for row in answer.health)
    said = {path: f"{origin}, and orders under the history" if path in known else origin
            for path, origin in sources(trials).items()}  # fmt: skip
    lines = trial_warnings(trials)
    if not trials.shape <= ENOUGH:
        lines.append(
            f"the joint draws of trials and history rest on few weights (Pareto shape {trials.shape:.2f}, effective "
            f"sample size {trials.effective:.0f}): their intervals are not to be trusted"
        )
    return replace(
        answer,
        health=(*health, *beside.values()),
        warnings=(*answer.warnings, *lines),
        trials={**trials_json(trials), "sources": said},
    )
