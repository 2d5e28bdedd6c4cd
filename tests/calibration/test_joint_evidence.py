"""Trials and a history in one posterior."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import calibration.joint_evidence as joint
from calibration.joint_evidence import WeighedDraws, weighed_draws
from calibration.responses.unknowns import Unknowns, unknowns_of
from calibration.trials.trial import ArmMessage, Trial, TrialArm
from calibration.trials.trial_posterior import TrialPosterior, drawn_table, learn_numbers
from scenarios import load_market
from sim.scenario import Market

MOST, WEIGHT, REACH = "market.attention.max_lift", "market.attention.weight.offer", "market.engagement.dormant_reach"
BASE = load_market("library:base")
NUMBERS = unknowns_of(BASE.market, BASE.beliefs, True).only([MOST, WEIGHT, REACH])
ARMS = (TrialArm("none"), TrialArm("mail", (ArmMessage("direct", "offer"),)))


def seen() -> Trial:
    people, hits = np.full((2, 2), 8_000.0), np.array([[[400.0, 300.0], [560.0, 420.0]]])
    return Trial("t", ARMS, (("bought", "order"),), 14, np.array([15.0, 60.0]), people, hits)


def under(belief: TrialPosterior, of: Unknowns, draws: int) -> WeighedDraws:
    """Draws of a history that says nothing, under a belief."""
    points = np.random.default_rng(2).standard_normal((draws, len(of)))
    known = replace(of, given=belief.belief)
    found = weighed_draws(known, points, belief, np.random.default_rng(3))
    places = [NUMBERS.paths.index(path) for path in of.paths]
    assert known.standard(points[found.rows]) == pytest.approx(found.z[:, places])
    return found


def test_weights_put_a_wrong_belief_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence of one number that is normal with mean 1 and variance 1/4, so 0.8 and 1/5 with the prior."""
    place = NUMBERS.paths.index(MOST)

    def evidence(market: Market, _: Trial) -> float:
        z = NUMBERS.positions({MOST: market.attention.max_lift})[place]
        return float(-2.0 * (z - 1.0) ** 2)

    monkeypatch.setattr(joint, "log_evidence", evidence)
    off = np.random.default_rng(1).standard_normal((4_000, 3)) * 1.1
    off[:, place] = 0.5 + 0.6 * off[:, place]
    table = drawn_table(NUMBERS.values(off), NUMBERS.paths)
    belief = TrialPosterior((seen(),), NUMBERS, off, table, (), (), (), 4_000.0, 0.1, "")
    found = under(belief, NUMBERS.only([MOST, WEIGHT]), 1_500)
    assert found.shape < 0.7
    expected = np.where(np.arange(3) == place, 0.8, 0.0), np.where(np.arange(3) == place, 0.2**0.5, 1.0)
    assert found.z.mean(axis=0) == pytest.approx(expected[0], abs=0.1)
    assert found.z.std(axis=0) == pytest.approx(expected[1], rel=0.1)


@pytest.mark.slow
def test_a_normal_belief_of_a_trial_is_near_enough() -> None:
    """For the weights to bring back what the trial says."""
    taught = learn_numbers(NUMBERS, [seen()], 300, 3, lambda _: None)
    found = under(taught, NUMBERS.only([MOST, WEIGHT]), 500)
    assert found.shape < 0.7
    error = 3.0 * taught.points.std(axis=0) * np.sqrt(1.0 / found.effective + 1.0 / taught.effective)
    assert (np.abs(found.z.mean(axis=0) - taught.points.mean(axis=0)) < error).all()
