"""Retrospectives: what each campaign sold, what it took from before and after, and its uplift against the holdout.

People are followed from a campaign's first morning to the next start of the same campaign. Following changes
nothing: it draws no luck and writes nothing that the day or the firm reads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import MICRO

if TYPE_CHECKING:
    from sim.firm.checkout import Sales
    from sim.output.ledger import Ledger
    from sim.run_state import RunState

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BEFORE, AFTER = 14, 22
"""Days of the aligned curve: so many before the start, and so many from the start on."""

NAN = float("nan")


@dataclass(frozen=True)
class Uplift:
    """Mean per addressed person less mean per held-out person, times the people addressed: cents, and standard error.

    `margin` is paid less goods and gifts. nan without a holdout; standard errors need two people in each group.
    """

    paid: float = NAN
    paid_se: float = NAN
    margin: float = NAN
    margin_se: float = NAN


@dataclass(frozen=True)
class Retrospective:
    """One occurrence of one campaign. Money in cents, refunds not taken off.

    first, days: its first day, and on how many days its offer held. until: the next start of the same campaign, or
    the end of the run. addressed, held_out: people who matched on the first morning, by lot. orders to message_cost:
    inside, under its offer; of an order under a coupon that stacks, `discount` is the campaign's part and `paid` what
    was paid.
    orders_before: orders expected from need that waiting had held back and that these days released; orders_after:
    from need that these days borrowed from later ones. paid_before and paid_after put them at the mean paid order of
    the campaign, net is `paid` less those two. Released need of a day with several campaigns is split by the day's
    orders under each campaign's offer, borrowed need by those under each campaign and the coupons (an order under
    both counts for both), either evenly between campaigns on days without such orders.
    uplift, uplift_margin: in `days` planned from the first; later_: up to `until`; see `Uplift`. contribution and
    later_contribution: the uplift of the margin less the messages.
    """

    campaign: str
    first: int
    days: int
    until: int
    addressed: int
    held_out: int
    orders: int
    paid: int
    list_value: int
    discount: int
    gifts: int
    goods: int
    message_cost: int
    orders_before: float
    orders_after: float
    paid_before: float
    paid_after: float
    net: float
    uplift: float
    uplift_se: float
    uplift_margin: float
    uplift_margin_se: float
    contribution: float
    later_uplift: float
    later_uplift_se: float
    later_margin: float
    later_margin_se: float
    later_contribution: float


@dataclass(frozen=True)
class CampaignCurve:
    """Orders per person and day around the starts of one campaign, means over its occurrences; each of shape (36,).

    Place 14 is the first day. Groups are those of the last start, so days before the first start, like days outside
    the run, count for no occurrence; nan where none is left.
    """

    campaign: str
    addressed: tuple[float, ...]
    held_out: tuple[float, ...]


@dataclass
class CampaignRecord:
    """One occurrence under way: its two groups, and what everybody in them has paid since the first morning."""

    campaign: str
    first: int
    end: int
    addressed: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    held_out: Mask = field(default_factory=lambda: np.zeros(0, dtype=bool))
    people: tuple[int, int] = (0, 0)
    paid: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    margin: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    until: int | None = None
    days: int = 0
    inside: Uplift | None = None
    later: Uplift = Uplift()
    sums: Ints = field(default_factory=lambda: np.zeros(6, dtype=np.int64))
    """Inside: orders, paid, list value, discount, gifts, goods."""
    message_cost: int = 0
    orders_inside: list[int] = field(default_factory=list)
    """Orders under its offer, by day from the first."""
    orders_of_groups: list[tuple[int, int]] = field(default_factory=list)
    """All orders of the addressed and of the held-out, by day from the first."""

    def gather(self, addressed: Mask, held_out: Mask) -> None:
        """Settle the groups, on the first morning."""
        self.addressed, self.held_out = addressed.copy(), held_out
        self.people = int(np.count_nonzero(addressed)), int(np.count_nonzero(held_out))
        self.paid, self.margin = (np.zeros(addressed.size, dtype=np.int64) for _ in range(2))

    def close(self, day: int) -> None:
        """Stop following on the morning of `day`."""
        self.later = self.measured()
        self.inside = self.inside or self.later
        self.until = day
        self.addressed = self.held_out = np.zeros(0, dtype=bool)
        self.paid = self.margin = np.zeros(0, dtype=np.int64)

    def measured(self) -> Uplift:
        """The uplift since the first morning."""
        return Uplift(*self._against(self.paid), *self._against(self.margin))

    def _against(self, cents: Ints) -> tuple[float, float]:
        asked, left = cents[self.addressed], cents[self.held_out]
        if not asked.size or not left.size:
            return NAN, NAN
        error = (
            math.sqrt(asked.var(ddof=1) / asked.size + left.var(ddof=1) / left.size) if min(self.people) > 1 else NAN
        )
        return float(asked.mean() - left.mean()) * asked.size, error * asked.size


# --- as the run goes -------------------------------------------------------------------------------


def follow(shop: RunState, campaign: str, first: int, end: int) -> CampaignRecord:
    """Begin to follow an occurrence on its first morning; the campaign's last one is closed."""
    for one in shop.followed:
        if one.campaign == campaign and one.until is None:
            one.close(first)
    shop.followed.append(CampaignRecord(campaign, first, end))
    return shop.followed[-1]


