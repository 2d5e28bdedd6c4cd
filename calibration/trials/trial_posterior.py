"""What trials alone teach of a market: draws of the numbers that move the lifts of their arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from calibration.model.optimisation import climb, curvature, gradient, one_thread
from calibration.responses.draws.density_emulator import normal_approximation
from calibration.responses.draws.response_draws import ResponseSample, response_draws, trusted
from calibration.responses.unknowns import FURTHEST, JointBelief, Unknowns, unknowns_of
from calibration.trials.trial import Trial
from calibration.trials.trial_evidence import likely_quality, log_chance, log_density, log_evidence, quality_of
from calibration.trials.trial_lifts import lifts
from scenarios.errors import InputError
from scenarios.questions.question import MarketFile

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

FIVE_PERCENT = 1.6448536269514722
PLACES = 4
"""Draws of the prior at which is asked, beside its medians, whether a number moves a lift."""
MOVES = 1e-3
"""Change of a log lift from a number's 5 % to its 95 % point, and of the other way, below which it stays as it is."""
STEP = 1e-3
STARTS, TOLERANCE = (0.3, -0.3), 1e-9
"""Where the search for the highest point begins, in all numbers, and the gain at which it ends."""
LEAST_PRECISION = 0.5
"""In any direction: the prior alone has one."""
IDENTIFIED = 0.8
"""As in `calibration.model.health`: posterior over prior standard deviation, on the scale of the prior."""
LEAST_VARIANCE = 1e-6
"""Added to the variances of a joint belief, so that no direction is without one."""
AT_EDGE = 0.5
"""A number is at the edge of its prior where more than half of its draws are outside the prior's 90 % interval."""
CHECKED = 500
"""Draws that say what the market expects of the arms before the trial."""


@dataclass(frozen=True)
class Learned:
    """One number before and after the trials.

    z_mean and z_sd: on the scale where the prior is standard normal. outside: share of the draws outside the prior's
    90 % interval.
    """

    path: str
    prior: tuple[float, float, float]
    posterior: tuple[float, float, float]
    z_mean: float
    z_sd: float
    outside: float

    @property
    def identified(self) -> bool:
        """Whether the trials narrowed it."""
        return self.z_sd < IDENTIFIED

    @property
    def at_edge(self) -> bool:
        """Whether the trials ask for what the prior hardly allows."""
        return self.outside > AT_EDGE


@dataclass(frozen=True)
class TrialPosterior:
    """Draws given trials alone.

    points: of the unknowns, shape (draws, d). draws: the same in stored units, columns are paths. lifts: of each trial,
    what the draws say of its arms, shape (draws, outcomes, treated, strata). before: the same of draws of the prior.
    shape: the weights' Pareto shape.
    """

    trials: tuple[Trial, ...]
    unknowns: Unknowns
    points: Floats
    draws: pd.DataFrame
    learned: tuple[Learned, ...]
    lifts: tuple[Floats, ...]
    before: tuple[Floats, ...]
    effective: float
    shape: float
    method: str

    @property
    def belief(self) -> JointBelief:
        """The normal belief with the mean and the covariance of the draws."""
        paths, z = self.unknowns.paths, self.points
        return JointBelief(
            paths, z.mean(axis=0), np.cov(z.T).reshape(len(paths), -1) + LEAST_VARIANCE * np.eye(len(paths))
        )


