"""Records of what was done: what they become, against plain loops; wrong ones; and any bytes at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from calibration.calibration_files import customers_table
from calibration.model.spend import spenders
from calibration.orders.order_history import Orders
from calibration.past_orders import PastFiles, known_past
from calibration.records.list_values import at_list_value
from calibration.records.record_columns import split_records
from calibration.records.records_summary import orders_under_coupons, records_summary
from calibration.records.shop_records import RecordFiles, ShopRecords, history_from, over_stated, read_shop_records
from calibration.shares.redemption_evidence import redeemed_draws, redemption_log_likelihood
from scenarios import load_market
from scenarios.errors import InputError
from scenarios.reading.history_table import read_history, write_history
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import Node
from sim.scenario import Market, PastDesk
from sim.scenario.offer import Offer
from sim.scenario.shop_history import PastOffer, PastTickets, ShopHistory
from tests.calibration.order_shop import read, shop
from tests.calibration.test_order_dates import FORMS
from tests.calibration.test_reading_properties import IDS
from tests.json_page import assert_documented

PLAIN = {"touches.channel:*": "direct", "touches.content:*": "care"}
NO_FIXTURE = [HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def market() -> Market:
    return load_market("library:base").market


@dataclass(frozen=True)
class Shop:
    """A small shop, the folder of its records, and the market that its channels come from."""

    orders: Orders
    folder: Path
    market: Market

    def day(self, number: int) -> str:
        return (self.orders.first + timedelta(days=number)).isoformat()

    def read(self, said: Mapping[str, str] | None = None, **tables: pd.DataFrame | bytes) -> ShopRecords:
        files = {}
        for what, table in tables.items():
            path = self.folder / f"{what}.csv"
            if isinstance(table, bytes):
                path.write_bytes(table)
            else:
                table.to_csv(path, index=False)
            files[what] = [path]
        of_records = split_records(said)[1]
        return read_shop_records(RecordFiles(**files), of_records, self.orders, self.market)  # type: ignore[arg-type]

    def history(self, said: Mapping[str, str] | None = None, **tables: pd.DataFrame) -> ShopHistory:
        records = self.read(said, **tables)
        return history_from(records, self.orders, self.market)[0]

    def touches(self, days: list[int], people: list[int], **more: Any) -> pd.DataFrame:
        ids = self.orders.customers.index
        table = {"person": [str(ids[n]) for n in people], "sent_at": [self.day(n) for n in days]}
        return pd.DataFrame({**table, **more})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, market: Market) -> Shop:
    folder = tmp_path_factory.mktemp("records")
    return Shop(read(shop(), folder), folder, market)


def place_of(shop: Shop, records: ShopRecords, number: int) -> int:
    """Where the customer of that row of `orders.customers` stands."""
    return int(np.flatnonzero(records.people.row == number)[0])


# --- what they become -------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=NO_FIXTURE)
@given(
    seed=st.integers(0, 10**6), form=st.sampled_from(sorted(FORMS)), ids=st.sampled_from(["plain", "case", "spaces"])
)
def test_messages_of_any_writing(small: Shop, seed: int, form: str, ids: str) -> None:
    """Who was sent what on which day is what the rows say, in whatever form days and ids are written."""
    rng = np.random.default_rng(seed)
    names = [str(name) for name in small.orders.customers.index] + ["stranger"]
    rows = [(int(rng.integers(0, len(names))), int(rng.integers(0, small.orders.days)), n % 3) for n in range(40)]
    start = pd.Timestamp(small.orders.first)
    table = pd.DataFrame(
        {
            "customer_id": [IDS[ids](names[who], n) for n, (who, _, _) in enumerate(rows)],
            "send_time": [FORMS[form](start + pd.Timedelta(days=day, hours=10)) for _, day, _ in rows],
            "channel": [("direct", "SMS", "Official account")[way] for _, _, way in rows],
            "content": "Care",
        }
    )
    records = small.read(touches=pd.concat([table, table.iloc[:5]]))
    history, _ = history_from(records, small.orders, small.market)
    assert history.sent is not None
    said = {
        (m.day, m.channel, int(row))
        for m, sent in zip(history.messages, history.sent, strict=True)
        for row in records.people.row[np.flatnonzero(sent)]
    }
    channels = ("direct", "sms", "official_account")
    assert said == {(day, channels[way], who) for who, day, way in rows if who < len(names) - 1}
    assert [m.day for m in history.messages] == sorted(m.day for m in history.messages)
    assert records.touches is not None
    aside = {one.reason: one.rows for one in records.touches.report.set_aside}
    strangers = sum(who == len(names) - 1 for who, _, _ in set(rows))
    assert aside.get("of people who are neither among the customers nor among the leads", 0) == strangers


def test_orders_entries_and_savings_are_those_of_the_shop(tmp_path: Path, market: Market) -> None:
    table = shop().assign(gross=lambda t: (t["amount"] / 0.8).round(2), discount=lambda t: t["gross"] - t["amount"])
    found = Shop(read(table, tmp_path), tmp_path, market)
    records = found.read(PLAIN, touches=found.touches([3], [0]))
    history, _ = history_from(records, found.orders, market)
    identity = customers_table(found.orders, people=records.people)["identity"]
    assert (identity == records.people.identity).all()
    days = found.orders.orderdays
    for place, row in enumerate(records.people.row):
        own = days[days["customer"] == row]
        span = slice(history.begin[place], history.begin[place + 1])
        assert history.order_day[span].tolist() == own["day"].tolist()
        assert history.entered[place] == own["day"].iloc[0] + 1
        assert np.allclose(history.saving[span], 0.2, atol=1e-3)
    assert history.days == found.orders.days + 1


def test_a_calendar_against_a_plain_loop(small: Shop) -> None:
    """All hold a campaign's price from their entry on; a coupon only those whom a message reached, from that day on."""
    calendar = pd.DataFrame(
        {
            "name": ["spring", "card", "steps", "steps"],
            "first_day": [small.day(n) for n in (100, 104, 150, 150)],
            "last_day": [small.day(n) for n in (109, 120, 155, 155)],
            "depth": ["20 %", "30 %", "", ""],
            "spend": ["", "", "100", "200"],
            "off": ["", "", "10", "30"],
            "use": ["price", "coupon", "price", "price"],
            "channel": ["direct", "sms", "", ""],
        }
    )
    touches = small.touches([106, 90, 130], [0, 1, 2], campaign="card")
    records = small.read(campaigns=calendar, touches=touches)
    history, _ = history_from(records, small.orders, small.market)
    assert [(one.name, one.coupon) for one in history.offers] == [("spring", False), ("card", True), ("steps", False)]
    assert history.offers[2].offer == Offer.threshold([(10000, 1000), (20000, 3000)])
    assert history.offer is not None
    reached = {place_of(small, records, 0): 106, place_of(small, records, 1): 104}
    for place in range(history.size):
        for day in range(history.days):
            held = 0
            if history.entered[place] <= day:
                held = 1 if 100 <= day <= 109 else 3 if 150 <= day <= 155 else 0
                held = 2 if reached.get(place, 999) <= day <= 120 else held
            assert history.offer[day, place] == held, (day, place)
    assert {(m.programme, m.channel, m.content) for m in history.messages} == {("campaigns.card", "sms", "offer")}
    alone, more = history_from(small.read(campaigns=calendar), small.orders, small.market)
    assert [(m.day, m.channel) for m in alone.messages] == [(100, "direct"), (104, "sms")]
    assert alone.sent is not None
    assert (alone.sent[0] == (alone.entered <= 100)).all()
    assert any("2 campaigns with a channel" in note for note in more)


