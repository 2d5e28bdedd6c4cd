"""People who are followed: their lives are what the books say, and nothing is different for being followed."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np

from sim.draws import identities
from sim.engine import advance, close_run, open_run, run
from sim.output.ledger import Ledger
from sim.output.person_trace import STATE, PersonTrace
from sim.scenario import Campaign, Compensation, Offer, Outreach, Range, Rhythm, Scenario, Who
from sim.stages import Event
from tests.sim.test_laws import in_worlds
from tests.worlds import scenario

ORDERS = (Event.FIRST_ORDER, Event.ORDER)


def everybody(world: Scenario) -> tuple[Ledger, Ledger]:
    """A run, and the same with everybody followed who was there or was ever added."""
    plain = run(world, events=True)
    assert plain.events is not None
    first = identities("start", 0, np.arange(world.market.start_with))
    return plain, run(world, events=True, trace=np.union1d(plain.events["person"], first).tolist())


@cache
def busy() -> tuple[Ledger, Ledger]:
    return everybody(scenario({"strategy.service.compensation": Compensation("money", 0.2)}, days=70))


def rows(ledger: Ledger, person: int) -> list[tuple[int, float, int, int]]:
    """One person's rows of the event log."""
    events = ledger.events
    assert events is not None
    mine = events["person"] == np.uint64(person)
    return list(zip(*(events[name][mine].tolist() for name in ("day", "instant", "kind", "cents")), strict=True))


def rows_of(trace: PersonTrace) -> list[tuple[int, float, int, int]]:
    return [(one.day, one.instant, int(one.kind), one.cents) for one in trace.events]


def test_the_books_are_the_same_with_and_without() -> None:
    plain, followed = busy()
    assert followed.fingerprint == plain.fingerprint
    for account, daily in plain.series.items():
        assert (followed.series[account] == daily).all(), account
    assert plain.traces == []
    assert len(followed.traces) > 100


def test_a_life_is_the_persons_rows_of_the_event_log_in_their_order() -> None:
    _, followed = busy()
    for trace in followed.traces:
        assert rows_of(trace) == rows(followed, trace.person)
    assert {one.kind for trace in followed.traces for one in trace.events} == set(Event)


@in_worlds
def test_so_it_is_in_any_world(world: Scenario) -> None:
    plain, followed = everybody(world)
    assert followed.fingerprint == plain.fingerprint
    assert [rows_of(trace) for trace in followed.traces] == [rows(plain, trace.person) for trace in followed.traces]


def test_everybodys_messages_are_those_that_the_ledger_counts() -> None:
    _, followed = busy()
    letters = [letter for trace in followed.traces for letter in trace.messages]
    delivered = [letter for letter in letters if letter.delivery == "delivered"]
    assert Counter(letter.programme for letter in delivered) == followed.sent
    daily = np.bincount([letter.day for letter in delivered], minlength=followed.days)
    assert (daily == followed.series["touches"]).all()
    assert {letter.delivery for letter in letters} == {"delivered", "limit", "channel left", "contact gone"}


def test_messages_that_did_not_come_say_why() -> None:
    """Gone: deleted earlier that day. Left: the channel is closed from then on. A limit: neither."""
    for trace in busy()[1].traces:
        gone = [one.instant for one in trace.events if one.kind == Event.DELETE]
        left = [one.instant for one in trace.events if one.kind == Event.MUTE]
        for letter in trace.messages:
            at = letter.day + letter.hour
            assert (letter.delivery == "contact gone") == bool(
                gone and at >= gone[0] and letter.delivery != "delivered"
            )
            if letter.delivery == "channel left":
                assert min(left) < at


def test_orders_have_their_list_value_and_discounts_an_offer_that_acts() -> None:
    _, followed = busy()
    value = paid = 0
    for trace in followed.traces:
        acting = {held.day for held in trace.offers if held.acts}
        for one in trace.events:
            if one.kind in ORDERS:
                value, paid = value + one.value, paid + one.cents
                assert one.value == one.cents or one.day in acting
    assert value == followed.series["list_value"].sum() > paid == followed.series["paid"].sum()


def test_replies_are_those_that_the_ledger_counts() -> None:
    _, followed = busy()
    replies = [reply for trace in followed.traces for reply in trace.replies]
    assert len(replies) == followed.series["replies"].sum() > 50
    seconds = np.floor(np.array([reply.instant - reply.asked for reply in replies]) * 86400.0 + 0.5)
    assert seconds.sum() == followed.series["reply_seconds"].sum()
    for trace in followed.traces:
        asked = Counter(one.instant for one in trace.events if one.kind == Event.QUESTION)
        assert not Counter(reply.asked for reply in trace.replies) - asked