def learn_from_trials(
    market: MarketFile, trials: Sequence[Trial], draws: int = 400, seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> TrialPosterior:  # fmt: skip
    """Draws of the uncertain numbers that move the arms' lifts, given the trials. Raises InputError where none does."""
    return learn_numbers(unknowns_of(market.market, market.beliefs, True), trials, draws, seed, say)


@one_thread()
def learn_numbers(
    everything: Unknowns, trials: Sequence[Trial], draws: int, seed: int, say: Callable[[str], None]
) -> TrialPosterior:
    """The same of those among these numbers that move a lift."""
    rng = np.random.default_rng(seed)
    say(f"which of {len(everything)} uncertain numbers the trials tell of")
    unknowns = everything.only(moving(everything, trials, rng))
    if not len(unknowns):
        expected = "an uncertain number on which what the arms were sent depends"
        raise InputError(place=trials[0].name, expected=expected, got="none")
    say(f"drawing {len(unknowns)} numbers from the posterior of {len(trials)} trials")
    density = TrialDensity(unknowns, tuple(trials))
    found = _sample(density, draws, rng, say)
    if not trusted(found):
        shape = f"Pareto shape of the weights {found.pareto_k:.2f}, and chains did not settle"
        raise InputError(f"no draws could be had ({shape})", place=trials[0].name)
    z, prior = found.points, rng.standard_normal((CHECKED, len(unknowns)))
    return TrialPosterior(
        tuple(trials),
        unknowns,
        z,
        drawn_table(unknowns.values(z), unknowns.paths),
        tuple(learned(unknowns, z)),
        density.lifts(z, rng, given=True),
        density.lifts(prior, rng, given=False),
        found.effective_sample_size,
        found.pareto_k,
        found.method,
    )


def _sample(density: TrialDensity, draws: int, rng: np.random.Generator, say: Callable[[str], None]) -> ResponseSample:
    """Laplace's approximation at the highest point found, corrected by weights, with chains behind it."""
    bounds = [(-FURTHEST, FURTHEST)] * density.size
    tops = [climb(density.joint, np.full(density.size, start), bounds, TOLERANCE) for start in STARTS]
    top = max(tops, key=lambda one: one.value).at
    values, vectors = np.linalg.eigh(-curvature(density.joint, top))
    d, covariance = len(density.unknowns), (vectors / np.maximum(values, LEAST_PRECISION)) @ vectors.T
    about = normal_approximation(top[:d], np.linalg.inv(covariance[:d, :d]))
    return response_draws(density.marginal, about, draws, (rng, say))


def moving(unknowns: Unknowns, trials: Sequence[Trial], rng: np.random.Generator) -> list[str]:
    """Paths of the numbers that change a lift, at the medians or at one of a few draws of the prior."""
    places = [np.zeros(len(unknowns)), *rng.standard_normal((PLACES, len(unknowns)))]
    found: set[str] = set()
    for place in places:
        base = unknowns.at(unknowns.market(place))
        for j, path in enumerate(unknowns.paths):
            if path in found:
                continue
            ends = []
            for end in (-FIVE_PERCENT, FIVE_PERCENT):
                z = place.copy()
                z[j] = end
                ends.append(_log_lifts(base.only([path]), z[[j]], trials))
            if np.abs(ends[1] - ends[0]).max() > MOVES:
                found.add(path)
    return [path for path in unknowns.paths if path in found]


def _log_lifts(unknowns: Unknowns, z: Floats, trials: Sequence[Trial]) -> Floats:
    market = unknowns.market(z)
    found = []
    for trial in trials:
        ends = np.array([[-1.0] * trial.treated, [1.0] * trial.treated])
        found.append(np.log(lifts(market, trial, quality_of(market, trial, ends))).ravel())
    return np.concatenate(found)


class TrialDensity:
    """The log posterior of the unknowns and of each arm's quality, all standard normal beforehand."""

    def __init__(self, unknowns: Unknowns, trials: tuple[Trial, ...]) -> None:
        self.unknowns, self.trials = unknowns, trials
        self.places = np.cumsum([len(unknowns), *(trial.treated for trial in trials)])
        self.size = int(self.places[-1])

    def value(self, at: Floats) -> float:
        """At the unknowns and the qualities of all trials' arms, shape (size,)."""
        z = at[: len(self.unknowns)]
        market, total = self.unknowns.market(z), -0.5 * float(z @ z)
        for place, trial in enumerate(self.trials):
            quality = at[None, self.places[place] : self.places[place + 1]]
            total += float(log_density(market, trial, quality)[0])
        return total

    def joint(self, at: Floats) -> tuple[float, Floats]:
        """The value and its slope."""
        return self.value(at), gradient(self.value, at, STEP)

    def marginal(self, z: Floats) -> float:
        """At the unknowns alone, qualities integrated out."""
        market = self.unknowns.market(z)
        return sum(log_evidence(market, trial) for trial in self.trials) - 0.5 * float(z @ z)

    def lifts(self, z: Floats, rng: np.random.Generator, given: bool) -> tuple[Floats, ...]:
        """Of each trial, under each row of unknowns; `given`: of its own messages, else of the next ones."""
        of_trials: list[list[Floats]] = [[] for _ in self.trials]
        for row in z:
            market = self.unknowns.market(row)
            for found, trial in zip(of_trials, self.trials, strict=True):
                normal = rng.standard_normal(trial.treated)
                if given:
                    best, _, precision = likely_quality(market, trial)
                    normal = best + np.linalg.solve(np.linalg.cholesky(precision).T, normal)
                found.append(lifts(market, trial, quality_of(market, trial, normal[None]))[0])
        return tuple(np.array(found) for found in of_trials)


def learned(unknowns: Unknowns, z: Floats) -> list[Learned]:
    """Each number before and after, with draws `z` (draws, numbers); those that moved most first."""
    ends = np.array([-FIVE_PERCENT, 0.0, FIVE_PERCENT])
    prior = unknowns.values(np.repeat(ends[:, None], len(unknowns), axis=1))
    after = np.quantile(unknowns.values(z), (0.05, 0.5, 0.95), axis=0)
    rows = [
        Learned(
            path,
            (float(prior[0, j]), float(prior[1, j]), float(prior[2, j])),
            (float(after[0, j]), float(after[1, j]), float(after[2, j])),
            float(z[:, j].mean()),
            float(z[:, j].std()),
            float((np.abs(z[:, j]) > FIVE_PERCENT).mean()),
        )
        for j, path in enumerate(unknowns.paths)
    ]
    return sorted(rows, key=lambda row: (row.z_sd, -abs(row.z_mean)))


def misfit(trial: Trial, lift: Floats) -> float:
    """How much better, in log chance, the best single lift of each arm and outcome fits the counts than `lift` does.

    lift: shape (outcomes, treated, strata). Below zero where the law follows the strata better than single lifts can.
    """
    area = trial.areas
    flat = np.repeat((area[:, 1:] / area[:, :1])[:, :, None], trial.people.shape[1], axis=2)
    return float(log_chance(trial, flat[None])[0] - log_chance(trial, lift[None])[0])


def drawn_table(values: Floats, paths: Sequence[str]) -> pd.DataFrame:
    """Draws (draws, paths) with their paths as columns."""
    import pandas as pd

    return pd.DataFrame(values, columns=list(paths))