def test_phases_of_a_calendar_are_those_of_its_offers(small: Shop) -> None:
    """Written with blanks, commas or plus signs; without any, salience is 1."""
    calendar = pd.concat([campaigns(small, depth=0.2, phases="Launch, proof+deadline"), campaigns(small, depth=0.1)])
    calendar = calendar.assign(name=["spring", "summer"], first=[small.day(5), small.day(20)], last=small.day(24))
    history, _ = history_from(small.read(campaigns=calendar), small.orders, small.market)
    assert [one.phases for one in history.offers] == [("launch", "proof", "deadline"), ()]


def test_leads_without_a_known_welcome_are_warned_of(tmp_path: Path, market: Market) -> None:
    found = Shop(read(shop(customers=60, orders=80), tmp_path), tmp_path, market)
    leads = pd.DataFrame({"person": found.orders.customers.index, "added": found.day(0)})
    leads.to_csv(tmp_path / "leads.csv", index=False)
    campaigns(found, depth=0.2).to_csv(tmp_path / "campaigns.csv", index=False)
    (tmp_path / "plan.toml").write_text(
        'extends = "library:base"\n[strategy.welcome]\npush = "20 %"\n', encoding="utf-8"
    )
    records = RecordFiles(leads=(tmp_path / "leads.csv",), campaigns=(tmp_path / "campaigns.csv",))
    prior = load_market("library:base")
    for statement, warned in ((None, True), (tmp_path / "plan.toml", False)):
        past = known_past(PastFiles(statement, records), found.orders, prior)
        assert past.history is not None
        assert past.history.lead.any()
        assert any("welcome of a new contact" in line for line in past.warnings) == warned


