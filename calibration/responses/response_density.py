"""The log posterior of a market's uncertain numbers under a history, with slopes by the score of each person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from calibration.model.priors import LEVEL_SHIFT, WEEK_SHOCK
from calibration.responses.common_shocks import SharedWeeks, WeekGaps, level_covariance, shared_weeks
from calibration.responses.unknowns import Unknowns
from sim.scenario import Market, Need

Floats = npt.NDArray[np.float64]

OF_WEEKS = (WEEK_SHOCK, LEVEL_SHIFT)
"""Numbers that no person's own likelihood has: how much weeks differ for all."""
STEP = 0.005
"""Step of differences, in standard deviations of the prior: small beside those of the best known numbers (.04)."""
WEEK_STEP = 0.05
"""The same for what weeks add, whose integral is known to less precision and bends little."""
ENDS = 1.6448536269514722
"""The 5 % and 95 % points of a standard normal."""
BEYOND = 8.0
"""Standard deviations of the prior beyond which there is no density: a share of 1e-15 of the prior lies there."""


class HistoryEvidence(Protocol):
    """What a history says of a market; n people, `days` calendar days."""

    @property
    def seen(self) -> Floats:
        """Repeat order-days of each calendar day, shape (days,)."""
        ...

    @property
    def customers(self) -> int:
        """People who have ordered."""
        ...

    @property
    def gaps(self) -> Floats:
        """Gaps between two orders of one person by the weeks in which they begin and end, shape (weeks, weeks)."""
        ...

    def log_likelihoods(self, market: Market) -> Floats:
        """Of each person, shape (n,)."""
        ...

    def expected_orders(self, market: Market) -> Floats:
        """Expected repeat order-days of each calendar day given all that each person did, shape (days,)."""
        ...

    def both(self, market: Market) -> tuple[Floats, Floats]:
        """Log-likelihoods (n,) and expected orders (days,) at once."""
        ...


