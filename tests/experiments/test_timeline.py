"""One person under several arms: where timelines diverge and why, where the cause is known; and who gained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import compare, lifeline, timeline, who_gained, write_timelines
from experiments.runs.planned_runs import plan
from experiments.traces.divergence import Divergence
from experiments.traces.person_timeline import select_runs
from experiments.traces.timeline_entries import TimelineFormat, format_offer
from experiments.traces.timelines import Timelines
from scenarios import InputError, belief_table
from sim.draws import identities
from sim.scenario import (
    Acquisition,
    Campaign,
    Customers,
    Goals,
    Offer,
    Outreach,
    PurchaseResponse,
    Rhythm,
    Scenario,
    Service,
    Welcome,
)
from tests.experiments.conftest import Ask
from tests.random_worlds import GeneratorDice, random_strategy, seeded_world
from tests.worlds import START, scenario

CARE = Outreach("direct", "care", every=Rhythm(100.0), at=0.5, from_=START.replace(day=11))
SALE = Campaign(Offer("percent", depth=0.15), "direct", every=Rhythm(100.0), first=START.replace(day=16), lasts=3.0)
BARE: Mapping[str, Any] = {
    "strategy.outreach": {}, "strategy.campaigns": {}, "strategy.limits.touches_per_30d": None,
    "strategy.limits.contact_gap": None, "strategy.limits.touches_per_day": None,
    "strategy.limits.discount_budget": None,
}  # fmt: skip


def world(changes: Mapping[str, Any] | None = None, days: int = 60) -> Scenario:
    """A scenario with many events in which no messages are sent, unless `changes` add some."""
    return scenario({**BARE, **(changes or {})}, days=days)


def starter(number: int) -> int:
    """The identity of one of the customers of day one."""
    return int(identities("start", 0, np.array([number]))[0])


def divergences(a: Scenario, b: Scenario, people: int = 40) -> list[Divergence]:
    """The divergences of customers of day one, without those whose timelines are equal."""
    found = [timeline({"a": a, "b": b}, starter(number)).divergences[0] for number in range(people)]
    return [divergence for divergence in found if divergence.day is not None]


def test_equal_arms_give_equal_timelines() -> None:
    answer = timeline({"a": world(), "b": world()}, starter(2))
    (divergence,) = answer.divergences
    assert (divergence.day, divergence.treated, divergence.did, divergence.state) == (None, None, None, None)
    assert divergence.words == "Equal timelines under 'a' and 'b': what is done to them and what they do never differs."
    assert answer.entries("a") == answer.entries("b")
    assert len(answer.entries("a")) > 2


def test_a_message_in_one_arm_only() -> None:
    found = divergences(world(), world({"strategy.outreach": {"care": CARE}}), people=12)
    assert len(found) > 8
    for divergence in found:
        assert divergence.treated is not None
        assert (divergence.day, divergence.instant, divergence.treated.kind) == (10, 10.5, "message")
        when, what = "day 10 (2026-01-11), 12:00", "under 'a' no message; under 'b' outreach care writes (care)"
        assert divergence.cause == f"What is done to them first differs on {when}: {what}."
        assert divergence.did is None or divergence.did.instant >= 10.5
    assert any(divergence.bought for divergence in found)


def test_an_offer_that_is_deeper() -> None:
    deep = Campaign(Offer("percent", depth=0.3), "direct", every=SALE.every, first=SALE.first, lasts=3.0)
    one, two = world({"strategy.campaigns": {"sale": SALE}}), world({"strategy.campaigns": {"sale": deep}})
    found = divergences(one, two, people=12)
    assert len(found) > 8
    for divergence in found:
        assert divergence.treated is not None
        assert (divergence.day, divergence.treated.kind) == (15, "offer")
        assert divergence.treated.words == (
            "15 % off (campaign sale to 2026-01-18)", "30 % off (campaign sale to 2026-01-18)",
        )  # fmt: skip
        assert divergence.did is None or divergence.did.instant >= 15
    first = next(divergence for divergence in found if divergence.bought)
    assert first.words == f"{first.cause} {first.actions} {first.circumstances}".rstrip()
    assert "under 'a' order" in first.actions
    assert "under 'b' order" in first.actions
    assert {one.cause for one in found} == {found[0].cause}


def test_a_fuller_desk() -> None:
    """A question at every order; one agent with one chat against a desk without limits.

    Nobody asks a desk without limits before buying, so that here nobody does: the arms would differ in what people ask.
    """
    changes = {
        "market.service.questions_per_order": 1.0,
        "market.service.questions_per_purchase": 0.0,
        "market.service.handling.after_sale": 0.3,
    }
    one = world({**changes, "strategy.service.agents": 1, "strategy.service.parallel_chats": 1})
    two = world({**changes, "strategy.service.agents": None})
    found = [divergence for divergence in divergences(one, two, people=20) if divergence.treated]
    assert len(found) > 4
    for divergence in found:
        assert divergence.treated is not None
        assert divergence.treated.kind in ("reply", "resolved")
        if divergence.treated.kind == "reply":
            assert divergence.treated.words[1] == "is answered at once"
            assert divergence.treated.words[0].startswith(("is answered after", "no answer"))


def test_a_desk_that_hardly_answers_loses_purchases() -> None:
    """All ask before buying, and nothing else: an agent for two hours a day against sixty round the clock."""
    asked = ("questions_per_touch", "questions_per_order", "problems_per_order", "problems_per_late_day")
    changes: dict[str, Any] = {f"market.service.{name}": 0.0 for name in asked}
    changes |= {
        "market.service.questions_per_purchase": 1.0,
        "market.service.purchase": PurchaseResponse(0.2, 0.01, 1.0),
    }
    one = world({**changes, "strategy.service": Service(agents=1, hours=(0.5, 0.6))})
    two = world({**changes, "strategy.service": Service(agents=60, hours=(0.0, 1.0))})
    answers = [timeline({"a": one, "b": two}, starter(number)) for number in range(12)]
    apart = [answer for answer in answers if answer.divergences[0].day is not None]
    assert len(apart) > 3
    for answer in apart:
        (divergence,) = answer.divergences
        assert divergence.treated is not None
        assert divergence.treated.kind == "reply"
        assert divergence.treated.words[1] == "is answered at once"
        one_kinds, two_kinds = (Counter(entry.kind for entry in answer.entries(arm)) for arm in answer.arms)
        assert min(one_kinds["gives up"], one_kinds["lost purchase"]) > 0
        assert two_kinds["gives up"] == two_kinds["lost purchase"] == 0
        assert two_kinds["question"] == two_kinds["order"] >= one_kinds["order"]


def test_a_promise_that_is_kept_shows_in_trust() -> None:
    """Both arms answer at once; one of them has promised it."""
    changes = {"market.service.questions_per_order": 1.0, "strategy.service.agents": None}
    one, two = (
        world({**changes, "strategy.service.goals": Goals()}),
        world({**changes, "strategy.service.goals": Goals(reply=0.1)}),
    )
    found = divergences(one, two, people=20)
    assert len(found) > 4
    for divergence in found:
        assert divergence.state is not None
        assert divergence.state[0] == divergence.day
        assert divergence.did is None or divergence.did.day > divergence.day
        assert "news" in divergence.state[1]
        assert "what differs is news that will count in their trust" in divergence.cause
        assert divergence.cause.endswith("The arms differ in strategy.service.")


def test_selling_in_the_welcome_is_found_where_no_entry_differs() -> None:
    one = world({"strategy.welcome": Welcome(push=0.0), "strategy.acquisition.search.hook": None})
    two = world({"strategy.welcome": Welcome(push=1.0), "strategy.acquisition.search.hook": None})
    ledger = sim.run(one, events=True)
    assert ledger.events is not None
    person = int(ledger.events["person"][ledger.events["kind"] == 0][0])
    (divergence,) = timeline({"a": one, "b": two}, person).divergences
    assert divergence.cause.startswith("Nothing that is done to them differs before; on day")
    assert divergence.cause.endswith("The arms differ in strategy.welcome.")


def test_a_contact_who_is_added_in_one_arm_only() -> None:
    one, two = world(), world({"strategy.acquisition": {}})
    ledger = sim.run(one, events=True)
    assert ledger.events is not None
    person = int(ledger.events["person"][ledger.events["kind"] == 0][0])
    answer = timeline({"a": one, "b": two}, person)
    (divergence,) = answer.divergences
    assert divergence.did is not None
    assert divergence.did.kind == "added"
    assert divergence.did.words == ("is added as a contact", "nothing of the kind")
    assert divergence.cause == "Nothing that is done to them differs before. The arms differ in strategy.acquisition."
    assert answer.entries("b") == []


@pytest.mark.parametrize("seed", [0, 1, 3, 5, 8, 31])
def test_nothing_differs_without_a_cause(seed: int) -> None:
    """Random markets and strategies: before actions differ, treatment, state or the invitation does."""
    one = seeded_world(seed, people=100, days=60)
    dice = GeneratorDice(np.random.default_rng(1000 + seed))
    two = replace(one, strategy=random_strategy(dice, one.market, one.run.start, 60))
    people = who_gained({"a": one, "b": two}, count=None)["person"]
    for person in people.iloc[:: max(1, len(people) // 4)]:
        (divergence,) = timeline({"a": one, "b": two}, int(person)).divergences
        if divergence.did is None or divergence.did.kind == "added":
            continue
        treated = divergence.treated is not None and divergence.treated.effective_from <= divergence.did.instant
        in_state = divergence.state is not None and divergence.state[0] <= divergence.did.day
        assert treated or in_state
        assert divergence.cause.startswith("What is done to them") or "what differs is" in divergence.cause


def test_every_pair_has_a_divergence() -> None:
    arms = {"a": world(), "b": world(), "c": world({"strategy.outreach": {"care": CARE}})}
    answer = timeline(arms, starter(0))
    assert [(one.a, one.b) for one in answer.divergences] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [one.day for one in answer.divergences] == [None, 10, 10]
    assert timeline(arms, starter(0), arms=["c", "a"]).arms == ("c", "a")


def test_the_shops_own_customers_keep_their_numbers() -> None:
    who = np.array([7, 2**64 - 1], dtype=np.uint64)
    history = [np.array(column) for column in ([3, 1], [200.0, 50.0], [20.0, 50.0], [25_000, 8_000], [3, 1])]
    nobody = {"market.start_with": 0}
    written = world({**nobody, "strategy.outreach": {"care": CARE}})
    customers = Customers(who, *history)
    arms = {"a": replace(world(nobody), customers=customers), "b": replace(written, customers=customers)}
    for person, before, since in ((7, 3, -200), (2**64 - 1, 1, -50)):
        answer = timeline(arms, person)
        assert [(one.before, one.since, one.source) for one in answer.traces.values()] == [(before, since, None)] * 2
        assert answer.divergences[0].day == 10
        orders = [one.words for one in answer.entries("a") if one.kind == "order"]
        assert all(words.startswith(f"order {before + 1 + place},") for place, words in enumerate(orders))


# --- the runs that were compared -------------------------------------------------------------------


def test_the_runs_are_those_of_compare(ask: Ask) -> None:
    question = ask()
    answer = compare(question, jobs=1)
    for place in ((0, 0), (2, 1)):
        for run in select_runs(question, None, *place):
            assert (
                sim.run(run.scenario, run.draw, run.replication).fingerprint
                == answer.results.records[run.key].fingerprint
            )
    table = belief_table(question, 3)
    planned = {run.key for run in plan(question, table, 3, 2) if (run.draw, run.replication) == (2, 1)}
    assert {run.key for run in select_runs(question, None, 2, 1)} == planned


def test_the_table_has_every_entry_and_the_money_of_the_ledger(ask: Ask) -> None:
    question = ask()
    answer = timeline(question, starter(3))
    table = answer.to_frame()
    assert list(table.columns) == ["arm", "day", "date", "instant", "kind", "words", "cents"]
    assert table.groupby("arm", sort=False).size().to_dict() == {arm: len(answer.entries(arm)) for arm in answer.arms}
    whole = who_gained(question, count=None).set_index("person")
    for arm, side in zip(answer.arms, "ab", strict=True):
        assert answer.paid(arm) == table.loc[table["arm"] == arm, "cents"].sum()
        assert answer.paid(arm) == (whole.loc[starter(3), f"paid_{side}"] if starter(3) in whole.index else 0)
    data = answer.to_json()
    assert (data["schema"], data["person"]) == (1, str(starter(3)))
    assert [len(data["lives"][arm]) for arm in answer.arms] == [len(answer.entries(arm)) for arm in answer.arms]
    states = answer.state_frame()
    assert states.groupby("arm").size().to_dict() == dict.fromkeys(answer.arms, 65)


# --- who gained ------------------------------------------------------------------------------------


def test_gains_add_up_to_the_ledgers(ask: Ask) -> None:
    question = ask()
    table = who_gained(question, count=None)
    assert table.attrs == {"a": "mild", "b": "deep & <i>wide</i>"}
    for run, side in zip(select_runs(question, None, 0, 0), "ab", strict=True):
        series = sim.run(run.scenario, run.draw, run.replication).series
        assert table[f"paid_{side}"].sum() == sum(series["paid"] - series["refunded"] - series["returned"])
        assert table[f"orders_{side}"].sum() == series["orders"].sum()
        assert table[f"left_{side}"].sum() == series["optouts"].sum() + series["disputes"].sum()
    assert (table["difference"] == table["paid_b"] - table["paid_a"]).all()
    assert table["difference"].is_monotonic_decreasing
    assert table["person"].is_unique


def test_the_most_gained_come_first_and_the_most_lost_last(ask: Ask) -> None:
    question = ask()
    table, whole = who_gained(question, count=3), who_gained(question, count=None)
    assert len(table) == 6
    assert table["difference"].iloc[0] == whole["difference"].max() > 0
    assert table["difference"].iloc[-1] == whole["difference"].min() < 0
    assert (table["difference"].iloc[:3] > 0).all()
    assert (table["difference"].iloc[3:] < 0).all()
    turned = who_gained(question, "deep & <i>wide</i>", "mild", count=3)
    assert turned["difference"].tolist() == (-table["difference"].iloc[::-1]).tolist()
    assert who_gained({"a": world(days=20), "b": world(days=20)}).empty


def test_the_arm_of_reference_comes_first(ask: Ask) -> None:
    question = ask(("[compare]", '[compare]\nagainst = "deep & <i>wide</i>"'))
    assert who_gained(question, count=1).attrs == {"a": "deep & <i>wide</i>", "b": "mild"}


@pytest.mark.parametrize(
    ("call", "place", "got"),
    [
        (lambda q: timeline(q, 12345), "", "12345"),
        (lambda q: timeline(q, 2**64), "", "18446744073709551616"),
        (lambda q: timeline(q, 1, arms=["mile"]), ": variants", "'mile'"),
        (lambda q: timeline(q, 1, draw=3), ": draw", "3"),
        (lambda q: timeline(q, 1, replication=2), ": replication", "2"),
        (lambda q: who_gained(q, "mild", "mild"), "", "'mild' twice"),
    ],
)
def test_a_mistake_has_its_place_and_the_value_that_was_got(ask: Ask, call: Any, place: str, got: str) -> None:
    question = ask()
    with pytest.raises(InputError) as caught:
        call(question)
    assert (caught.value.place, caught.value.got) == (f"{question.path}{place}", got)


def test_the_former_name_goes_on_working() -> None:
    assert lifeline is timeline


# --- words and files -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        (Offer.percent(0.15), "15 % off"),
        (Offer.percent(0.15, claimed=0.3), "15 % off (said to be 30 %)"),
        (Offer.percent(0.1, generosity=1.5), "15 % off"),
        (Offer.amount(2500), "25 CNY off"),
        (Offer.threshold([(10000, 2500), (20000, 6000)]), "25 CNY off 100 CNY or 60 CNY off 200 CNY"),
        (Offer.lottery([(0.6, 3000), (0.04, 8500)]), "a draw of prizes, 60 % for 30 CNY, 4 % for 85 CNY"),
        (Offer.gift(800, 0.5), "a gift that costs 8 CNY"),
        (Offer.flash(0.2, stock=5), "20 % off while stock lasts"),
        (Offer.trial(990, 3000), "a trial for 9.9 CNY"),
        (Offer.prebook(2000, 10.0), "20 CNY off for booking ahead"),
    ],
)
def test_offers_in_words(offer: Offer, words: str) -> None:
    assert format_offer(offer, TimelineFormat(START, "CNY")) == words


def drawn(ask: Ask, out: Path) -> Timelines:
    question = ask()
    person = int(who_gained(question, count=1)["person"].iloc[0])
    answer = timeline(question, person)
    write_timelines(answer, out)
    return answer


def test_the_files_hold_the_same_timelines(ask: Ask, tmp_path: Path) -> None:
    answer = drawn(ask, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "lifeline.html", "lifeline.json", "lifeline.parquet", "lifeline.png",
    }  # fmt: skip
    assert (tmp_path / "out" / "lifeline.png").read_bytes().startswith(b"\x89PNG")
    kept = pd.read_parquet(tmp_path / "out" / "lifeline.parquet")
    pd.testing.assert_frame_equal(kept, answer.to_frame(), check_dtype=False)
    page = (tmp_path / "out" / "lifeline.html").read_text(encoding="utf-8")
    assert "<svg " in page
    assert "<i>wide</i>" not in page
    assert "deep &amp; &lt;i&gt;wide&lt;/i&gt;" in page
    assert page.count("<tr>") == sum(len(answer.entries(arm)) for arm in answer.arms)


def test_a_hook_brings_an_invitation_that_differs() -> None:
    """The hook's offer changes who adds, before anything is done to anybody."""
    hooked = Acquisition(1e6, 50, Offer.amount(3000, valid=10.0))
    plain = Acquisition(1e6, 50)
    one, two = world({"strategy.acquisition.search": plain}), world({"strategy.acquisition.search": hooked})
    table = who_gained({"a": one, "b": two}, count=None)
    assert len(table)
    ledgers = [sim.run(arm, events=True) for arm in (one, two)]
    people = [set(ledger.events["person"][ledger.events["kind"] == 0].tolist()) for ledger in ledgers if ledger.events]
    only = sorted(people[1] - people[0])
    assert only
    assert not people[0] - people[1]
    (divergence,) = timeline({"a": one, "b": two}, only[0]).divergences
    assert divergence.did is not None
    assert divergence.did.kind == "added"
    assert divergence.cause.endswith("The arms differ in strategy.acquisition.")
