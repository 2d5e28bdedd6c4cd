"""Every KPI from a made-up ledger, in which all accounts differ, by formulas that are written here a second time."""

from __future__ import annotations

import math
import runpy
from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest

from sim import MEASURES, Ledger, measure
from sim.output.accounts import COSTS
from sim.output.kpi_window import Measure, Window, value_of
from sim.output.measures import measure_all

FIRST, LAST, RATE = 2, 7, 0.01
HOUR = 3600
PRE_SALE, AFTER_SALE, COMPLAINT = 0, 1, 2


def made_up(tickets: tuple[tuple[int, int, int], ...] = ()) -> Ledger:
    """Nine days, of which days 2 to 6 are measured; `tickets` are (day, kind, seconds)."""
    ledger = Ledger(date(2026, 1, 1), 9, (FIRST, LAST), RATE, answer_within=0.125, start_contacts=70)
    dice = np.random.default_rng(18)
    for account in ledger.series:
        ledger.series[account][:] = dice.integers(100, 1000, ledger.days)
    ledger.open_own("own_income", "income")
    ledger.open_own("own_cost", "cost")
    ledger.open_own("own_debt", "liability")
    for account, cents in (("own_income", 17), ("own_cost", 5), ("own_debt", 1000)):
        ledger.series[account][:] = cents
    ledger.series["borrowed_need"] -= 90
    ledger.series["released_need"] *= 1_000_000
    ledger.series["released_need"] //= 3
    rows = np.array(tickets, dtype=np.int64).reshape(-1, 3)
    ledger.tickets = dict(zip(("day", "kind", "seconds"), rows.T, strict=True))
    return ledger


def discounted(values: list[int]) -> float:
    return sum(value * math.exp(-RATE * day) for day, value in enumerate(values))


def per_30_days(events: int, person_days: int) -> float:
    """Share of people whom an event of this rate meets in 30 days."""
    return 1.0 - math.exp(-30.0 * events / person_days)