def test_who_is_left_out_by_lot_holds_no_offer(small: Shop) -> None:
    """The others hold it from its first day on; a message stays on its own day."""
    row = {"name": ["spring"], "first_day": [small.day(100)], "last_day": [small.day(109)], "depth": ["20 %"]}
    touches = small.touches([100, 102, 103], [0, 1, 2], campaign="spring", channel="sms", holdout=["yes", "no", "no"])
    records = small.read(campaigns=pd.DataFrame({**row, "who": ["all"]}), touches=touches)
    history, _ = history_from(records, small.orders, small.market)
    assert history.offer is not None
    left_out = place_of(small, records, 0)
    assert not history.offer[:, left_out].any()
    others = np.arange(history.size) != left_out
    there = np.arange(history.days)[:, None] >= history.entered[others]
    assert np.array_equal(history.offer[100:110, others] == 1, there[100:110])
    assert [message.day for message in history.messages] == [102, 103]


def test_who_fell_out_with_the_shop_is_told_from_who_deleted(small: Shop) -> None:
    """The earlier of the two days counts; who ordered after it has stayed."""
    table = small.orders.customers
    late = next(n for n, day in enumerate(table["last_day"].tolist()) if day > 30)
    leads = pd.DataFrame(
        {
            "person": ["a", "b", "c", str(table.index[late])],
            "added": small.day(3),
            "deleted": [small.day(20), small.day(20), "", ""],
            "disputed": [small.day(9), "", small.day(11), small.day(12)],
        }
    )
    records = small.read(leads=leads)
    history, _ = history_from(records, small.orders, small.market)
    at = [int(np.flatnonzero(records.people.ids == name)[0]) for name in ("a", "b", "c")]
    at.append(place_of(small, records, late))
    assert history.deleted[at].tolist() == [9, 20, 11, history.days]
    assert history.disputed is not None
    assert history.disputed[at].tolist() == [True, False, True, False]
    said = records_summary(records, history)["leads"]
    assert (said["deleted"], said["disputed"]) == (1, 2)
    assert any("deletion or dispute" in note for note in records.people.notes)


def test_leads_become_people_without_orders(small: Shop) -> None:
    ids = list(map(str, small.orders.customers.index))
    first = small.orders.customers["first_day"].tolist()
    one = next(n for n, day in enumerate(first) if day > 5)
    leads = pd.DataFrame(
        {
            "person": [ids[one], ids[one + 1], "new", "gone", "late"],
            "added": [small.day(first[one] - 3), small.day(first[one + 1] + 2), *map(small.day, (7, 9, 400))],
            "source": "ads",
            "deleted": ["", "", "", small.day(40), ""],
        }
    )
    records = small.read(leads=leads)
    history, _ = history_from(records, small.orders, small.market)
    people = records.people
    assert history.size == len(ids) + 2
    place = place_of(small, records, one)
    assert history.lead[place]
    assert history.entered[place] == first[one] - 2
    assert not history.lead[place_of(small, records, one + 1)]
    new, gone = (int(np.flatnonzero(people.ids == name)[0]) for name in ("new", "gone"))
    assert (history.entered[new], history.deleted[new], history.deleted[gone]) == (8, history.days, 40)
    assert history.begin[new] == history.begin[new + 1]
    assert not history.deletions_known
    table = customers_table(small.orders, people=people)
    assert (table["identity"].to_numpy() == people.identity).all()
    assert table["orders"].tolist()[new] == 0
    assert table["age"].tolist()[new] == small.orders.days - 7
    assert any("they are no leads" in note for note in records.notes)