def test_the_last_evenings_state_is_the_population_at_the_end() -> None:
    world = scenario(days=40)
    opened = open_run(world)
    advance(opened, world.run.days)
    people = opened.state.population
    known = people.column("identity")[people.column("added") < world.run.days - 1]
    lives = run(world, trace=known.tolist()).traces
    for name in STATE:
        assert [trace.state[name][-1] for trace in lives] == people.column(name)[: known.size].tolist(), name
    assert close_run(opened).traces == []


def test_a_life_begins_the_day_after_adding_or_on_day_one() -> None:
    for trace in busy()[1].traces:
        added = [one.day for one in trace.events if one.kind == Event.ADDED]
        if added and added[0] == 69:
            assert trace.first is None
            continue
        assert trace.first == (added[0] + 1 if added else 0)
        assert (trace.source, trace.before) == (("search", 0) if added else (None, 1))
        assert trace.since == (added[0] if added else 0)
        there = np.flatnonzero(~np.isnan(trace.state["stage"]))
        assert there.tolist() == list(range(trace.first, 70))


def alone(world_offers: dict[str, object]) -> PersonTrace:
    """One buyer from day one in a plain world with one campaign of five days from day 3."""
    world = scenario({
        "market.start_with": 1, "market.sources": {}, "strategy.acquisition": {}, "strategy.welcome": None,
        "strategy.outreach": {}, "strategy.campaigns": {}, "market.optout.background": 0.0,
        "market.optout.per_message": 0.0, "market.need.dropout_rate.mean": 1e-9, **world_offers,
    }, days=20)  # fmt: skip
    (who,) = identities("start", 0, np.arange(1)).tolist()
    return run(world, trace=[who]).traces[0]


CAMPAIGN = Campaign(Offer("percent", depth=0.2), "direct", every=Rhythm(15.0), first=None, lasts=5.0, at=0.5)
COUPON = Outreach(
    "direct", "offer", every=Rhythm(30.0), offer=Offer("percent", depth=0.1, valid=17.0), who=Who(orders=Range(1.0))
)


def test_a_campaigns_days_and_its_message_are_told_as_they_are() -> None:
    trace = alone({"strategy.campaigns": {"sale": CAMPAIGN}})
    assert [held.day for held in trace.offers] == [15, 16, 17, 18, 19]
    assert {(held.name, held.depth, held.last, held.coupon, held.acts) for held in trace.offers} == {
        ("sale", 0.2, 19, False, True)
    }
    (letter,) = trace.messages
    assert (letter.day, letter.hour, letter.programme, letter.content) == (15, 0.5, "campaigns.sale", "offer")


def test_of_two_offers_that_do_not_stack_the_better_one_acts() -> None:
    trace = alone({"strategy.campaigns": {"sale": CAMPAIGN}, "strategy.outreach": {"gift": COUPON}})
    first_order = next((one.day for one in trace.events if one.kind == Event.ORDER), 20)
    for held in trace.offers:
        assert held.acts == (not held.coupon or held.day < 15)
    assert [held.day for held in trace.offers if held.coupon][:1] == [0]
    assert {held.last for held in trace.offers if held.coupon} == {16}
    assert max(held.day for held in trace.offers if held.coupon) == min(16, first_order)


def test_an_offer_that_runs_out_is_said_to_end() -> None:
    """Two pieces are gone within days; the day on which they go is the last on which anybody holds the offer."""
    few = Campaign(Offer("flash", depth=0.3, stock=2), "direct", every=Rhythm(15.0), lasts=5.0)
    world = scenario(
        {
            "strategy.campaigns": {"sale": few},
            "strategy.outreach": {},
            "strategy.acquisition": {},
            "market.need.order_rate.mean": 0.3,
        },
        days=40,
    )
    _, followed = everybody(world)
    held = [held for trace in followed.traces for held in trace.offers]
    ended = {one.day for one in held if one.ended}
    starts = {15, 30}
    assert len(ended) == 2
    for day in {one.day for one in held}:
        assert (day in ended) == (day + 1 not in {one.day for one in held}), day
    assert {min(one.day for one in held if one.day >= start) for start in starts} == starts


def test_nobody_of_that_number_has_an_empty_life() -> None:
    trace = run(scenario(days=5), trace=[12345]).traces[0]
    assert (trace.first, trace.events, trace.messages) == (None, [], [])
    assert all(np.isnan(column).all() for column in trace.state.values())
