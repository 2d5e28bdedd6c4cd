"""Need and responses fitted together under a history: which numbers the orders tell of, best fit, season, draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from calibration.model.health import IDENTIFIED, OFTEN, Health
from calibration.model.priors import prior_sd
from calibration.responses.best_fit import BestFit, best_fit
from calibration.responses.coreset import RememberedDensity
from calibration.responses.draws.density_emulator import normal_approximation
from calibration.responses.draws.response_draws import ResponseSample, response_draws
from calibration.responses.people_part import people_of, some_of
from calibration.responses.response_density import HistoryEvidence, ResponseDensity, moves, weekly_sums
from calibration.responses.season_of_history import season_net_of
from calibration.responses.unknowns import JointBelief, Unknowns, unknowns_of
from scenarios.values.beliefs import Belief
from sim.scenario import Market, Season, ShopHistory

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
EvidenceOf = Callable[[ShopHistory], HistoryEvidence]
Say = Callable[[str], None]

PROBED, SCREENED, SEARCHED, FITTED = 50, 250, 400, 1_200
"""People at most by whom it is found which numbers the law of orders has, which the orders tell of, and where the
search for the best fit of all begins; and who are fitted."""
FOR_CORESET = 250
"""People from which on chains walk by few of them."""
TELLS = 0.3
"""Log-likelihood that a number has to move from its 5 % to its 95 % point to be learned; others keep their prior."""
MOST_LEARNED = 60
"""Numbers that are learned at most: those that move the log-likelihood most."""


@dataclass(frozen=True)
class ResponsePrior:
    """What is believed before the orders, and where the search begins.

    market: the prior's medians. regular: whether the regularity of orders is learned. start: values by path, of the
    closed-form fit. given: what trials have taught of some numbers, in the place of their own beliefs.
    """

    market: Market
    beliefs: Mapping[str, Belief]
    regular: bool
    start: Mapping[str, float]
    given: JointBelief | None = None


@dataclass(frozen=True)
class ResponseFit:
    """Need and responses under a history.

    unknowns: the numbers that were learned, in a market with the season found. points: their draws on the prior's
    scale, shape (draws, d). people, customers: how many the fit took, and how many there are. due: expected repeat
    order-days of each calendar day at the best fit, of the people taken, seen: those there were, both (days,). moved:
    by path, how far the log-likelihood moves along a number; numbers left out did not move it.
    """

    unknowns: Unknowns
    season: Season
    fit: BestFit
    sample: ResponseSample
    people: int
    customers: int
    seen: Floats
    due: Floats
    moved: Mapping[str, float]

    @property
    def table(self) -> pd.DataFrame:
        """Draws in stored units: a column for each path learned."""
        import pandas as pd

        return pd.DataFrame(self.unknowns.values(self.sample.points), columns=list(self.unknowns.paths))

    @property
    def spread(self) -> Floats:
        """Standard deviations (d,) of the draws where each number's own belief is standard normal."""
        return np.asarray(self.unknowns.standard(self.sample.points).std(axis=0))

    def health(self) -> list[Health]:
        """Of each number learned: spread before and after, compared where the prior is standard normal."""
        values, spread = self.unknowns.values(self.sample.points), self.spread
        ends = np.mean((values <= self.unknowns.low) | (values >= self.unknowns.high), axis=0) > OFTEN
        rows = zip(self.unknowns.paths, self.unknowns.beliefs, spread.tolist(), ends.tolist(), strict=True)
        return [Health(p, prior_sd(b), sd * prior_sd(b), sd < IDENTIFIED and not end, end) for p, b, sd, end in rows]

    def to_json(self) -> dict[str, Any]:
        """Plain data: how the draws were had, and prior beside posterior of each number learned, in stored units."""
        found, shape = self.sample, self.sample.pareto_k
        quantiles = self.table.quantile([0.05, 0.5, 0.95])
        rows = [
            {
                "parameter": path,
                "prior": {"p5": belief.p5, "median": belief.median, "p95": belief.p95},
                "posterior": dict(zip(("p5", "median", "p95"), map(float, quantiles[path]), strict=True)),
                "sd_ratio": float(sd),
                "identified": row.identified,
            }
            for path, belief, sd, row in zip(
                self.unknowns.paths, self.unknowns.beliefs, self.spread, self.health(), strict=True
            )
        ]
        return {
            "people": self.people,
            "customers": self.customers,
            "converged": self.fit.converged,
            "method": found.method,
            "effective_sample_size": found.effective_sample_size,
            "pareto_k": shape if np.isfinite(shape) else None,
            "numbers": rows,
        }


