"""`--history`: what a scenario says was done becomes the history of the customers; what it leaves open is said."""

from __future__ import annotations

import json
from contextlib import chdir
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import experiments
from calibration import Calibration, calibrate, read_orders
from calibration.past_orders import past_orders, stated_history
from scenarios import InputError, load, load_market
from scenarios.questions.question import COUNTED_TWICE
from scenarios.reading.stated_past import read_past
from sim.scenario import RunSettings
from tests.json_page import assert_documented

START = date(2024, 3, 1)
MARKET = load_market("library:base").market
DAYS = RunSettings(START, horizon=400)
LAST = START + timedelta(days=129)
"""The last day of the orders."""
CARE = 'channel = "direct"\ncontent = "care"\n'
SALE = 'channel = "direct"\nlasts = "3 d"\noffer = { format = "percent", depth = "20 %" }\n'
DONE = f"""
[market]
from = "fitted/market.toml"     # what this very command writes

[strategy.acquisition.nowhere]

[strategy.outreach.care]
every = "10 d"
from = 2024-05-01
{CARE}
[strategy.campaigns.sale]
every = "30 d"
first = 2024-03-15
phases = ["launch", "deadline"]
{SALE}
[strategy.campaigns.next]
every = "30 d"
first = 2026-01-15
holdout = "10 %"
{SALE}
[run]
start = 2099-01-01
"""
QUESTION = """
[market]
from = "{}/market.toml"

[run]
start = 2024-07-09
horizon = "2 d"

[strategy.service]
unlimited = true

[variants.a]

[variants.b.strategy.limits]
touches_per_day = 1
"""