def test_who_orders_after_a_deletion_has_stayed(small: Shop) -> None:
    """One who is said to have left on the day before the last order, and one on the day of it."""
    table = small.orders.customers
    first, last = (table[name].to_numpy() for name in ("first_day", "last_day"))
    back, gone = np.flatnonzero(last > first + 2)[:2]
    days = [small.day(int(day)) for day in (last[back] - 1, last[gone])]
    people = {"person": [table.index[back], table.index[gone]], "added": [small.day(0)] * 2, "deleted": days}
    records = small.read(leads=pd.DataFrame(people))
    history, _ = history_from(records, small.orders, small.market)
    places = [place_of(small, records, int(row)) for row in (back, gone)]
    assert history.deleted[places].tolist() == [history.days, last[gone]]
    assert any("ordered after the day of their deletion" in note for note in records.notes)


def test_tickets(small: Shop) -> None:
    ids = small.orders.customers.index
    tickets = pd.DataFrame(
        {
            "person": [ids[0], ids[1], ids[2]],
            "kind": ["complaint", "after sale", "complaint"],
            "opened": [f"{small.day(9)} 12:00", f"{small.day(5)} 06:00", f"{small.day(7)} 06:00"],
            "first_reply": [f"{small.day(9)} 18:00", f"{small.day(4)} 06:00", ""],
            "resolved": [f"{small.day(11)} 12:00", "", f"{small.day(6)} 06:00"],
        }
    )
    records = small.read(tickets=tickets)
    found = history_from(records, small.orders, small.market)[0].tickets
    assert found is not None
    assert found.kind == ("after_sale", "complaint")
    assert found.opened.tolist() == [5.25, 9.5]
    assert np.isnan(found.replied[0])
    assert found.replied[1] == 9.75
    assert records.tickets is not None
    reasons = [one.reason for one in records.tickets.report.set_aside]
    assert reasons == ["resolved before it was opened", "answered before it was opened"]


def test_complaints_of_whom_they_cannot_be(small: Shop) -> None:
    """From before the first order, of a lead who has not ordered, of a stranger: counted, and named; questions stay."""
    ids, first = small.orders.customers.index, small.orders.customers["first_day"].to_numpy()
    assert first[5] > 5 > first[2] > 0
    people = [ids[5], "lead", "lead", "stranger", ids[2], ids[5]]
    kinds = ["complaint", "complaint", "complaint", "complaint", "complaint", "pre_sale"]
    days = [5, 3, 40, 9, int(first[2]), 5]
    tickets = pd.DataFrame({"person": people, "kind": kinds, "opened": [small.day(day) for day in days]})
    leads = pd.DataFrame({"person": ["lead"], "added": [small.day(8)]})
    records = small.read(tickets=tickets, leads=leads)
    assert records.tickets is not None
    assert {one.reason: one.rows for one in records.tickets.report.set_aside} == {
        "of people who are neither among the customers nor among the leads": 1,
        "complaints from before the person came": 2,
        "complaints about no order: the person had not ordered by then": 1,
    }
    assert records.tickets.tickets.kind == ("complaint", "pre_sale")
    assert any("complaints about no order" in note for note in records.notes)


def test_redeemed_depth_where_none_is_stated(tmp_path: Path, market: Market) -> None:
    table = shop(customers=30, orders=400)
    off = np.where(np.arange(400) % 2 == 0, 0.1, 0.0)
    off[::10] = 0.6  # few are far deeper: the median is not the mean
    table = table.assign(gross=table["amount"], coupon=(table["amount"] * off).round(2))
    found = Shop(read(table.assign(amount=table["gross"] - table["coupon"]), tmp_path), tmp_path, market)
    calendar = pd.DataFrame(
        {"campaign": ["card"], "start": [found.day(50)], "end": [found.day(250)], "use": ["coupon"]}
    )
    records = found.read(campaigns=calendar)
    history, notes = history_from(records, found.orders, market)
    assert history.offers[0].offer.depth == pytest.approx(0.1, abs=1e-3)
    assert "state no depth" in " ".join(notes)
    assert history.used is not None
    held, used = orders_under_coupons(history)
    assert 0.3 < used / held < 0.75
    said = records_summary(records, history)
    assert said["redemption"]["used_it"] == used
    assert_documented({"files": records.to_json(), **said}, "ReadRecords")
    shares = np.linspace(0.01, 0.99, 99)
    scores = [
        redemption_log_likelihood(replace(market, offers=replace(market.offers, redeemed=p)), found.orders, history)
        for p in shares
    ]
    assert shares[int(np.argmax(scores))] == pytest.approx(used / held, abs=0.01)
    drawn = redeemed_draws(history, None, 400, 1)
    assert drawn is not None
    assert drawn.mean() == pytest.approx((used + 1) / (held + 2), abs=0.01)
    assert redeemed_draws(replace(history, used=None), None, 400, 1) is None
    with pytest.raises(InputError, match="no depth is stated for card"):
        history_from(records, replace(found.orders, orderdays=found.orders.orderdays.drop(columns="coupon")), market)


