"""A bot that takes questions first, and a desk at which nobody is: whole curves, and the laziest plans."""

from __future__ import annotations

from typing import Any

import pytest

from sim import measure, run
from sim.output.ledger import Ledger
from sim.scenario import BotResponse, Service
from tests.worlds import scenario

NOBODY = Service(agents=0)
STAFFED = Service(agents=1, hours=(0.375, 0.875))


def year(desk: Service, bot: BotResponse | None = None, **more: Any) -> Ledger:
    """400 people for 90 days who ask much, before buying too."""
    changes = {
        "market.start_with": 400,
        "market.service.questions_per_purchase": 0.6,
        "market.trust.reply": 0.4,
        "strategy.service": desk,
        **more,
    }
    if bot is not None:
        changes |= {"strategy.service.bot": True, "market.service.bot": bot}
    return run(scenario(changes, days=90), events=True)


def kpi(ledger: Ledger, name: str) -> float:
    return measure(ledger, name).value


def test_a_bot_that_answers_nothing_annoys_and_costs() -> None:
    """Without annoyance it is the same run but for its price: a day's 2,000 cents and 10 a question."""
    without, idle = year(STAFFED), year(STAFFED, BotResponse(0.0, 1.0, 0.0))
    assert idle.fingerprint == without.fingerprint
    asked = int(idle.series["questions"].sum())
    assert idle.series["bot_cost"].sum() == 90 * 2_000 + 10 * asked
    assert without.contribution().sum() - idle.contribution().sum() == 90 * 2_000 + 10 * asked
    orders = [year(STAFFED, BotResponse(0.0, 1.0, size)).series["orders"].sum() for size in (0.0, 1.0, 5.0, 50.0)]
    assert orders == sorted(orders, reverse=True)
    assert orders[-1] < 0.9 * orders[0]


def test_the_more_it_solves_the_fewer_wait() -> None:
    """Shares solved from nothing to all: answers of the bot, purchases lost, work of the staff, given up."""
    runs = [year(STAFFED, BotResponse(share, 0.8, 0.2)) for share in (0.0, 0.3, 0.6, 1.0)]
    shares = [kpi(ledger, "bot_share") for ledger in runs]
    assert shares[0] == 0.0
    assert shares[1] == pytest.approx(0.3, abs=0.06)
    assert shares[2] == pytest.approx(0.6, abs=0.06)
    assert shares[3] == 1.0
    for name in ("abandoned_share", "desk_utilisation", "lost_purchase_share", "reply_time"):
        values = [kpi(ledger, name) for ledger in runs]
        assert values == sorted(values, reverse=True), name
    assert kpi(runs[3], "reply_time") == 0.0


def test_what_an_answer_of_the_bot_is_worth() -> None:
    """With worth 1 it is the answer of somebody who is there at once; with worth 0 a purchase is as good as unaided."""
    lost = [kpi(year(STAFFED, BotResponse(1.0, worth, 0.0)), "lost_purchase_share") for worth in (0.0, 0.5, 1.0)]
    nobody = kpi(year(NOBODY), "lost_purchase_share")
    assert lost[2] == 0.0
    assert lost[0] > lost[1] > lost[2]
    assert lost[0] == pytest.approx(nobody, abs=0.05)


def test_nobody_at_the_desk_is_the_worst_desk() -> None:
    """The laziest plan: all give up in the end. A bot alone answers its share, and no complaint."""
    nobody, alone, staffed = year(NOBODY), year(NOBODY, BotResponse(0.4, 0.7, 0.3)), year(STAFFED)
    assert nobody.series["replies"].sum() == nobody.series["wages"].sum() == nobody.series["resolved"].sum() == 0
    assert alone.series["replies"].sum() == alone.series["bot_answers"].sum() > 0
    assert alone.series["resolved"].sum() == 0
    orders = [int(ledger.series["orders"].sum()) for ledger in (nobody, alone, staffed)]
    assert orders[0] < orders[1] < 0.95 * orders[2]


def test_complaints_never_go_to_the_bot() -> None:
    with_bot = year(STAFFED, BotResponse(1.0, 1.0, 0.0), **{"market.service.problems_per_order": 0.3})
    assert with_bot.series["complaints"].sum() > 20
    assert with_bot.series["resolved"].sum() > 0
    assert (with_bot.tickets["seconds"][with_bot.tickets["kind"] == 2] > 0).all()
    assert (with_bot.tickets["seconds"][with_bot.tickets["kind"] < 2] == 0).all()
