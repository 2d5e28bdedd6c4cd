"""How likely the days before a run are: one person and motive after the other, by fine quadrature over leaving.

Written from docs/law.md, Scoring a history.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaln, logsumexp

from sim.scenario import Market, ShopHistory
from tests.reference.past_days import LEAST, Motive, PastDays, days_of_all

POINTS = 2
"""Gauss points a day."""


def motives_of(market: Market, history: ShopHistory, row: int) -> dict[str, Motive]:
    """The classes that a person can be of; those whom the goods do not suit never order."""
    people, lead = market.people, bool(history.lead[row])
    b, fit = people.benefit_seekers, people.fit if lead else 1.0
    found = {
        "interested": Motive(fit * (1.0 - b), 1.0, 1.0, True),
        "seeker": Motive(fit * b, people.seeker_orders, people.seeker_price, True),
    }
    if lead and history.begin[row] == history.begin[row + 1]:
        found["unfit"] = Motive(1.0 - fit, 1.0, 1.0, False)
    return {name: motive for name, motive in found.items() if motive.share > 0.0}


def log_likelihood(market: Market, history: ShopHistory, row: int, points: int = POINTS) -> float:
    """Of one person, over the motives."""
    motives = motives_of(market, history, row)
    days = days_of_all(market, history, row, motives)
    terms = [math.log(one.share) + given_motive(days[name], one, points) for name, one in motives.items()]
    return float(logsumexp(terms))


class Silence(NamedTuple):
    """Chances, after the last order and with no order since, all in one unit: that the clock of orders still runs, that
    the person has drifted and is still a contact, and both and having deleted the contact together."""

    stays: float
    drifted: float
    whole: float


def given_motive(found: PastDays, motive: Motive, points: int, before: float = 0.0) -> float:
    """Log-likelihood of the days of a person of a motive, who had not drifted for `before` days when they begin."""
    need, o = found.person.market.need, found.person.market.optout.shape
    k, r, alpha = need.regularity, need.order_rate.shape, need.order_rate.shape / need.order_rate.mean / motive.orders
    s, beta = need.dropout_rate.shape, need.dropout_rate.shape / need.dropout_rate.mean + before
    if not found.person.fit and found.person.orders:
        return -math.inf
    hidden = found.hidden
    score = found.log_orders
    stayed = (
        found.evenings if found.known else {at: c for at, c in found.evenings.items() if at < found.silent_from - 1}
    )
    score += sum(math.log(max(1.0 - c, LEAST)) for c in stayed.values())
    score += math.log(silence(found, (r, alpha, k), (s, beta, o if hidden else math.inf), points).whole)
    if found.person.orders:
        shape, rate = r + k * found.repeats, alpha + k * found.gaps[-1]
        score += gammaln(shape) - gammaln(r) + r * math.log(alpha) - shape * math.log(rate)
        score += found.repeats * (k * math.log(k) - gammaln(k))
    total = sum(found.areas.delete)
    if found.known and not found.disputed:
        score += math.log((1.0 + found.before_deletion / o) ** -o - (1.0 + total / o) ** -o)
    elif not hidden:
        score -= o * math.log1p(total / o)
    return float(score)


def silence(
    found: PastDays, ordering: tuple[float, float, float], leaving: tuple[float, float, float], points: int
) -> Silence:
    """What may have become of somebody after the last order; a lead's clock is that of the first order.

    ordering: shape and rate of lambda before any order, and the regularity. leaving: shape and rate of mu, and the
    shape of readiness to delete the contact, infinite where a deletion would be known.
    """
    (r, alpha, k), (s, beta, o), areas = ordering, leaving, found.areas
    hidden = not math.isinf(o)
    shape, rate = r + k * found.repeats, alpha + k * found.gaps[-1]

    def quiet(run: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if found.person.orders == 0:
            return np.exp(-run)
        return np.asarray(betainc(shape, k, rate / (rate + k * (run - found.gaps[-1]))))

    def needs(drift: Any) -> Any:
        return (beta / (beta + drift)) ** s

    def stays(delete: Any) -> Any:
        return (1.0 + delete / o) ** -o if hidden else 1.0

    x, w = np.polynomial.legendre.leggauss(points)
    x, w = 0.5 * (x + 1.0), 0.5 * w
    drifted, gone = (each * needs(sum(areas.drift[: found.silent_from])) for each in exits_after(found, leaving))
    stayed, stopped, shape_of_contact = 1.0, 0.0, found.person.market.optout.shape
    order, drift, delete = (np.concatenate([[0.0], np.cumsum(one)]) for one in (areas.order, areas.drift, areas.delete))

    def contact(area: float) -> float:
        return float((1.0 + area / shape_of_contact) ** -shape_of_contact)

    def buyers(at: int) -> float:
        """Who is still there on a morning, as if no complaint had ended a relation."""
        return float(quiet(order[at : at + 1])[0] * needs(drift[at]) * stays(delete[at]))

    def evening(at: int) -> None:
        nonlocal stayed, stopped, drifted, gone
        ends = 0.0 if found.known else found.evenings.get(at, 0.0)
        if hidden:
            gone += ends * stayed * buyers(at + 1)
        else:
            stopped += ends * (stayed * buyers(at + 1) + gone) * contact(delete[at + 1])
            gone *= 1.0 - ends
        drifted *= 1.0 - ends
        stayed *= 1.0 - ends

    evening(found.silent_from - 1)
    for day in range(found.silent_from, len(areas.order)):
        at_order, at_drift, at_delete = (
            before[day] + x * each[day]
            for before, each in ((order, areas.order), (drift, areas.drift), (delete, areas.delete))
        )
        drifting = s * areas.drift[day] / (beta + at_drift)
        deleting = areas.delete[day] / (1.0 + at_delete / o) if hidden else 0.0
        still = w * stayed * quiet(at_order) * needs(at_drift)
        gone += float(np.sum(still * stays(at_delete) * (drifting + deleting)))
        drifted += float(np.sum(still * drifting))
        evening(day)
    here = stayed * buyers(len(areas.order))
    return Silence(here, float(drifted * stays(delete[-1])), float(here + gone + stopped / contact(delete[-1])))


def exits_after(found: PastDays, leaving: tuple[float, float, float]) -> tuple[float, float]:
    """Chances, of those who had not drifted by the evening of the last order, of leaving on its day after it: by
    drifting, whatever became of the contact; and by either. The order may have come at any time of that day."""
    (s, beta, o), areas, evening = leaving, found.areas, found.silent_from
    if evening == 0:
        return 0.0, 0.0
    drifting = 0.5 * s * areas.drift[evening - 1] / (beta + sum(areas.drift[:evening]))
    if math.isinf(o):
        return drifting, drifting
    contact = 1.0 + sum(areas.delete[:evening]) / o
    return drifting, contact**-o * (drifting + 0.5 * areas.delete[evening - 1] / contact)


def coupon_score(market: Market, history: ShopHistory) -> float:
    """Log chance that orders under a coupon used it, or did not, by what each of them saved; order by order."""
    score, q = 0.0, market.offers.redeemed
    for row in range(history.size):
        for order in range(history.begin[row], history.begin[row + 1]):
            number = 0 if history.offer is None else int(history.offer[history.order_day[order], row])
            if number == 0 or not history.offers[number - 1].coupon:
                continue
            offer = history.offers[number - 1].offer
            if offer.stacks or offer.format not in ("percent", "flash", "amount", "prebook"):
                continue
            saving, depth = history.saving[order], (offer.depth or 0.0) * offer.generosity
            if saving == 0.0:
                score += math.log(1.0 - q)
            elif not depth or depth - 0.005 <= saving <= depth + 0.005:
                score += math.log(q)
    return score