def test_a_coupon_of_a_campaign_that_the_calendar_has_not_is_noted(small: Shop) -> None:
    calendar = pd.DataFrame({"name": ["spring"], "first": [small.day(5)], "last": [small.day(9)], "depth": ["20 %"]})
    person = str(small.orders.customers.index[0])
    for name, noted in (("spring", 0), ("autumn", 1)):
        used = pd.DataFrame({"person": [person], "time": [small.day(6)], "campaign": [name]})
        records = small.read(campaigns=calendar, redemptions=used)
        notes = history_from(records, small.orders, small.market)[1]
        assert sum("name a campaign that is not in campaigns.csv" in note for note in notes) == noted


def test_records_come_before_a_stated_strategy(small: Shop) -> None:
    records = small.read(PLAIN, touches=small.touches([3, 4], [0, 1]))
    recorded, _ = history_from(records, small.orders, small.market)
    offers = (PastOffer("rhythm", Offer.percent(0.2), 10, 5),)
    held = np.zeros((recorded.days, recorded.size), dtype=np.int16)
    held[10:15] = 1
    stated = replace(recorded, messages=recorded.messages[:1], sent=recorded.sent[:1], offers=offers, offer=held)  # type: ignore[index]
    both = over_stated(recorded, stated, records)
    assert both.messages == recorded.messages
    assert both.offers == offers
    alone = over_stated(replace(recorded, messages=(), sent=None), stated, replace(records, touches=None))
    assert alone.messages == stated.messages


def test_waits_of_tickets_take_the_place_of_those_of_a_stated_staff(small: Shop) -> None:
    """Of whoever asked nearest to a day in an hour; only where there is a staff, and replies with times of day."""
    records = small.read(PLAIN, touches=small.touches([3, 4], [0, 1]))
    plain, _ = history_from(records, small.orders, small.market)
    nowhere = np.zeros((2, plain.days, 24))
    stated = replace(plain, desk=PastDesk(nowhere, nowhere, 0.1, bot=True))

    def desk_with(opened: list[float], wait: list[float], staffed: bool = True) -> PastDesk:
        at = np.array(opened)
        tickets = PastTickets(np.zeros(at.size, dtype=np.int64), ("pre_sale",) * at.size, at, at + wait, at * np.nan)
        said = replace(stated, desk=replace(stated.desk, staffed=staffed))  # type: ignore[type-var]
        found = over_stated(replace(plain, tickets=tickets), said, records).desk
        assert found is not None
        return found

    asked = [2 + 9.5 / 24, 5 + 20.2 / 24, 8 + 9.1 / 24]
    found = desk_with(asked, [0.01, np.nan, 0.3])
    assert found.recorded
    assert (found.reply_goal, found.bot) == (0.1, False)
    assert found.wait[:, :6, 3:15] == pytest.approx(0.01)
    assert found.wait[:, 6:, 3:15] == pytest.approx(0.3)
    assert np.isinf(found.wait[:, :, [0, 1, 2, *range(15, 24)]]).all()
    assert not desk_with(asked, [np.nan] * 3).recorded
    assert not desk_with([2.5, 3.5], [0.0, 1.0]).recorded
    assert not desk_with(asked, [0.01, np.nan, 0.3], staffed=False).recorded