def by_hand(ledger: Ledger) -> dict[str, float]:
    """What docs/kpis.md says, from sums over the measured days."""
    s = {name: int(sum(values[FIRST:LAST])) for name, values in ledger.series.items()}
    days = range(FIRST, LAST)
    cost = [sum(int(ledger.series[name][day]) for name in COSTS) + 5 for day in days]
    left = [int(ledger.series["paid"][day] + ledger.series["goods_back"][day]) + 17 - c
            for day, c in zip(days, cost, strict=True)]  # fmt: skip
    contribution, profit = sum(left), sum(left) - s["fixed"]
    stages = ("lead", "first_buyer", "repeater", "drifted")
    before, end = (sum(int(ledger.series[name][day]) for name in stages) for day in (FIRST - 1, LAST - 1))
    people = before + s["added"]
    adding = s["acquisition_cost"] + s["hook_discount"] + s["adding_wages"]
    of_new = discounted([int(cents) for cents in ledger.series["acquired_margin"][: LAST - FIRST]])
    messages = s["campaign_message_cost"] + s["campaign_content_cost"]
    ended = s["resolved"] + s["abandoned"]
    return {
        "contribution_profit": contribution,
        "profit": profit,
        "contribution_share": contribution / s["paid"],
        "roi": profit / (s["paid"] + 5 * 17 - profit),
        "ltv": discounted(left) / people,
        "acquired_ltv": of_new / s["new_customers"],
        "cac": adding / s["new_customers"],
        "ltv_cac_ratio": of_new / adding,
        "gmv": s["paid"],
        "orders": s["orders"],
        "order_days": s["order_days"],
        "orders_per_customer": s["orders"] / people,
        "orders_per_contact_year": 365 * s["orders"] / s["live"],
        "spend_per_customer": s["paid"] / people,
        "aov": s["paid"] / s["orders"],
        "add_rate": s["added"] / s["exposures"],
        "first_order_rate_7d": s["ordered_in_7d"] / s["leads_in_cohort"],
        "repurchase_rate_90d": s["repeated_in_90d"] / s["buyers_in_cohort"],
        "campaign_share": s["campaign_paid"] / s["paid"],
        "displaced_share": min(s["borrowed_need"], s["extra_need"]) / s["extra_need"],
        "discount_cost": s["discount"],
        "discount_cost_per_campaign": s["campaign_discount"] / s["campaigns"],
        "campaign_roi": (s["campaign_margin"] - messages) / (s["campaign_discount"] + messages),
        "discount_share": s["discount"] / s["list_value"],
        "margin_share": (s["paid"] - s["goods_of_orders"]) / s["list_value"],
        "optout_rate": per_30_days(s["optouts"], s["live"]),
        "churn_rate": per_30_days(s["churned"], s["at_risk"]),
        "channel_optout_rate": per_30_days(s["channel_optouts"], s["live"]),
        "active_share": s["active"] / s["live"],
        "silent_share": s["silent"] / s["live"],
        "dormant_share": s["dormant"] / s["live"],
        "interaction_rate": (s["interactions"] - s["reactivated"]) / s["active"],
        "conversion_rate": s["order_days"] / s["live"],
        "reactivation_rate": per_30_days(s["reactivated"], s["silent"] + s["dormant"]),
        "silent_before_leaving": s["silent_optouts"] / s["optouts"],
        "waited_share": min(s["released_need"] / 1e6, s["orders"]) / s["orders"],
        "coupon_share": s["coupon_orders"] / s["orders"],
        "gift_cost": s["gifts"],
        "goods_cost": s["goods"],
        "delivery_cost": s["parcel_cost"],
        "packaging_cost": s["packaging"],
        "return_share": s["orders_sent_back"] / s["orders"],
        "returned": s["returned"],
        "goods_back": s["goods_back"],
        "freight_back_cost": s["freight_back"],
        "fees": s["payment_fees"] + s["platform_fees"],
        "commission": s["commission"],
        "software_cost": s["software"],
        "message_cost": s["message_cost"],
        "content_cost": s["content_cost"],
        "acquisition_cost": s["acquisition_cost"],
        "wages": s["wages"] + s["seats"],
        "bot_cost": s["bot_cost"],
        "touches": s["touches"],
        "touches_per_contact": 30 * s["touches"] / s["live"],
        "contacts": end,
        "reply_time": s["reply_seconds"] / s["replies"] / 86400,
        "resolve_time": s["resolve_seconds"] / s["resolved"] / 86400,
        "reply_within_goal": s["replies_in_goal"] / s["replies_with_goal"],
        "complaints_within_goal": s["resolved_in_goal"] / s["resolved_with_goal"],
        "first_contact_resolution": s["settled_at_once"] / s["tickets_in_cohort"],
        "abandoned_share": s["abandoned"] / (ended + s["replies"]),
        "lost_purchase_share": s["lost_purchases"] / (s["lost_purchases"] + s["orders"]),
        "lost_baskets": s["lost_baskets"],
        "desk_utilisation": s["busy_seconds"] / s["open_seconds"],
        "bot_share": s["bot_answers"] / s["questions"],
        "unmade_share": s["unmade_requests"] / (s["unmade_requests"] + s["exposures"]),
        "unwritten_share": s["dropped"] / (s["dropped"] + s["written"]),
        "unsent_share": s["unsent"] / (s["unsent"] + s["touches"]),
        "postponed_days": s["postponed"] / (s["dropped"] + s["written"]),
        "disputes_per_1000_orders": 1000 * s["disputes"] / s["orders"],
        "late_share": s["late_parcels"] / s["parcels"],
        "refund_share": s["refunded_of_orders"] / s["paid"],
        "refunds": s["refunded"],
        "complaints_per_1000_orders": 1000 * s["complaints"] / s["orders"],
        "complainers_lost": s["disputes"] / (ended - s["unanswered"]),
        "compensation_cost": s["compensation"],
        "chargebacks": s["chargebacks"],
        "chargeback_cost": s["charged_back"] + s["chargeback_fees"],
    }


OF_TICKETS = ("reply_time_p90", "service_level")
OF_AGES = ("payback_days",)


def test_every_kpi_is_what_its_page_says() -> None:
    ledger = made_up()
    expected = by_hand(ledger)
    assert {*expected, *OF_TICKETS, *OF_AGES} == set(MEASURES)
    found = measure_all(ledger, ledger.window)
    assert found.keys() == MEASURES.keys()
    for name, value in expected.items():
        whole = MEASURES[name].denominator == "one shop"
        assert found[name].value == (value if whole else pytest.approx(value, rel=1e-12)), name
        assert measure(ledger, name).value == found[name].value, name


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_the_table_of_kpis_that_is_made_once_more_is_the_same() -> None:
    """What makes the table ran when its module was imported: a change of that shows in a table made now."""
    shop, service = (runpy.run_module(f"sim.output.{name}") for name in ("measures", "service_measures"))
    ledger = made_up(QUESTIONS)
    again: Mapping[str, Measure] = {one.name: one for one in (*shop["SHOP"], *service["SERVICE"])}
    assert again.keys() == MEASURES.keys()
    for name, one in again.items():
        found = value_of(*one.compute(Window(ledger, FIRST, LAST)), one.hazard)
        assert repr(found) == repr(measure(ledger, name)), name


