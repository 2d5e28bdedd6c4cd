"""How many contacts are added, learned from a shop's leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm

from calibration import calibrate
from calibration.fit_warnings import newcomer_warnings
from calibration.orders.order_history import Orders
from calibration.past_orders import KnownPast, PastFiles, known_past
from calibration.records.shop_records import RecordFiles
from calibration.shares.added_contacts import AddedContacts
from scenarios import MarketFile, load_market
from scenarios.values.beliefs import Belief, quantile
from sim.scenario import Source
from tests.calibration.order_shop import read, shop

SOURCE = "market.sources.store_orders"
RATE = f"{SOURCE}.add_rate"


@pytest.fixture(scope="module")
def prior() -> MarketFile:
    return load_market("library:base")


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Orders:
    return read(shop(customers=60, orders=120), tmp_path_factory.mktemp("orders"))


def past(orders: Orders, days: list[int], folder: Path, prior: MarketFile, **more: object) -> KnownPast:
    """The past with somebody new added on each of these days. more: columns, or the text of a strategy."""
    strategy = more.pop("strategy", None)
    table = {"person": [f"new {n}" for n in range(len(days))], "added": [day(orders, n) for n in days]}
    pd.DataFrame({"source": "store_orders", **table, **more}).to_csv(folder / "leads.csv", index=False)
    statement = None
    if strategy is not None:
        statement = folder / "history.toml"
        statement.write_text(f'extends = "library:base"\n{strategy}', encoding="utf-8")
    return known_past(PastFiles(statement, RecordFiles.of(leads=folder / "leads.csv")), orders, prior)


def day(orders: Orders, number: int) -> str:
    return (orders.first + timedelta(days=number)).isoformat()


def every_day(orders: Orders, each: int, until: int = 0) -> list[int]:
    return [n for n in range(orders.days + 1 - until) for _ in range(each)]


def with_source(prior: MarketFile, **changes: float) -> MarketFile:
    source: Source = replace(prior.market.sources["store_orders"], **changes)  # type: ignore[arg-type]
    return replace(prior, market=replace(prior.market, sources={"store_orders": source}))


def notes(found: KnownPast) -> str:
    return "\n".join((*found.notes, *(found.records.notes if found.records else ()), *found.warnings))


# --- what counts ------------------------------------------------------------------------------------


def test_contacts_of_the_last_days_count(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    """Those of before count for nothing, however many they were; and neither does who had ordered, or came earlier."""
    recent = orders.days - 90
    days = [n for n in every_day(orders, 5) if n >= recent] + [recent - 1] * 50 + [-3]
    found = past(orders, days, tmp_path, prior)
    assert found.added == (AddedContacts("store_orders", 5 * 91, 91, 1.0, 100.0),)
    ids = [str(name) for name in orders.customers.index[:3]]
    known = pd.read_csv(tmp_path / "leads.csv")
    more = pd.DataFrame({"source": "store_orders", "person": ids, "added": day(orders, orders.days)})
    pd.concat([known, more]).to_csv(tmp_path / "leads.csv", index=False)
    again = known_past(PastFiles(None, RecordFiles.of(leads=tmp_path / "leads.csv")), orders, prior)
    assert again.added == found.added
    assert "they are no leads" in notes(again)


def test_weeks_that_vary_more_than_chance_tell_less(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    end = orders.days
    weekly = [70 if week % 2 else 10 for week in range(13)]
    days = [end - 7 * week - n % 7 for week, number in enumerate(weekly) for n in range(number)] + [3]
    (found,) = past(orders, days, tmp_path, prior).added
    assert found.dispersion == pytest.approx(np.var(weekly, ddof=1) / np.mean(weekly))
    even = replace(found, dispersion=1.0)
    wide, narrow = (np.log(one.draws(prior.beliefs[RATE], 4000, 1)).std() for one in (found, even))
    assert wide / narrow == pytest.approx(np.sqrt(found.dispersion), rel=0.1)


def test_a_file_that_ends_early_is_not_a_shop_without_newcomers(
    orders: Orders, prior: MarketFile, tmp_path: Path
) -> None:
    found = past(orders, every_day(orders, 4, until=60), tmp_path, prior)
    assert [(one.added, one.days) for one in found.added] == [(4 * 91, 91)]
    assert "the last contact was added 60 days before the orders end" in notes(found)
    found = past(orders, every_day(orders, 4, until=28), tmp_path, prior)
    assert [(one.added, one.days) for one in found.added] == [(4 * (91 - 28), 91)]
    assert "before the orders end" not in notes(found)


def test_days_before_the_first_contact_do_not_count(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    """Nor does its own, else few contacts would make a rate that is too high."""
    begin = orders.days - 20
    found = past(orders, [begin, begin + 7, begin + 14], tmp_path, prior)
    assert [(one.added, one.days) for one in found.added] == [(2, 20)]
    found = past(orders, [orders.days] * 4, tmp_path, prior)
    assert found.added == ()
    assert "all of them were added on one day" in notes(found)


def test_names_of_sources(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    days = every_day(orders, 3)
    found = past(orders, days, tmp_path, prior, source="scan")
    assert [one.source for one in found.added] == ["store_orders"]
    assert "taken to be of store_orders, its only one" in notes(found)
    two = dict.fromkeys(("store_orders", "search"), prior.market.sources["store_orders"])
    beliefs = {**prior.beliefs, "market.sources.search.add_rate": prior.beliefs[RATE]}
    wider = replace(prior, market=replace(prior.market, sources=two), beliefs=beliefs)
    names = [("search", "scan", "store_orders")[n % 3] for n in range(len(days))]
    found = past(orders, days, tmp_path, wider, source=names)
    assert {one.source: one.added for one in found.added} == {"search": 91, "store_orders": 91}
    assert "no add rate is learned of them" in notes(found)


# --- what is learned --------------------------------------------------------------------------------


@pytest.mark.parametrize(("added", "days"), [(200, 91), (3, 20), (700, 91)])
def test_draws_have_the_posterior(prior: MarketFile, added: int, days: int) -> None:
    """Against the integral over the scale on which the belief is standard normal."""
    belief = prior.beliefs[RATE]
    drawn = AddedContacts("store_orders", added, days, 1.0, 10.0).draws(belief, 20_000, 3)
    z = np.linspace(-7.0, 7.0, 20_000)
    share = np.array([quantile(belief, chance) for chance in norm.cdf(z).tolist()])
    weight = binom.pmf(added, 10 * days, share) * norm.pdf(z)
    cumulated = np.cumsum(weight) / weight.sum()
    for part in (0.05, 0.5, 0.95):
        expected = np.interp(part, cumulated, share)
        assert np.quantile(drawn, part) == pytest.approx(expected, rel=0.03)
        prior_alone = quantile(belief, part)
        assert abs(np.log(expected / prior_alone)) > 0.05, "draws of the prior would not pass"


def test_a_calibration_writes_it(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    """However many the prior would add, the market adds as many as the leads say."""
    past(orders, every_day(orders, 6), tmp_path, prior)
    shop(customers=60, orders=120).to_csv(tmp_path / "orders.csv", index=False)
    found = calibrate(tmp_path / "orders.csv", leads=tmp_path / "leads.csv", out=tmp_path / "fitted", draws=40)
    market = load_market(tmp_path / "fitted")
    assert market.posterior is not None
    per_day = 100.0 * market.posterior[RATE].to_numpy()
    assert per_day.mean() == pytest.approx(6.0, rel=0.03)
    assert per_day.std() == pytest.approx(np.sqrt(6.0 * 91) / 91, rel=0.35)
    assert market.origins[RATE].source == "data leads.csv: 546 contacts added in 91 d, of 100 prospects a day"
    (row,) = [row for row in found.health if row.parameter == RATE]
    assert row.identified
    assert not any("first time" in line for line in found.warnings)


# --- where it is not learned ------------------------------------------------------------------------

HOOK = '[strategy.acquisition.store_orders]\nhook = { format = "amount", off = "5 CNY" }'
REASONS = {
    "a hook": (HOOK, "they came with a hook"),
    "a budget": ('[strategy.acquisition.store_orders]\nbudget = "50 CNY per d"', "under a budget or a daily cap"),
    "a cap": ("[strategy.acquisition.store_orders]\ndaily_cap = 3", "under a budget or a daily cap"),
}


@pytest.mark.parametrize("case", sorted(REASONS))
def test_other_decisions_hide_the_add_rate(orders: Orders, prior: MarketFile, tmp_path: Path, case: str) -> None:
    strategy, reason = REASONS[case]
    found = past(orders, every_day(orders, 3), tmp_path, prior, strategy=strategy)
    assert found.added == ()
    assert "3 contacts were added a day, where the market adds 20; the leads do not change that" in notes(found)
    assert reason in notes(found)
    near = past(orders, every_day(orders, 19), tmp_path, prior, strategy=strategy)
    assert near.added == ()
    assert reason not in notes(near), "nothing is far off"


def test_a_market_that_says_it_otherwise(orders: Orders, prior: MarketFile, tmp_path: Path) -> None:
    days = every_day(orders, 3)
    fixed = replace(prior, beliefs={path: one for path, one in prior.beliefs.items() if path != RATE})
    assert "is stated without a range" in notes(past(orders, days, tmp_path, fixed))
    unsure = {**prior.beliefs, f"{SOURCE}.exposures": Belief(100.0, 50.0, 200.0, "log")}
    assert "exposures is uncertain itself" in notes(past(orders, days, tmp_path, replace(prior, beliefs=unsure)))
    by_hand = with_source(prior, handling=0.002)
    assert "the time of the staff decides" in notes(past(orders, days, tmp_path, by_hand))
    few = past(orders, days, tmp_path, with_source(prior, exposures=3.0))
    assert few.added == ()
    assert "3 contacts were added a day, where the market adds 0.6" in notes(few)
    assert "more than market.sources.store_orders.exposures: state how many are asked" in notes(few)
    for exposures, said in ((500.0, True), (20.0, False)):
        found = past(orders, days, tmp_path, with_source(prior, exposures=exposures))
        assert len(found.added) == 1
        assert ("is market.sources.store_orders.exposures what the shop asks?" in notes(found)) == said


def test_newcomers_that_do_not_go_with_first_orders_are_warned_of(orders: Orders, prior: MarketFile) -> None:
    ordered = np.count_nonzero(orders.customers["first_day"] > orders.days - 91) / 91
    assert ordered > 0.0
    for times, warned in ((0.9, True), (1.1, False), (19.0, False), (21.0, True)):
        lines = newcomer_warnings(orders, with_source(prior, exposures=5.0 * times * ordered, add_rate=0.2).market)
        assert len(lines) == warned
    assert "state exposures and add_rate" in newcomer_warnings(orders, prior.market)[0]