@pytest.fixture(scope="module")
def fitted(shop: Path) -> tuple[Calibration, Calibration]:
    """Markets fitted with the history and without it, in the folders `fitted` and `plain`; few numbers are learned."""
    with chdir(shop), pytest.MonkeyPatch.context() as patch:
        patch.setattr("calibration.responses.response_fit.MOST_LEARNED", 5)
        return (
            calibrate("orders.csv", history="shop.toml", out="fitted", draws=20),
            calibrate("orders.csv", out="plain", draws=20),
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with orders of 40 customers and the files of what was done."""
    folder, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(3)
    lines = ["customer,date,amount"]
    for customer in range(40):
        day = START + timedelta(days=int(rng.integers(0, 80)))
        while day <= LAST:
            lines.append(f"C{customer},{day},{rng.gamma(5.0, 20.0):.2f}")
            day += timedelta(days=1 + int(rng.exponential(60.0)))
    (folder / "orders.csv").write_text("\n".join(lines))
    (folder / "shop.toml").write_text(DONE)
    return folder


def test_a_scenario_states_the_history(
    shop: Path, fitted: tuple[Calibration, Calibration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    answer = fitted[0]
    found = json.loads(json.dumps(answer.to_json()))
    assert_documented(found, "rehearse calibrate")
    assert found["history"] == "stated"
    assert COUNTED_TWICE not in answer.warnings
    assert any("campaigns.next" in line for line in found["history_notes"])
    history = load_market("fitted/market.toml").customers.history  # type: ignore[union-attr]
    assert history is not None
    assert history == answer.history
    assert {message.programme for message in history.messages} == {"outreach.care", "campaigns.sale"}
    first = min(message.day for message in history.messages if message.programme == "outreach.care")
    assert history.start + timedelta(days=first) == date(2024, 5, 1)
    assert history.sent is not None
    assert history.offer is not None
    assert [history.start + timedelta(days=one.first) for one in history.offers[:2]] == [
        date(2024, 3, 15),
        date(2024, 4, 14),
    ]
    assert load_market("fitted/market.toml").history == "stated"
    days = history.offers[0].first + np.arange(3)
    assert (history.offer[days].astype(bool) == (history.entered <= days[:, None])).all()


def test_without_one_every_verdict_says_so(
    shop: Path, fitted: tuple[Calibration, Calibration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop)
    answer = fitted[1]
    assert answer.to_json()["history"] == "none"
    assert answer.warnings[0] == COUNTED_TWICE
    text = QUESTION
    (shop / "ask.toml").write_text(text.format("plain"))
    found = experiments.compare(load("ask.toml"), draws=1, replications=2, jobs=1)
    assert COUNTED_TWICE in found.warnings
    assert found.to_json()["history"] == "none"
    (shop / "ask.toml").write_text(text.format("fitted"))
    stated = load("ask.toml")
    assert stated.history == "stated"
    assert not stated.counted_twice
    old = (shop / "plain" / "market.toml").read_text().replace('history = "none"\n', "")
    (shop / "plain" / "market.toml").write_text(old)
    (shop / "ask.toml").write_text(text.format("plain"))
    assert load("ask.toml").history == "not said"
    assert load("ask.toml").counted_twice
    assert not load("library:shop").counted_twice


def test_orders_in_the_order_of_the_customers_file(shop: Path) -> None:
    orders = read_orders(shop / "orders.csv")
    past = past_orders(orders)
    history = past.history
    assert (np.diff(past.identity.astype(float)) > 0).all()
    assert history.order_day[history.begin[:-1]].tolist() == (history.entered - 1).tolist()
    assert sorted(np.diff(history.begin)) == sorted(orders.customers["x"] + 1)
    assert past.paid.sum() == orders.orderdays["cents"].sum()
    assert history.days == orders.days + 1


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("[run]\nstart = 2026-01-01\n", "strategy", "[strategy]"),
        (f'[strategy.campaigns.a]\nevery = "30 d"\nholdout = "10 %"\n{SALE}', "campaigns.a.holdout", "--touches"),
        (f'[strategy.outreach.a]\nevery = "9 d"\nwho = {{ tag = "tea" }}\n{CARE}', "outreach.a.who.tag", "--touches"),
        (f'[strategy.outreach.a]\nevery = "9 d"\n{CARE}'.replace("direct", "pigeon"), "outreach.a.channel", "direct"),
        ('[strategy.limits]\ndiscount_budget = "100 USD per d"\n', "limits.discount_budget", "CNY"),
        ("[strategy]\n[nonsense]\n", "nonsense", "strategy"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, place: str, expected: str) -> None:
    (tmp_path / "done.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_past(tmp_path / "done.toml", MARKET, DAYS)
    assert place in caught.value.place
    assert expected in caught.value.expected
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (f'[strategy.outreach.a]\nevery = "9 d"\n{CARE}', "no date"),
        (f'[strategy.campaigns.a]\nevery = "30 d"\n{SALE}', "no date"),
        (f'[strategy.campaigns.a]\nevery = "30 d"\nfirst = 2023-03-01\n{SALE}', "before the first order"),
        (f"[strategy.campaigns.a]\non = [2024-06-01]\n{SALE}", "ends on 2024-06-03"),
        (f'[strategy.outreach.a]\nevery = "9 d"\nfrom = 2024-04-01\nuntil = 2024-07-01\n{CARE}', "ends on 2024-06-30"),
        (f"[strategy.campaigns.a]\non = [2027-06-01]\n{SALE}", "no day within the orders"),
        ('[strategy.service]\nagents = 1\nhours = "09:00-17:00"\n', "parcels and complaints"),
    ],
)
def test_what_is_left_open_is_said(tmp_path: Path, text: str, note: str) -> None:
    (tmp_path / "done.toml").write_text(text)
    assert [line for line in read_past(tmp_path / "done.toml", MARKET, DAYS).notes if note in line]
    dated = f'[strategy.outreach.a]\nevery = "9 d"\nfrom = 2024-03-01\n{CARE}'
    (tmp_path / "done.toml").write_text(dated)
    assert read_past(tmp_path / "done.toml", MARKET, DAYS).notes == ()


def test_tenure_of_who_is_known_from_orders_alone_is_said(shop: Path) -> None:
    """The same programme without a condition on tenure says nothing."""
    plan = f'[strategy.outreach.a]\nevery = "9 d"\nfrom = 2024-03-01\n{CARE}'
    with chdir(shop):
        orders = read_orders("orders.csv")
        prior = load_market("library:base")
        for who, said in (('who = { tenure = "< 90 d" }\n', 1), ('who = { recency = "< 90 d" }\n', 0)):
            Path("tenure.toml").write_text(plan + who)
            notes = stated_history("tenure.toml", past_orders(orders), prior).notes
            assert len([line for line in notes if "outreach.a: tenure counts" in line]) == said
