"""Records of campaigns: opened on the first morning, filled by the day, evaluated when the run is over.

People are recorded from a campaign's first morning to the next start of the same campaign. Recording changes nothing:
it draws no random number and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import MICRO
from sim.output.ledger import Ledger
from sim.output.retrospective import AFTER, BEFORE, NAN, CampaignCurve, Retrospective, Uplift
from sim.sales.sales_steps import add_to_record
from sim.scenario import Scenario
from sim.state.campaign_record import CampaignCost, CampaignRecord
from sim.state.daily_values import Orders
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]


def open_record(records: list[CampaignRecord], campaign: str, first: int, end: int) -> CampaignRecord:
    """The record of an occurrence, on its first morning; the last one of the same campaign is closed."""
    for one in records:
        if one.campaign == campaign and one.until is None:
            one.close(first)
    records.append(CampaignRecord(campaign, first, end))
    return records[-1]


def record_orders(state: RunState, orders: Orders) -> None:
    """Add today's booked orders to every record that is open."""
    offers, parcel = state.results.offers, _parcel_cost(state.inputs.scenario)
    for one in state.books.campaigns:
        if one.until is not None:
            continue
        of_campaign = np.zeros((len(offers.campaigns) + 1, len(offers.coupons) + 1), dtype=np.bool_)
        for place, offer in enumerate(offers.campaigns, start=1):
            # what was decided under an offer that ended yesterday is not of the occurrence that begins today
            of_campaign[place] = offer.name == one.campaign and (offer.days_left > 0) == (state.day < one.end)
        if state.day == one.end:
            one.inside = one.measured()
        mine, asked, left = add_to_record(
            orders,
            of_campaign.ravel(),
            one.addressed,
            one.held_out,
            one.paid,
            one.margin,
            one.sums,
            parcel,
        )
        if state.day < one.end:
            one.orders_inside.append(mine)
        one.orders_of_groups.append((asked, left))


def _parcel_cost(scenario: Scenario) -> int:
    """Cents of packing and of the way of one parcel."""
    market, carrier = scenario.market, scenario.strategy.delivery.carrier
    return int(market.money.packaging) + (0 if carrier is None else int(market.carriers[carrier].cost))


def record_cost(records: list[CampaignRecord], programme: str, account: CampaignCost, cents: int) -> None:
    """Add what the messages of a programme, or their content, cost today to the occurrence that sent them."""
    for one in records:
        if one.until is None and programme == f"campaigns.{one.campaign}":
            setattr(one, account, getattr(one, account) + cents)


def close_records(records: Sequence[CampaignRecord], day: int) -> None:
    """Stop every recording on the morning of `day`."""
    for one in records:
        if one.until is None:
            one.close(day)


def evaluate_campaigns(
    records: Sequence[CampaignRecord], ledger: Ledger
) -> tuple[list[Retrospective], list[CampaignCurve]]:
    """All retrospectives in order of first day and name, and a curve for each campaign by name; records are closed."""
    ordered = sorted(records, key=lambda one: (one.first, one.campaign))
    names = sorted({one.campaign for one in records})
    curves = [_curve(name, [one for one in ordered if one.campaign == name], ledger.days) for name in names]
    return [_retrospective(one, ordered, ledger) for one in ordered], curves


def _retrospective(one: CampaignRecord, others: Sequence[CampaignRecord], ledger: Ledger) -> Retrospective:
    orders, paid, listed, discount, gifts, goods = (int(cents) for cents in one.sums)
    before, after = _moved(one, others, ledger)
    each = paid / orders if orders else NAN if before + after else 0.0
    inside, later = one.inside.uplift if one.inside else Uplift(), one.later.uplift
    assert one.until is not None
    writing = one.message_cost + one.content_cost
    return Retrospective(
        one.campaign, one.first, one.days, one.until, *one.people,
        orders, paid, listed, discount, gifts, goods, one.message_cost, one.content_cost,
        before, after, before * each, after * each, paid - (before + after) * each,
        inside.paid, inside.paid_se, inside.margin, inside.margin_se, inside.margin - writing,
        later.paid, later.paid_se, later.margin, later.margin_se, later.margin - writing,
    )  # fmt: skip


def _moved(one: CampaignRecord, others: Sequence[CampaignRecord], ledger: Ledger) -> tuple[float, float]:
    """Orders expected from before and from after on this occurrence's days."""
    before = after = 0.0
    for place, own in enumerate(one.orders_inside):
        day = one.first + place
        running = sum(1 for other in others if other.first <= day < other.end)
        campaigns, coupons = (int(ledger.series[f"{kind}_orders"][day]) for kind in ("campaign", "coupon"))
        before += float(ledger.series["released_need"][day]) * _share(own, campaigns, running)
        after += float(ledger.series["borrowed_need"][day]) * _share(own, campaigns + coupons, running)
    return before / MICRO, after / MICRO


def _share(own: int, everything: int, running: int) -> float:
    return own / everything if everything else 1.0 / running


def _curve(name: str, occurrences: Sequence[CampaignRecord], days: int) -> CampaignCurve:
    """Mean over occurrences of orders per person by day from the start."""
    rates = np.full((2, days), np.nan)
    for one in occurrences:
        counts = np.array(one.orders_of_groups, dtype=np.float64).reshape(-1, 2)
        for group in (0, 1):
            if one.people[group]:
                rates[group, one.first : one.first + len(counts)] = counts[:, group] / one.people[group]
    padded = np.pad(rates, ((0, 0), (BEFORE, AFTER)), constant_values=np.nan)
    windows = np.array([padded[:, one.first : one.first + BEFORE + AFTER] for one in occurrences])
    known = np.isfinite(windows)
    sums = np.where(known, windows, 0.0).sum(axis=0)
    means = np.where(known.any(axis=0), sums / np.maximum(known.sum(axis=0), 1), np.nan)
    return CampaignCurve(name, tuple(means[0].tolist()), tuple(means[1].tolist()))