def fit_responses(
    history: ShopHistory,
    prior: ResponsePrior,
    evidence_of: EvidenceOf,
    what: tuple[int, int, Say],
    like: ResponseFit | None = None,
) -> ResponseFit:
    """The joint posterior of all numbers that the history tells of.

    evidence_of: makes evidence of a history. what: draws, seed, and what is called with one line as each step begins.
    like: an earlier fit of part of this history; its numbers are learned again, from where it ended.
    """
    draws, seed, say = what
    everything = some_of(history, FITTED, seed)
    evidence = evidence_of(everything)
    wide = unknowns_of(prior.market, prior.beliefs, prior.regular)
    values: Mapping[str, float] = prior.start
    start = wide.positions(values)
    season = like.season if like else season_net_of(evidence, wide.market(start), history.start)
    wide = wide.at(with_season(prior.market, season))
    if like is None:
        found = _moving(history, wide, start, evidence_of, what)
    else:
        found = dict(like.moved)
        values = dict(zip(like.unknowns.paths, like.unknowns.values(like.fit.at).tolist(), strict=True))
    learned = replace(wide.only(list(found)), given=prior.given)
    # Without shared weeks, and by few people, the search finds its way from far; it then begins near the top.
    nearby = ResponseDensity(evidence_of(some_of(everything, SEARCHED, seed)), learned, shared=False)
    fit = best_fit(nearby, learned.positions(values), say)
    # What the shop did and what the calendar did are kept apart once the responses are known.
    season = season_net_of(evidence, learned.market(fit.at), history.start)
    density = ResponseDensity(evidence, learned.at(with_season(prior.market, season)))
    fit = best_fit(density, fit.at, say)
    about = normal_approximation(fit.at, fit.bend.precision)
    of_all = RememberedDensity(density, lambda rows: evidence_of(people_of(everything, rows)))
    cheaper = of_all.by_few if everything.size > FOR_CORESET else None
    sample = response_draws(of_all.value, about, draws, (np.random.default_rng([seed, 43]), say), cheaper)
    due = evidence.expected_orders(density.unknowns.market(fit.at))
    return ResponseFit(density.unknowns, season, fit, sample, everything.size, history.size, evidence.seen, due, found)


def with_season(market: Market, season: Season) -> Market:
    """The market with this season."""
    return replace(market, need=replace(market.need, season=season))


def _moving(
    history: ShopHistory, wide: Unknowns, start: Floats, evidence_of: EvidenceOf, what: tuple[int, int, Say]
) -> dict[str, float]:
    """The numbers that move the log-likelihood, by path, and by how much."""
    _, seed, say = what
    some = some_of(history, SCREENED, seed)
    very_few = some_of(some, PROBED, seed)
    density, few = (ResponseDensity(evidence_of(whose), wide) for whose in (some, very_few))
    found = moves(density, few, start, say)
    factor = min(history.size, FITTED) / some.size
    moved = {path: factor * float(value) for path, value in zip(wide.paths, found, strict=True)}
    most = sorted((path for path, value in moved.items() if value > TELLS), key=lambda path: -moved[path])
    say(f"{len(most)} of {len(wide)} uncertain numbers move the likelihood; {min(len(most), MOST_LEARNED)} are learned")
    return {path: moved[path] for path in most[:MOST_LEARNED]}


def weekly_ratio(fit: ResponseFit) -> tuple[Floats, Floats]:
    """Repeat order-days of each week, seen and expected at the best fit, each (weeks,)."""
    return weekly_sums(fit.seen), weekly_sums(fit.due)


def not_learned(fit: ResponseFit, beliefs: Sequence[str]) -> list[str]:
    """Uncertain numbers of which the history tells nothing."""
    return [path for path in beliefs if path not in fit.unknowns.paths]
