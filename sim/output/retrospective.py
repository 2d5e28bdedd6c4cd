"""Retrospectives: what each campaign sold, what it took from before and after, and its uplift against the holdout."""

from __future__ import annotations

from dataclasses import dataclass

BEFORE, AFTER = 14, 22
"""Days of the aligned curve: days before the start, and days from the start on."""
NAN = float("nan")


@dataclass(frozen=True)
class Uplift:
    """Mean per addressed person less mean per held-out person, times the people addressed: cents, and standard error.

    `margin` is paid less goods, gifts, packaging, freight, fees and commission of the orders that come, whenever their
    parcels leave; what comes back is not taken off. nan without a holdout; standard errors need two people in each
    group.
    """

    paid: float = NAN
    paid_se: float = NAN
    margin: float = NAN
    margin_se: float = NAN


@dataclass(frozen=True)
class Retrospective:
    """One occurrence of one campaign. Money in cents, refunds not taken off.

    first, days: its first day, and on how many days its offer held. until: the next start of the same campaign, or
    the end of the run. addressed, held_out: people who matched on the first morning, by lot. orders to content_cost:
    inside, under its offer; of an order under a coupon that stacks, `discount` is the campaign's part and `paid` what
    was paid.
    orders_before: orders expected from need that waiting had held back and that these days released; orders_after:
    from need that these days borrowed from later ones. paid_before and paid_after put them at the mean paid order of
    the campaign, net is `paid` less those two. Released need of a day with several campaigns is split by the day's
    orders under each campaign's offer, borrowed need by those under each campaign and the coupons (an order under
    both counts for both), either evenly between campaigns on days without such orders.
    uplift, uplift_margin: in `days` planned from the first; later_: up to `until`; see `Uplift`. contribution and
    later_contribution: the uplift of the margin less the messages and their content.
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
    content_cost: int
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
