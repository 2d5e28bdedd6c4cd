"""Random returns, fees and commissions."""

from __future__ import annotations

from dataclasses import replace

from sim import scenario as s
from tests.dice import Dice, log_number


def with_returns_and_fees(dice: Dice, world: s.Market, plan: s.Strategy) -> tuple[s.Market, s.Strategy]:
    """The market and the strategy with random returns, fees, and commissions on campaigns."""
    returns = s.ReturnResponse(
        dice.one_of([0.0, dice.number(0.02, 0.3), dice.number(0.0, 1.0)]),
        log_number(dice, 0.05, 20.0),
        dice.number(0.0, 1.0),
    )
    money = replace(
        world.money,
        packaging=dice.whole(0, 300),
        payment_fee=dice.number(0.0, 0.03),
        platform_fee=dice.number(0.0, 0.2),
        fees_back=dice.one_of([0.0, 1.0, dice.number(0.0, 1.0)]),
        freight_back=dice.whole(0, 1500),
    )
    campaigns = {
        name: replace(one, commission=dice.one_of([0.0, dice.number(0.0, 0.4)])) for name, one in plan.campaigns.items()
    }
    return replace(world, returns=returns, money=money), replace(plan, campaigns=campaigns)