def follow_orders(shop: RunState, row: Ints, sales: Sales, paid: Ints, goods: Ints) -> None:
    """Today's orders, to every occurrence that is followed; rows and cents of shape (n,)."""
    followed = [one for one in shop.followed if one.until is None]
    if not followed:
        return
    number = shop.population.people.offer[row] // (len(shop.deals.coupons) + 1)
    places = {offer.name: place for place, offer in enumerate(shop.deals.campaigns, start=1)}
    for one in followed:
        mine = sales.campaign & (number == places.get(one.campaign, -1))
        parts = paid, sales.value, sales.campaign_off, sales.campaign_gift, goods
        one.sums += [np.count_nonzero(mine), *(part[mine].sum() for part in parts)]
        if shop.today == one.end:
            one.inside = one.measured()
        elif shop.today < one.end:
            one.orders_inside.append(int(np.count_nonzero(mine)))
        known = row < one.paid.size
        theirs = row[known]
        np.add.at(one.paid, theirs, paid[known])
        np.add.at(one.margin, theirs, (paid - goods - sales.gift)[known])
        groups = (one.addressed, one.held_out)
        asked, left = (int(np.count_nonzero(group[theirs])) for group in groups)
        one.orders_of_groups.append((asked, left))


def follow_messages(shop: RunState, programme: str, cents: int) -> None:
    """What the messages of a programme cost today, to the occurrence that sent them."""
    for one in shop.followed:
        if one.until is None and programme == f"campaigns.{one.campaign}":
            one.message_cost += cents


# --- when it is over -------------------------------------------------------------------------------


def look_back(followed: Sequence[CampaignRecord], ledger: Ledger) -> tuple[list[Retrospective], list[CampaignCurve]]:
    """All retrospectives in order of first day and name, and a curve for each campaign by name."""
    for one in followed:
        if one.until is None:
            one.close(ledger.days)
    ordered = sorted(followed, key=lambda one: (one.first, one.campaign))
    names = sorted({one.campaign for one in followed})
    curves = [_curve(name, [one for one in ordered if one.campaign == name], ledger.days) for name in names]
    return [_retrospective(one, ordered, ledger) for one in ordered], curves


def _retrospective(one: CampaignRecord, others: Sequence[CampaignRecord], ledger: Ledger) -> Retrospective:
    orders, paid, listed, discount, gifts, goods = (int(cents) for cents in one.sums)
    before, after = _moved(one, others, ledger)
    each = paid / orders if orders else NAN if before + after else 0.0
    inside, later = one.inside or Uplift(), one.later
    assert one.until is not None
    return Retrospective(
        one.campaign, one.first, one.days, one.until, *one.people,
        orders, paid, listed, discount, gifts, goods, one.message_cost,
        before, after, before * each, after * each, paid - (before + after) * each,
        inside.paid, inside.paid_se, inside.margin, inside.margin_se, inside.margin - one.message_cost,
        later.paid, later.paid_se, later.margin, later.margin_se, later.margin - one.message_cost,
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