def test_paid_amounts_under_a_stated_percentage_become_list_values(small: Shop) -> None:
    """Only where the percentage is exact: not of a coupon, which may not have been used."""
    records = small.read(PLAIN, touches=small.touches([3], [0]))
    recorded, _ = history_from(records, small.orders, small.market)
    held = np.ones((recorded.days, recorded.size), dtype=np.int16)
    held[100:] = 2
    offers = (
        PastOffer("rhythm", Offer.percent(0.2), 0, 100),
        PastOffer("card", Offer.percent(0.5), 100, 99, coupon=True),
    )
    orders, history, note = at_list_value(records.people, replace(recorded, offers=offers, offer=held))
    early = orders.orderdays["day"] < 100
    ratio = orders.orderdays["listed"] / orders.orderdays["cents"]
    assert np.allclose(ratio[early], 1.25, atol=1e-3)
    assert (ratio[~early] == 1.0).all()
    assert np.array_equal(history.saving > 0.0, history.order_day < 100)
    assert "under other offers" in note
    assert spenders(orders).mean.sum() > spenders(small.orders).mean.sum()
    same, _, alone = at_list_value(records.people, recorded)
    assert same is small.orders
    assert "takes its discounts off them once more" in alone


# --- wrong records ----------------------------------------------------------------------------------


def test_what_is_set_aside_is_counted(small: Shop) -> None:
    table = pd.concat(
        [
            small.touches([5, 5, 6, 7], [0, 0, 1, 2], delivered=["yes", "yes", "no", "yes"]),
            small.touches([-4, 900], [3, 4], delivered="yes"),
        ]
    )
    records = small.read(PLAIN, touches=table)
    assert records.touches is not None
    assert {one.reason: one.rows for one in records.touches.report.set_aside} == {
        "a copy of an earlier row": 1,
        "not delivered": 1,
        "sent before the orders' first day": 1,
        "sent after the orders' last day": 1,
    }
    assert len(records.touches.rows) == 2
    assert any("before the orders end" in note for note in records.notes)


def many_arms(shop: Shop, both: int) -> pd.DataFrame:
    people = list(range(len(shop.orders.customers)))
    sent = shop.touches([9] * len(people), people, campaign="test", holdout="no")
    return pd.concat([sent, shop.touches([9] * both, people[:both], campaign="test", holdout="yes")])


def campaigns(shop: Shop, **more: Any) -> pd.DataFrame:
    return pd.DataFrame({"name": ["a"], "first": [shop.day(5)], "last": [shop.day(9)], **more})


