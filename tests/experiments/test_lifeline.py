"""One person under several arms: where their lives part and why, on worlds whose cause is known; who gained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from experiments import compare, lifeline, who_gained, write_lifeline
from experiments.runs.planned_runs import plan
from experiments.traces.divergence import Divergence
from experiments.traces.person_timeline import Timelines, runs_of
from experiments.traces.timeline import TimelineFormat, offer_words
from scenarios import InputError, belief_table
from sim.draws import identities
from sim.scenario import Acquisition, Campaign, Customers, Goals, Offer, Outreach, Rhythm, Scenario, Welcome
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
    """A plain busy world that says nothing to anybody, unless `changes` do."""
    return scenario({**BARE, **(changes or {})}, days=days)


def starter(number: int) -> int:
    """The identity of one of the customers of day one."""
    return int(identities("start", 0, np.array([number]))[0])


def partings(a: Scenario, b: Scenario, people: int = 40) -> list[Divergence]:
    """Of the customers of day one, those whose lives part."""
    found = [lifeline({"a": a, "b": b}, starter(number)).partings[0] for number in range(people)]
    return [parting for parting in found if parting.day is not None]


def test_equal_arms_give_the_same_life() -> None:
    life = lifeline({"a": world(), "b": world()}, starter(2))
    (parting,) = life.partings
    assert (parting.day, parting.treated, parting.did, parting.state) == (None, None, None, None)
    assert parting.words == "The same life under 'a' and 'b': what is done to them and what they do never differs."
    assert life.moments("a") == life.moments("b")
    assert len(life.moments("a")) > 2


def test_a_message_in_one_arm_only() -> None:
    found = partings(world(), world({"strategy.outreach": {"care": CARE}}), people=12)
    assert len(found) > 8
    for parting in found:
        assert parting.treated is not None
        assert (parting.day, parting.instant, parting.treated.kind) == (10, 10.5, "message")
        when, what = "day 10 (2026-01-11), 12:00", "under 'a' no message; under 'b' outreach care writes (care)"
        assert parting.cause == f"What is done to them first differs on {when}: {what}."
        assert parting.did is None or parting.did.instant >= 10.5
    assert any(parting.bought for parting in found)


def test_an_offer_that_is_deeper() -> None:
    deep = Campaign(Offer("percent", depth=0.3), "direct", every=SALE.every, first=SALE.first, lasts=3.0)
    one, two = world({"strategy.campaigns": {"sale": SALE}}), world({"strategy.campaigns": {"sale": deep}})
    found = partings(one, two, people=12)
    assert len(found) > 8
    for parting in found:
        assert parting.treated is not None
        assert (parting.day, parting.treated.kind) == (15, "offer")
        assert parting.treated.words == (
            "15 % off (campaign sale to 2026-01-18)", "30 % off (campaign sale to 2026-01-18)",
        )  # fmt: skip
        assert parting.did is None or parting.did.instant >= 15
    first = next(parting for parting in found if parting.bought)
    assert first.words == f"{first.cause} {first.deeds} {first.feelings}".rstrip()
    assert "under 'a' order" in first.deeds
    assert "under 'b' order" in first.deeds
    assert {one.cause for one in found} == {found[0].cause}


def test_a_fuller_desk() -> None:
    """Everybody asks at every order; one agent of one chat against a desk without limits."""
    changes = {"market.service.questions_per_order": 1.0, "market.service.handling.after_sale": 0.3}
    one = world({**changes, "strategy.service.agents": 1, "strategy.service.parallel_chats": 1})
    two = world({**changes, "strategy.service.agents": None})
    found = [parting for parting in partings(one, two, people=20) if parting.treated]
    assert len(found) > 4
    for parting in found:
        assert parting.treated is not None
        assert parting.treated.kind in ("reply", "resolved")
        if parting.treated.kind == "reply":
            assert parting.treated.words[1] == "is answered at once"
            assert parting.treated.words[0].startswith(("is answered after", "no answer"))


def test_a_promise_that_is_kept_shows_in_trust() -> None:
    """The same answers at once, which one arm has promised."""
    changes = {"market.service.questions_per_order": 1.0, "strategy.service.agents": None}
    one, two = (
        world({**changes, "strategy.service.goals": Goals()}),
        world({**changes, "strategy.service.goals": Goals(reply=0.1)}),
    )
    found = partings(one, two, people=20)
    assert len(found) > 4
    for parting in found:
        assert parting.state is not None
        assert parting.state[0] == parting.day
        assert parting.did is None or parting.did.day > parting.day
        assert "news" in parting.state[1]
        assert "what differs is news that will count in their trust" in parting.cause
        assert parting.cause.endswith("The arms differ in strategy.service.")


def test_selling_in_the_welcome_is_found_where_no_moment_differs() -> None:
    one = world({"strategy.welcome": Welcome(push=0.0), "strategy.acquisition.search.hook": None})
    two = world({"strategy.welcome": Welcome(push=1.0), "strategy.acquisition.search.hook": None})
    ledger = sim.run(one, events=True)
    assert ledger.events is not None
    person = int(ledger.events["person"][ledger.events["kind"] == 0][0])
    (parting,) = lifeline({"a": one, "b": two}, person).partings
    assert parting.cause.startswith("Nothing that is done to them differs before; on day")
    assert parting.cause.endswith("The arms differ in strategy.welcome.")


def test_a_contact_who_is_added_in_one_arm_only() -> None:
    one, two = world(), world({"strategy.acquisition": {}})
    ledger = sim.run(one, events=True)
    assert ledger.events is not None
    person = int(ledger.events["person"][ledger.events["kind"] == 0][0])
    life = lifeline({"a": one, "b": two}, person)
    (parting,) = life.partings
    assert parting.did is not None
    assert parting.did.kind == "added"
    assert parting.did.words == ("is added as a contact", "nothing of the kind")
    assert parting.cause == "Nothing that is done to them differs before. The arms differ in strategy.acquisition."
    assert life.moments("b") == []


@pytest.mark.parametrize("seed", [0, 1, 3, 5, 8, 31])
def test_nothing_differs_without_a_cause(seed: int) -> None:
    """In random worlds under random strategies: who does anything differently has been treated differently before, or
    feels differently, or was invited differently."""
    one = seeded_world(seed, people=100, days=60)
    dice = GeneratorDice(np.random.default_rng(1000 + seed))
    two = replace(one, strategy=random_strategy(dice, one.market, one.run.start, 60))
    everybody = who_gained({"a": one, "b": two}, count=None)["person"]
    for person in everybody.iloc[:: max(1, len(everybody) // 4)]:
        (parting,) = lifeline({"a": one, "b": two}, int(person)).partings
        if parting.did is None or parting.did.kind == "added":
            continue
        treated = parting.treated is not None and parting.treated.counts <= parting.did.instant
        felt = parting.state is not None and parting.state[0] <= parting.did.day
        assert treated or felt
        assert parting.cause.startswith("What is done to them") or "what differs is" in parting.cause


def test_every_pair_has_a_parting() -> None:
    arms = {"a": world(), "b": world(), "c": world({"strategy.outreach": {"care": CARE}})}
    life = lifeline(arms, starter(0))
    assert [(one.a, one.b) for one in life.partings] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [one.day for one in life.partings] == [None, 10, 10]
    assert lifeline(arms, starter(0), arms=["c", "a"]).arms == ("c", "a")


def test_the_shops_own_customers_keep_their_numbers() -> None:
    who = np.array([7, 2**64 - 1], dtype=np.uint64)
    history = [np.array(column) for column in ([3, 1], [200.0, 50.0], [20.0, 50.0], [25_000, 8_000], [3, 1])]
    nobody = {"market.start_with": 0}
    written = world({**nobody, "strategy.outreach": {"care": CARE}})
    customers = Customers(who, *history)
    arms = {"a": replace(world(nobody), customers=customers), "b": replace(written, customers=customers)}
    for person, before, since in ((7, 3, -200), (2**64 - 1, 1, -50)):
        life = lifeline(arms, person)
        assert [(one.before, one.since, one.source) for one in life.lives.values()] == [(before, since, None)] * 2
        assert life.partings[0].day == 10
        orders = [one.words for one in life.moments("a") if one.kind == "order"]
        assert all(words.startswith(f"order {before + 1 + place},") for place, words in enumerate(orders))


# --- the life that was compared --------------------------------------------------------------------


def test_a_life_is_the_one_that_compare_lives(ask: Ask) -> None:
    question = ask()
    answer = compare(question, jobs=1)
    for place in ((0, 0), (2, 1)):
        for run in runs_of(question, None, *place):
            assert (
                sim.run(run.scenario, run.draw, run.replication).fingerprint
                == answer.results.records[run.key].fingerprint
            )
    table = belief_table(question, 3)
    planned = {run.key for run in plan(question, table, 3, 2) if (run.draw, run.replication) == (2, 1)}
    assert {run.key for run in runs_of(question, None, 2, 1)} == planned


def test_the_table_has_every_moment_and_the_money_of_the_ledger(ask: Ask) -> None:
    question = ask()
    life = lifeline(question, starter(3))
    table = life.to_frame()
    assert list(table.columns) == ["arm", "day", "date", "instant", "kind", "words", "cents"]
    assert table.groupby("arm", sort=False).size().to_dict() == {arm: len(life.moments(arm)) for arm in life.arms}
    everybody = who_gained(question, count=None).set_index("person")
    for arm, side in zip(life.arms, "ab", strict=True):
        assert life.paid(arm) == table.loc[table["arm"] == arm, "cents"].sum()
        assert life.paid(arm) == (everybody.loc[starter(3), f"paid_{side}"] if starter(3) in everybody.index else 0)
    answer = life.to_json()
    assert (answer["schema"], answer["person"]) == (1, str(starter(3)))
    assert [len(answer["lives"][arm]) for arm in life.arms] == [len(life.moments(arm)) for arm in life.arms]
    states = life.state_frame()
    assert states.groupby("arm").size().to_dict() == dict.fromkeys(life.arms, 65)


# --- who gained ------------------------------------------------------------------------------------


def test_gains_add_up_to_the_ledgers(ask: Ask) -> None:
    question = ask()
    table = who_gained(question, count=None)
    assert table.attrs == {"a": "mild", "b": "deep & <i>wide</i>"}
    for run, side in zip(runs_of(question, None, 0, 0), "ab", strict=True):
        series = sim.run(run.scenario, run.draw, run.replication).series
        assert table[f"paid_{side}"].sum() == series["paid"].sum() - series["refunded"].sum()
        assert table[f"orders_{side}"].sum() == series["orders"].sum()
        assert table[f"left_{side}"].sum() == series["optouts"].sum() + series["disputes"].sum()
    assert (table["difference"] == table["paid_b"] - table["paid_a"]).all()
    assert table["difference"].is_monotonic_decreasing
    assert table["person"].is_unique


def test_the_most_gained_come_first_and_the_most_lost_last(ask: Ask) -> None:
    question = ask()
    table, everybody = who_gained(question, count=3), who_gained(question, count=None)
    assert len(table) == 6
    assert table["difference"].iloc[0] == everybody["difference"].max() > 0
    assert table["difference"].iloc[-1] == everybody["difference"].min() < 0
    assert (table["difference"].iloc[:3] > 0).all()
    assert (table["difference"].iloc[3:] < 0).all()
    turned = who_gained(question, "deep & <i>wide</i>", "mild", count=3)
    assert turned["difference"].tolist() == (-table["difference"].iloc[::-1]).tolist()
    assert who_gained({"a": world(days=20), "b": world(days=20)}).empty


def test_the_arm_of_reference_comes_first(ask: Ask) -> None:
    question = ask(("[compare]", '[compare]\nagainst = "deep & <i>wide</i>"'))
    assert who_gained(question, count=1).attrs == {"a": "deep & <i>wide</i>", "b": "mild"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda q: lifeline(q, 12345),
            "nobody has this identity in draw 0, replication 0; allowed one from the table that",
        ),
        (lambda q: lifeline(q, 2**64), r"allowed one from .*; got 18446744073709551616"),
        (lambda q: lifeline(q, 1, arms=["mile"]), r"variants: did you mean 'mild'\? allowed .*; got 'mile'"),
        (lambda q: lifeline(q, 1, draw=3), "draw: 0 to 2 are allowed; got 3"),
        (lambda q: lifeline(q, 1, replication=2), "replication: 0 to 1 are allowed; got 2"),
        (
            lambda q: who_gained(q, "mild", "mild"),
            "two different variants are needed to say who gained; got 'mild' twice",
        ),
    ],
)
def test_mistakes_are_told_in_a_line(ask: Ask, call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as told:
        call(ask())
    assert "\n" not in str(told.value)
    assert "small.toml" in str(told.value)


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
def test_offers_are_told_as_people_say_them(offer: Offer, words: str) -> None:
    assert offer_words(offer, TimelineFormat(START, "CNY")) == words


def drawn(ask: Ask, out: Path) -> Timelines:
    question = ask()
    person = int(who_gained(question, count=1)["person"].iloc[0])
    life = lifeline(question, person)
    write_lifeline(life, out)
    return life


def test_the_files_hold_the_same_life(ask: Ask, tmp_path: Path) -> None:
    life = drawn(ask, tmp_path / "life")
    assert {path.name for path in (tmp_path / "life").iterdir()} == {
        "lifeline.html", "lifeline.json", "lifeline.parquet", "lifeline.png",
    }  # fmt: skip
    assert (tmp_path / "life" / "lifeline.png").read_bytes().startswith(b"\x89PNG")
    kept = pd.read_parquet(tmp_path / "life" / "lifeline.parquet")
    pd.testing.assert_frame_equal(kept, life.to_frame(), check_dtype=False)
    page = (tmp_path / "life" / "lifeline.html").read_text(encoding="utf-8")
    assert "<svg " in page
    assert "<i>wide</i>" not in page
    assert "deep &amp; &lt;i&gt;wide&lt;/i&gt;" in page
    assert page.count("<tr>") == sum(len(life.moments(arm)) for arm in life.arms)


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
    (parting,) = lifeline({"a": one, "b": two}, only[0]).partings
    assert parting.did is not None
    assert parting.did.kind == "added"
    assert parting.cause.endswith("The arms differ in strategy.acquisition.")
