"""The share of coupons that are used, learned from what orders saved."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import binom, norm

from calibration.records.records_summary import orders_under_coupons
from calibration.responses.simulated_history import simulated_history
from calibration.shares.redemption_evidence import (
    REDEEMED,
    redeemed_draws,
    redemption_log_likelihood,
    uses_by_savings,
)
from scenarios import load_market
from scenarios.values.beliefs import Belief
from sim import scenario as s
from sim.exposures import exposures
from sim.scenario import Offer, PastOffer, ShopHistory
from tests.dice import GeneratorDice
from tests.random_histories import random_history
from tests.reference.scored_history import coupon_score
from tests.worlds import RESPONSES_OFF, changed, scenario

BELIEF = load_market("library:base").beliefs[REDEEMED]
COUPON = s.Offer("percent", depth=0.2, valid=6.0)
STRATEGY = s.Strategy(
    acquisition={"search": s.Acquisition()},
    outreach={"back": s.Outreach("direct", "offer", every=s.Rhythm(8.0), offer=COUPON)},
    campaigns={"rhythm": s.Campaign(s.Offer("percent", depth=0.05), "direct", every=s.Rhythm(11.0), lasts=4.0)},
    service=s.Service(unlimited=True),
)
SHOP = scenario(
    {
        **RESPONSES_OFF,
        "market.start_with": 0,
        "market.need.regularity": 10.0,  # two orders on a day, which a history counts as one, are rare
        "market.need.order_rate.mean": 0.08,
        "market.lead.first_order_7d": 0.6,
        "market.sources.search.exposures": 6.0,
        "strategy": STRATEGY,
    },
    days=80,
)


@pytest.mark.parametrize("share", [0.3, 1.0])
def test_the_share_that_the_engine_used_is_learned(share: float) -> None:
    shop = changed(SHOP, {REDEEMED: share})
    history = exposures(shop, simulated_history(shop))
    held, used = orders_under_coupons(replace(history, used=uses_by_savings(history)))
    assert held > 150
    assert used / held == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / held))
    drawn = redeemed_draws(replace(history, used=uses_by_savings(history)), BELIEF, 400, 1)
    assert drawn is not None
    assert np.quantile(drawn, 0.001) <= share <= drawn.max()
    assert drawn.std() < 0.05, "half of what is believed lies at 1, a twentieth below .02"


def test_uses_are_those_of_a_plain_loop() -> None:
    """Coupons that stack, gifts, campaigns, and savings that are not the coupon's say nothing."""
    dice = GeneratorDice(np.random.default_rng(3))
    plain = random_history(dice, 40, 60, ("direct",))
    offers = (
        PastOffer("a", Offer.percent(0.2), 0, 60, coupon=True),
        PastOffer("b", Offer.amount(500, stacks=True), 0, 60, coupon=True),
        PastOffer("c", Offer.gift(500, 0.5), 0, 60, coupon=True),
        PastOffer("d", Offer.percent(0.2), 0, 60),
        PastOffer("e", Offer.prebook(500, 3.0), 0, 60, coupon=True),
    )
    rng = np.random.default_rng(4)
    held = rng.integers(0, 6, (60, 40)).astype(np.int16)
    saving = rng.choice([0.0, 0.0, 0.1, 0.2, 0.203], plain.order_day.size)
    history = replace(plain, offers=offers, offer=held, saving=saving)
    known, market = replace(history, used=uses_by_savings(history)), SHOP.market
    assert known.used is not None
    number = held[history.order_day, np.repeat(np.arange(40), np.diff(history.begin))]
    assert {n: set(known.used[number == n].tolist()) for n in range(6)} == {
        0: {-1}, 1: {-1, 0, 1}, 2: {-1}, 3: {-1}, 4: {-1}, 5: {0, 1}
    }  # fmt: skip
    assert 0 < orders_under_coupons(known)[1] < orders_under_coupons(known)[0] < history.order_day.size
    for share in (0.2, 0.7):
        other = replace(market, offers=replace(market.offers, redeemed=share))
        assert redemption_log_likelihood(other, None, known) == pytest.approx(coupon_score(other, history), rel=1e-12)
    assert uses_by_savings(replace(history, saving=0.0 * saving)) is None
    assert uses_by_savings(replace(history, offer=None)) is None


@pytest.mark.parametrize("belief", [BELIEF, Belief(0.3, 0.05, 0.8, "logit", "")])
@pytest.mark.parametrize(("held", "used"), [(3, 3), (3, 1), (50_000, 950), (2_000, 1_999)])
def test_draws_are_those_of_belief_times_chance(belief: Belief, held: int, used: int) -> None:
    """Mean and mass at 1 on a fine grid of the scale where the belief is standard normal."""
    z = np.linspace(-6.0, 6.0, 600_001)
    z95 = float(norm.ppf(0.95))
    if belief is BELIEF:
        share = np.where(z < 0.0, np.exp(math.log(0.02) * -z / z95), 1.0)
    else:
        to = np.where(z < 0.0, logit(0.3) - logit(0.05), logit(0.8) - logit(0.3)) / z95
        share = expit(logit(0.3) + to * z)
    chance = binom.logpmf(used, held, share) - 0.5 * z**2
    weight = np.exp(chance - chance.max())
    drawn = redeemed_draws(coupons_used(held, used), belief, 20_000, 1)
    assert drawn is not None
    assert drawn.mean() == pytest.approx(np.average(share, weights=weight), abs=5.0 * drawn.std() / math.sqrt(20_000))
    assert np.mean(drawn == 1.0) == pytest.approx(np.average(share == 1.0, weights=weight), abs=0.02)


def coupons_used(held: int, used: int) -> ShopHistory:
    """One customer who held a coupon for so many days, ordered on each and used it so many times."""
    day = np.arange(held, dtype=np.int32)
    return ShopHistory(
        SHOP.run.start, held, np.zeros(1, dtype=np.int32), np.ones(1, dtype=bool), np.full(1, held, dtype=np.int32),
        deletions_known=True, begin=np.array([0, held]), order_day=day, saving=np.zeros(held),
        offers=(PastOffer("a", Offer.percent(0.2), 0, held, coupon=True),), offer=np.ones((held, 1), dtype=np.int16),
        used=(day < used).astype(np.int8),
    )  # fmt: skip