def weekly_sums(daily: Floats) -> Floats:
    """Sums over weeks from the first day; a last part of a week joins the week before it."""
    weeks = max(daily.size // 7, 1)
    return np.add.reduceat(daily, 7 * np.arange(weeks)) if daily.size else np.zeros(1)


class EvidenceAt(NamedTuple):
    """What the evidence says at one place: of each person (n,), and what is expected of each week (weeks,)."""

    people: Floats
    due: Floats


class Bend(NamedTuple):
    """Value of a log density, its slope (d,), and its precision (d, d), the prior's included."""

    value: float
    slope: Floats
    precision: Floats


class Differences(NamedTuple):
    """What the evidence says at a place, and the changes of it by each number.

    scores: of each person (n, d). due: of each week (weeks, d).
    """

    at: EvidenceAt
    scores: Floats
    due: Floats


@dataclass(frozen=True)
class ResponseDensity:
    """The log posterior of `unknowns`, up to a constant, on their scale, where the prior is standard normal.

    shared: whether what all people share in a week is integrated out; without it intervals are far too narrow.
    """

    evidence: HistoryEvidence
    unknowns: Unknowns
    shared: bool = True

    @property
    def size(self) -> int:
        return len(self.unknowns)

    def tell(self, z: Floats) -> EvidenceAt:
        """What the evidence says at z (d,)."""
        if not self.shared:
            return EvidenceAt(self.people(z), np.zeros(1))
        people, due = self.evidence.both(self.unknowns.market(z))
        return EvidenceAt(people, weekly_sums(due))

    def people(self, z: Floats) -> Floats:
        """The log-likelihood of each person at z, shape (n,)."""
        return self.evidence.log_likelihoods(self.unknowns.market(z))

    def value(self, z: Floats) -> float:
        """The log density at z (d,)."""
        return self.of(z, self.tell(z)) if inside(z) else -np.inf

    def of(self, z: Floats, known: EvidenceAt) -> float:
        """The log density at z, from what the evidence says there."""
        found = float(known.people.sum()) + self.weeks(z, known.due).value - 0.5 * float(z @ z)
        return found if np.isfinite(found) else -np.inf

    def weeks(self, z: Floats, due: Floats) -> SharedWeeks:
        """What weeks add where `due` orders are expected of each."""
        if not self.shared:
            return SharedWeeks(0.0, np.zeros(1), np.zeros((1, 1)))
        need, seen = self.unknowns.market(z).need, weekly_sums(self.evidence.seen)
        covariance = level_covariance(due.size, need.week_shock, need.level_shift)
        gaps = WeekGaps(need.regularity, self.evidence.gaps) if need.regularity != 1.0 else None
        return shared_weeks(seen, due, covariance, self._shape(need), gaps)

    def _shape(self, need: Need) -> float:
        """Sum over customers of the gamma shape of what is known of their rates."""
        return self.evidence.customers * need.order_rate.shape + need.regularity * float(self.evidence.seen.sum())

    def differences(self, z: Floats, at: EvidenceAt) -> Differences:
        """Forward differences by each number from the evidence `at` z."""
        scores, found = np.zeros((at.people.size, z.size)), np.zeros((at.due.size, z.size))
        for j, path in enumerate(self.unknowns.paths):
            if path in OF_WEEKS:
                continue
            step = np.zeros(z.size)
            step[j] = STEP
            up = self.tell(z + step)
            scores[:, j] = (up.people - at.people) / STEP
            found[:, j] = (up.due - at.due) / STEP
        return Differences(at, scores, found)

    def bend(self, z: Floats, d: Differences) -> Bend:
        """Value, slope and precision at z from differences there.

        Precision is that of the prior, plus the outer products of the scores of all people (Berndt, Hall, Hall &
        Hausman 1974), less what shared weeks can explain of it. Each person's score has an equal part of the slope of
        what weeks add: without it, scores that weeks make up for would count as spread between people.
        """
        value, (of_weeks, precision) = self.of(z, d.at), self._of_weeks(z, d)
        scores = d.scores + of_weeks / max(len(d.scores), 1)
        return Bend(value, scores.sum(axis=0) - z, np.eye(z.size) + not_negative(precision + scores.T @ scores))

    def _of_weeks(self, z: Floats, d: Differences) -> tuple[Floats, Floats]:
        """Slope (d,) and precision (d, d) of what weeks add; expected orders move along their differences."""
        if not self.shared:
            return np.zeros(z.size), np.zeros((z.size, z.size))

        def value(away: Floats) -> float:
            return self.weeks(z + away, d.at.due + d.due @ away).value

        steps = WEEK_STEP * np.eye(z.size)
        up, down = (np.array([value(sign * step) for step in steps]) for sign in (1.0, -1.0))
        slope = (up - down) / (2.0 * WEEK_STEP)
        weeks = self.weeks(z, d.at.due)
        rise, shape = np.exp(weeks.levels), self._shape(self.unknowns.market(z).need)
        change = np.expm1(weeks.levels) @ d.due / (1.0 + weeks.more)
        pull = rise[:, None] / (1.0 + weeks.more) * (d.due - d.at.due[:, None] * change / shape)
        precision = -pull.T @ weeks.shrunk @ pull - np.outer(change, change) / shape
        own = [j for j, path in enumerate(self.unknowns.paths) if path in OF_WEEKS]
        precision[own, own] = -(up + down - 2.0 * weeks.value)[own] / WEEK_STEP**2
        return slope, precision


def inside(z: Floats) -> bool:
    """Whether z (d,) lies where a log density is looked at."""
    return bool(np.abs(z).max(initial=0.0) <= BEYOND)


def not_negative(matrix: Floats) -> Floats:
    """The symmetric matrix with its eigenvalues at least 0: orders take no precision away."""
    values, vectors = np.linalg.eigh(0.5 * (matrix + matrix.T))
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def moves(density: ResponseDensity, few: ResponseDensity, at: Floats, say: Callable[[str], None]) -> Floats:
    """How far each number moves the log-likelihood from its 5 % to its 95 % point, the others as in `at` (d,).

    The larger change from `at` of the sum over people, plus the root of the sum of squares of people's own changes: a
    number may move people against each other and leave their sum. few: the same of very few people; a number that
    changes nothing for them is taken to change nothing.
    """
    found, before, first = np.zeros(at.size), density.people(at), few.people(at)
    for j, path in enumerate(density.unknowns.paths):
        if j % 50 == 0:
            say(f"which numbers the orders tell of: {j} of {found.size}")
        if path in OF_WEEKS:
            found[j] = np.inf
            continue
        ends = np.array([at, at])
        ends[:, j] = -ENDS, ENDS
        if not any((few.people(z) != first).any() for z in ends):
            continue
        changes = [density.people(z) - before for z in ends]
        found[j] = max(abs(float(change.sum())) + float(np.sqrt((change**2).sum())) for change in changes)
    return found
