"""What a desk of past days did, in the likelihood of a history: against the engine whose desk loses purchases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from sim import scenario as s
from sim.desk_waits import stated_desk
from sim.past.evidence import expected_orders, log_likelihoods
from sim.past.past_service import past_service
from tests.past_worlds import as_sent, recorded
from tests.sim.test_past_evidence import ALIKE
from tests.worlds import START, changed, scenario

DESK = s.Service(
    goals=s.Goals(0.02),
    shifts=(
        s.Shift(2, (9 / 24, 14 / 24), days=("mon", "tue", "wed", "thu", "fri")),
        s.Shift(1, (10 / 24, 13 / 24), days=("sat",)),
    ),
)
"""Most questions find nobody, and few answers come soon."""
LOSES = {
    "need.order_rate.mean": 0.03,
    "trust.order_effect": 0.8,
    "service.questions_per_purchase": 0.5,
    "service.purchase.unaided": 0.2,
}
"""Half of all purchases wait for an answer, and 70 % of these are lost."""
ANNOYS = {
    "need.order_rate.mean": 0.03,
    "trust.order_effect": 1.0,
    "trust.reply": 0.03,
    "service.questions_per_touch": 0.5,
}
"""Nothing waits for an answer, but people ask at every other message, and go away disappointed."""
PLAIN = {"trust.reply": 0.02, "service.questions_per_touch": 0.15}


@cache
def shop_of_few_answers(name: str = "loses", seed: int = 1) -> tuple[s.Market, s.ShopHistory]:
    """The market and the history of a simulated shop, with the waits that its desk is found to have had."""
    truth = LOSES if name == "loses" else ANNOYS
    care = s.Outreach("direct", "care", every=s.Rhythm(6.0), at=0.45, holdout=0.5)
    changes = {
        **ALIKE,
        "market.start_with": 2000,
        "market.people.benefit_seekers": 0.0,
        "market.need.regularity": 1.0,
        "market.need.order_rate.shape": 1.5,
        "market.trust.care": 0.0,
        "market.service.questions_per_order": 0.3,
        "market.service.asked_after": 0.1,
        "strategy": s.Strategy(outreach={"care": care}, service=DESK),
        **{f"market.{path}": value for path, value in {**PLAIN, **truth}.items()},
    }
    shop = scenario(changes, days=180, seed=seed)
    history = as_sent(recorded(shop, 180).history)
    return shop.market, replace(history, desk=stated_desk(shop, history))


def scores(truth: dict[str, float], shops: list[tuple[s.Market, s.ShopHistory]]) -> dict[str, tuple[float, float]]:
    """Sum of the slopes of all log-likelihoods by the log of each number, over its standard error; and that error."""
    found = {}
    for path, value in truth.items():
        slopes = []
        for market, history in shops:
            up, down = (log_likelihoods(changed(market, {path: value * (1.0 + d)}), history) for d in (1e-4, -1e-4))
            slopes.append((up - down) / 2e-4)
        slope = np.concatenate(slopes)
        error = float(np.sqrt((slope**2).sum()))
        found[path] = (float(slope.sum()) / error if error > 0.0 else 0.0, error)
    return found


@pytest.mark.parametrize(("name", "truth"), [("loses", LOSES), ("annoys", ANNOYS)])
def test_a_desk_that_loses_purchases_or_annoys(name: str, truth: dict[str, float]) -> None:
    """At the truth the mean slope is zero; where the history does not say how fast the desk was, it is not."""
    shops = [shop_of_few_answers(name, seed) for seed in (1, 2)]
    found = scores(truth, shops)
    assert all(error > 2.0 for _, error in found.values()), found
    assert max(abs(z) for z, _ in found.values()) < 3.5, found
    silent = scores(truth, [(market, replace(history, desk=None)) for market, history in shops])
    assert silent["need.order_rate.mean"][0] < -6.0, silent


def test_expected_orders_are_those_of_days_after_answers() -> None:
    """Of Saturday's and Sunday's questions few are answered, so that few orders come on Sundays and Mondays."""
    came, expected, without = np.zeros((3, 180))
    for market, history in (shop_of_few_answers("loses", seed) for seed in (1, 2)):
        came += np.bincount(history.order_day[history.order_day >= 0], minlength=history.days)
        expected += expected_orders(market, history)
        without += expected_orders(market, replace(history, desk=None))
    late = np.isin((np.arange(180) + START.weekday()) % 7, (6, 0))

    def z(of: npt.NDArray[np.float64], days: npt.NDArray[np.bool_]) -> float:
        return float((came - of)[days].sum() / np.sqrt(of[days].sum()))

    assert abs(z(expected, late)) < 3.5
    assert abs(z(expected, ~late)) < 3.5
    assert z(without, late) < -3.5


def test_nothing_of_a_desk_without_effects_changes_no_bit() -> None:
    market, history = shop_of_few_answers()
    none = replace(history, desk=None)
    zeros = np.zeros((2, history.days, 24))
    at_once = replace(history, desk=s.PastDesk(zeros, zeros, staffed=False))
    off = {"trust.reply": 0.0, "service.questions_per_purchase": 0.0}
    assert log_likelihoods(market, at_once).tobytes() != log_likelihoods(market, none).tobytes()
    quiet = changed(market, {"trust.reply": 0.0})
    assert log_likelihoods(quiet, at_once).tobytes() == log_likelihoods(quiet, none).tobytes()
    assert log_likelihoods(changed(market, off), history).tobytes() == log_likelihoods(quiet, none).tobytes()


@pytest.mark.parametrize("bot", [False, True])
def test_a_question_at_once_is_a_purchase(bot: bool) -> None:
    """Whoever is answered at once buys tomorrow; of a desk where nobody ever comes, the share that needs no answer."""
    market, history = shop_of_few_answers()
    market = changed(market, {"service.bot.solves": 0.25, "service.bot.worth": 0.5})
    zeros = np.zeros((2, history.days, 24))
    at_once = past_service(market, replace(history, desk=s.PastDesk(zeros, zeros)))
    np.testing.assert_allclose(at_once.made[:, 0], 1.0, rtol=1e-12)
    never = past_service(market, replace(history, desk=s.PastDesk(zeros + np.inf, zeros, bot=bot)))
    by_bot = 0.25 * (0.2 + 0.5 * 0.8)
    np.testing.assert_allclose(1.0 - never.lost, by_bot + 0.75 * 0.2 if bot else 0.2, rtol=1e-12)