def test_what_is_over_nothing_has_no_value_and_what_is_counted_is_none() -> None:
    empty = Ledger(date(2026, 1, 1), 3, (0, 3), 0.0)
    empty.tickets = {name: np.zeros(0, dtype=np.int64) for name in ("day", "kind", "seconds")}
    for name, one in measure_all(empty, (0, 3)).items():
        whole = MEASURES[name].denominator == "one shop"
        assert one.value == 0.0 if whole else math.isnan(one.value), name
        assert (one.numerator, one.denominator) == (0.0, 1.0 if whole else 0.0), name


def test_accounts_are_whole_numbers_and_those_of_one_kind_add_up() -> None:
    ledger = Ledger(date(2026, 1, 1), 3, (0, 3), 0.0, own={"fares": "income", "tips": "income", "gear": "cost"})
    for account, cents in (("fares", 7), ("tips", 2), ("gear", 4)):
        ledger.series[account][:] = cents
    kinds = [ledger.of_kind(kind) for kind in ("income", "cost", "liability")]
    assert [one.tolist() for one in kinds] == [[9] * 3, [4] * 3, [0] * 3]
    assert ledger.contribution().tolist() == [5, 5, 5]
    assert {one.dtype for one in (*ledger.series.values(), *kinds, ledger.contribution())} == {np.dtype("int64")}
    assert ledger.series["tips"].tolist() == [2, 2, 2]


def test_people_before_day_one_are_those_of_the_start() -> None:
    ledger = made_up()
    added = int(ledger.series["added"][:3].sum())
    assert measure(ledger, "orders_per_customer", (0, 3)).denominator == 70 + added


def test_nobody_waits_for_more_than_was_ordered_or_borrows_more_than_came() -> None:
    ledger = made_up()
    for account in ("released_need", "borrowed_need"):
        ledger.series[account][:] = 10**12
    assert [measure(ledger, name).value for name in ("waited_share", "displaced_share")] == [1.0, 1.0]


QUESTIONS = (*((FIRST + n % 5, n % 2, (n + 1) * HOUR) for n in range(11)), (FIRST, COMPLAINT, 90 * HOUR),
             (FIRST - 1, PRE_SALE, 80 * HOUR), (LAST, AFTER_SALE, 80 * HOUR))  # fmt: skip
"""Eleven questions of one to eleven hours; a complaint, and questions of the days before and after."""


def test_the_time_that_nine_of_ten_replies_do_not_exceed() -> None:
    """Of eleven times it is the tenth in order: none is between."""
    assert measure(made_up(QUESTIONS), "reply_time_p90").value == 10 / 24


def test_the_service_level_counts_who_is_answered_in_time_of_all_who_asked() -> None:
    """Three hours are in time; who gave up has asked as well."""
    ledger = made_up(QUESTIONS)
    found = measure(ledger, "service_level")
    assert (found.numerator, found.denominator) == (3, 11 + ledger.series["unanswered"][FIRST:LAST].sum())


def test_the_time_of_the_service_level_is_in_days() -> None:
    ledger = made_up(((FIRST, PRE_SALE, 86_400), (FIRST, PRE_SALE, 86_401)))
    ledger.answer_within = 1.0
    assert measure(ledger, "service_level").numerator == 1


@pytest.mark.parametrize(
    ("margin", "added", "cost", "days"),
    [
        ([100, 0, 0, 0, 0], [1, 0, 0, 0, 0], 100, 0.0),
        ([30, 30, 30, 30, 30], [1, 0, 0, 0, 0], 100, 3.0),
        ([30, 30, 30, 30, 30], [1, 0, 0, 0, 0], 90, 2.0),
        ([30, 30, 30, 30, 30], [1, 0, 0, 0, 0], 151, math.nan),
        ([40, 39, 39, 0, 0], [3, 0, 0, 0, 1], 100, 2.0),  # 10 of each on day 0, then 13 of each that is still observed
        ([40, 10, 10, 500, 0], [2, 0, 2, 0, 0], 100, math.nan),  # from day 3 on only half are observed: too few
        ([40, 10, 400, 0, 0], [2, 0, 2, 0, 0], 100, 2.0),
        ([0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 5, math.nan),
    ],
)
def test_payback_by_hand(margin: list[int], added: list[int], cost: int, days: float) -> None:
    ledger = made_up()
    for account, values in (("acquired_margin", margin), ("added", added), ("acquisition_cost", [cost, 0, 0, 0, 0])):
        ledger.series[account][:] = 0
        start = 0 if account == "acquired_margin" else FIRST
        ledger.series[account][start : start + 5] = values
    for account in ("hook_discount", "adding_wages"):
        ledger.series[account][:] = 0
    assert measure(ledger, "payback_days").value == pytest.approx(days, nan_ok=True)