Case = tuple[Callable[[Shop], dict[str, pd.DataFrame]], dict[str, str], str]
WRONG: dict[str, Case] = {
    "unknown channel": (lambda s: {"touches": s.touches([3], [0], channel="pigeon", content="care")}, {}, "channel"),
    "no channel": (lambda s: {"touches": s.touches([3], [0])}, {}, "touches.channel:\\*="),
    "unknown content": (
        lambda s: {"touches": s.touches([3], [0], channel="sms", content="promo")},
        {},
        "content:promo",
    ),
    "mapped to what is not": (
        lambda s: {"touches": s.touches([3], [0])},
        {"touches.channel:*": "pigeon"},
        "--map touches.channel",
    ),
    "no such kind": (lambda s: {"touches": s.touches([3], [0])}, {"touches.sender": "x"}, "touches.sender"),
    "no such column": (lambda s: {"touches": s.touches([3], [0])}, {"touches.person": "x"}, "no such column"),
    "no person": (lambda s: {"touches": pd.DataFrame({"sent_at": ["2024-03-01"], "text": ["x"]})}, PLAIN, "person"),
    "no file": (lambda s: {"touches": s.touches([3], [0])}, {**PLAIN, "tickets.kind": "x"}, "--tickets FILE"),
    "only strangers": (
        lambda s: {"touches": s.touches([3], [0]).assign(person="nobody I know")},
        PLAIN,
        "no row is left",
    ),
    "arms that overlap": (lambda s: {"touches": many_arms(s, 5)}, PLAIN, "arms that overlap"),
    "another currency": (lambda s: {"campaigns": campaigns(s, off="5 EUR")}, {}, "another currency"),
    "an impossible depth": (lambda s: {"campaigns": campaigns(s, depth=1.0)}, {}, "impossible"),
    "depths of two kinds": (
        lambda s: {"campaigns": pd.concat([campaigns(s, depth="0.2"), campaigns(s, depth="20").assign(name="b")])},
        {},
        "all as shares",
    ),
    "twice on a day": (
        lambda s: {"campaigns": pd.concat([campaigns(s, depth=0.2), campaigns(s, depth=0.2).assign(first=s.day(7))])},
        {},
        "twice on one day",
    ),
    "a phase that the market has not": (lambda s: {"campaigns": campaigns(s, depth=0.2, phases="dawn")}, {}, "dawn"),
    "more phases than days": (
        lambda s: {"campaigns": campaigns(s, depth=0.2, phases="launch " + "proof " * 5)},
        {},
        "up to 5",
    ),
    "a format that a calendar cannot say": (
        lambda s: {"campaigns": campaigns(s, format="lottery", depth=0.2)},
        {},
        "percent",
    ),
    "weeks": (lambda s: {"touches": s.touches([3], [0]).assign(sent_at="2024-W05")}, PLAIN, "weeks"),
    "no kind of ticket": (
        lambda s: {"tickets": pd.DataFrame({"person": ["k11x"], "kind": ["rant"], "opened": [s.day(4)]})},
        {},
        "tickets.kind:rant",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_one_line(small: Shop, name: str) -> None:
    tables, said, part = WRONG[name]
    with pytest.raises(InputError, match=part) as caught:
        small.history(said, **tables(small))
    assert "\n" not in str(caught.value)
    assert caught.value.place


def test_few_people_in_two_arms_are_set_aside(tmp_path: Path, market: Market) -> None:
    table = shop(customers=150, orders=160)
    found = Shop(read(table, tmp_path), tmp_path, market)
    records = found.read(PLAIN, touches=many_arms(found, 1))
    assert records.touches is not None
    assert any("two arms" in one.reason for one in records.touches.report.set_aside)


# --- any bytes at all -------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(["", "k11x", "2024-03-01", "2024-03-01 10:00", "direct", "care", "20 %", "-1", "1e9", "yes", "0"]),
    st.text(max_size=6),
)
HEADERS = ["person", "time", "date", "channel", "content", "campaign", "name", "first", "last", "depth", "off", "spend",
           "use", "kind", "opened", "resolved", "added", "deleted", "holdout", "arm", "items", "who", "x"]  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=NO_FIXTURE)
@given(data=st.data(), what=st.sampled_from(["touches", "campaigns", "redemptions", "tickets", "leads"]))
def test_any_table_is_read_or_refused_in_one_line(small: Shop, data: st.DataObject, what: str) -> None:
    header = data.draw(st.lists(st.sampled_from(HEADERS), min_size=2, max_size=7))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=5))
    table = pd.DataFrame(rows, columns=range(len(header))).set_axis(header, axis=1)
    content = table.to_csv(index=False).encode()
    cut = data.draw(st.integers(0, len(content)))
    said = {f"{what}.channel:*": "direct", f"{what}.content:*": "care"} if what == "touches" else {}
    with contextlib.suppress(InputError):
        given_bytes = content[:cut] if data.draw(st.booleans()) else content
        history_from(small.read(said, **{what: given_bytes}), small.orders, small.market)


@pytest.mark.slow
@settings(max_examples=800, deadline=None, suppress_health_check=NO_FIXTURE)
@given(data=st.data(), what=st.sampled_from(["touches", "campaigns", "redemptions", "tickets", "leads"]))
def test_any_table_many_times(small: Shop, data: st.DataObject, what: str) -> None:
    test_any_table_is_read_or_refused_in_one_line.hypothesis.inner_test(small, data, what)  # type: ignore[attr-defined]


def test_a_history_comes_back_as_it_was_written(small: Shop, tmp_path: Path) -> None:
    ids = small.orders.customers.index
    tickets = pd.DataFrame({"person": [ids[0], ids[1]], "kind": "complaint", "opened": [small.day(9), small.day(5)]})
    records = small.read(
        PLAIN, touches=small.touches([3, 4], [0, 1]), tickets=tickets, campaigns=campaigns(small, depth=0.2)
    )
    history, _ = history_from(records, small.orders, small.market)
    history = replace(history, used=np.zeros(history.order_day.size, dtype=np.int8))
    write_history(tmp_path / "history.parquet", history, records.people.identity)
    entry = Entry(Node({}, tmp_path / "market.toml", 1))
    found = read_history(tmp_path / "history.parquet", entry, records.people.identity, small.market)
    assert found == history
    assert replace(found, tickets=None) != history
