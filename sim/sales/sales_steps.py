"""Compiled steps of a day's sales: orders from events, basket after basket at the checkout, and what is booked."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.day.day_arrays import TALLIES, DayOutputs
from sim.draws import Decision, keyed, mix, threshold
from sim.hours import time_of
from sim.law.fees import take_fees
from sim.law.hazards import felt
from sim.law.redemption import Redeemed, draw_prize, fill_up, rounded, take_off
from sim.offers.redemption_kinds import LOTTERY, OWN, THRESHOLD
from sim.output.accounts import ACCOUNTS
from sim.output.event_log import Events, note
from sim.people import customer_columns as c
from sim.people.customer_columns import NEVER, CustomerColumns
from sim.sales.sale_arrays import Budgets, SaleNumbers, SaleOffers
from sim.stages import Event
from sim.state.daily_values import ORDER, Orders
from sim.state.time_order import in_order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

TALLY_ACCOUNTS = (
    "live", "buyers", "active", "silent", "dormant", "interactions", "reactivated", "silent_optouts",
    "extra_need", "borrowed_need", "repaid_need", "held_need", "released_need", "lost_need",
)  # fmt: skip
assert len(TALLY_ACCOUNTS) == TALLIES
_TALLY_PLACES = np.array([ACCOUNTS.index(name) for name in TALLY_ACCOUNTS])
(
    _MUTES, _DRIFTS, _OPTOUTS, _ORDERS, _ORDER_DAYS, _FIRST_ORDERS, _LIST_VALUE, _DISCOUNT, _PAID, _GIFTS,
    _CAMPAIGN_ORDERS, _COUPON_ORDERS, _CAMPAIGN_PAID, _CAMPAIGN_DISCOUNT,
) = (
    ACCOUNTS.index(name)
    for name in (
        "channel_optouts", "drifts", "optouts", "orders", "order_days", "first_orders", "list_value", "discount",
        "paid", "gifts", "campaign_orders", "coupon_orders", "campaign_paid", "campaign_discount",
    )
)  # fmt: skip
_EV_FIRST, _EV_ORDER, _EV_MUTE, _EV_DRIFT = int(Event.FIRST_ORDER), int(Event.ORDER), int(Event.MUTE), int(Event.DRIFT)
_BASKET, _STRETCH, _PRIZE, _DETECT, _REDEEM = (
    int(Decision.BASKET), int(Decision.STRETCH), int(Decision.PRIZE), int(Decision.DETECT), int(Decision.REDEEM),
)  # fmt: skip
FITS, CLOSES, REFUSED = range(3)


@jit
def take_orders(
    out: DayOutputs, people: CustomerColumns, day: int, hours: Floats, events: Events, totals: Ints
) -> Orders:
    """Note and count the day's leavers, count its tallies, and return its orders by instant and identity.

    Instants of orders stay parts of the day's area; `hours` as in `sim.hours`.
    """
    for b in range(out.counts.size):
        for k in range(TALLIES):
            totals[_TALLY_PLACES[k]] += out.tally[b, k]
    n = 0
    for b in range(out.counts.size):
        for e in range(out.counts[b]):
            kind = out.kind[b, e]
            if kind in (_EV_FIRST, _EV_ORDER):
                n += 1
                continue
            instant = out.instant[b, e] if hours.size == 0 else day + time_of(out.instant[b, e] - day, hours)
            note(events, people.identity[out.person[b, e]], kind, instant, 0)
            totals[_MUTES if kind == _EV_MUTE else _DRIFTS if kind == _EV_DRIFT else _OPTOUTS] += 1
    blocks, places = np.empty(n, np.int64), np.empty(n, np.int64)
    u, who = np.empty(n), np.empty(n, np.uint64)
    n = 0
    for b in range(out.counts.size):
        for e in range(out.counts[b]):
            if out.kind[b, e] in (_EV_FIRST, _EV_ORDER):
                blocks[n], places[n] = b, e
                u[n], who[n] = out.instant[b, e] - day, people.identity[out.person[b, e]]
                n += 1
    orders, offers = np.empty(n, ORDER), people.ints[c.OFFER]
    by_instant = in_order(u, who)
    for j in range(n):
        b, e, order = blocks[by_instant[j]], places[by_instant[j]], orders[j]
        order.identity, order.row = who[by_instant[j]], out.person[b, e]
        order.ordinal, order.kind = out.ordinal[b, e], out.kind[b, e]
        order.instant = out.instant[b, e]
        order.offer, order.asked = offers[order.row], False
    return orders


@jit
def set_instants(orders: Orders, day: int, hours: Floats) -> None:
    """From here on the orders' instants are times, no longer parts of the day's area."""
    if hours.size > 0:
        for j in range(orders.size):
            orders[j].instant = day + time_of(orders[j].instant - day, hours)


@jit
def fill_baskets(orders: Orders, people: CustomerColumns, numbers: SaleNumbers) -> None:
    """What is in the baskets, cents; trust fills them."""
    nus, sigmas, trusts = people.reals[c.NU], people.reals[c.SIGMA], people.reals[c.TRUST]
    key, table, spend_p, effect = numbers.key, numbers.spend_table, numbers.spend_p, numbers.spend_effect
    for j in range(orders.size):
        row = orders[j].row
        basket = spend_p * threshold(keyed(key, orders[j].identity, _BASKET, orders[j].ordinal), table) / nus[row]
        if effect != 0.0:
            basket = basket * math.exp(effect * sigmas[row] * felt(trusts[row]))
        orders[j].basket = max(rounded(basket), 1)


@jit
def ask(places: tuple[int, int, int], needs: tuple[int, int, int], budgets: Budgets) -> int:
    """Whether an order's budgets (the shop's, its campaign's, its coupon's; -1 for none) hold the cents that it needs.

    FITS: taken out of them. CLOSES: open ones hold too little, which is marked in `short`. REFUSED: one is closed.
    """
    fits, closes = True, False
    for kind in range(3):
        t = places[kind]
        if t >= 0 and budgets.closed[t]:
            fits = False
        elif t >= 0 and (budgets.money[t] < needs[kind] or budgets.pieces[t] < 1):
            budgets.short[t] = closes = True
    if closes:
        return CLOSES
    if not fits:
        return REFUSED
    for kind in range(3):
        if places[kind] >= 0:
            budgets.money[places[kind]] -= needs[kind]
            budgets.pieces[places[kind]] -= 1
    return FITS


@jit
def check_out(orders: Orders, offers: SaleOffers, budgets: Budgets, numbers: SaleNumbers, own: Ints) -> int:
    """Discounts for the baskets, one order after the other, as long as every budget of an offer holds enough.

    `own`: what formats of one's own have made of the baskets (`own_redemptions`). Returns the position of the first
    order that finds open budgets short, or -1. Changes `orders` and `budgets` alone.
    """
    used, key, reach = np.zeros(0, dtype=np.int64), numbers.key, numbers.reach
    parts, by_place, budget = offers.parts, offers.coupon, offers.budget
    terms, spend, off, edge, prize = offers.terms
    for j in range(orders.size):
        order = orders[j]
        order.value = order.basket
        order.discount = order.gift = order.campaign_off = order.campaign_gift = order.own_off = 0
        order.delay = 0.0
        order.granted = order.campaign = order.coupon = False
        if order.offer == 0:
            continue
        identity, ordinal = order.identity, order.ordinal
        value, discount, gift, delay, asks, place = order.value, 0, 0, 0.0, True, 0
        of_campaign, of_coupon, campaign_off, campaign_gift, by_coupon = -1, -1, 0, 0, 0
        for nth in range(2):
            part = parts[order.offer, nth]
            if part < 0 or (by_place[part] and not redeems(numbers, identity, ordinal)):
                continue
            term, basket = terms[part], value - discount
            if term.kind == THRESHOLD:
                at = fill_up(spend[part], off[part], reach, basket, keyed(key, identity, _STRETCH, ordinal))
            elif term.kind == LOTTERY:
                at = draw_prize(edge[part], prize[part], basket, keyed(key, identity, _PRIZE, ordinal))
            elif term.kind == OWN:
                at = Redeemed(own[j, 0], own[j, 1], own[j, 2])
            else:
                at = take_off(term, basket)
            value = at.value + discount
            discount += at.discount
            gift += at.gift
            delay = max(delay, term.ships_after)
            asks = asks and not (term.first_order_only and ordinal > 1)
            if by_place[part]:
                of_coupon, by_coupon = budget[part], at.discount + at.gift
            else:
                of_campaign, campaign_off, campaign_gift = budget[part], at.discount, at.gift
        if of_coupon >= 0:
            if used.size == 0:
                used = np.full(2 * orders.size + 1, -1)
            place = place_of(used, orders, identity)
        if (of_campaign < 0 and of_coupon < 0) or not asks or (of_coupon >= 0 and used[place] >= 0):
            continue
        by_campaign = campaign_off + campaign_gift
        answer = ask((0, of_campaign, of_coupon), (by_campaign + by_coupon, by_campaign, by_coupon), budgets)
        if answer == CLOSES:
            return j
        if answer == REFUSED:
            continue
        if of_coupon >= 0:
            used[place] = j
        order.value, order.discount, order.gift, order.delay = value, discount, gift, delay
        order.campaign_off, order.campaign_gift = campaign_off, campaign_gift
        order.granted, order.campaign, order.coupon = True, of_campaign >= 0, of_coupon >= 0
    return -1


@jit
def redeems(numbers: SaleNumbers, identity: np.uint64, ordinal: int) -> bool:
    """Whether an order under a coupon uses it."""
    return bool(numbers.redeemed >= 1.0 or keyed(numbers.key, identity, _REDEEM, ordinal) < numbers.redeemed)


@jit
def place_of(used: Ints, orders: Orders, identity: np.uint64) -> int:
    """The place of a person in a table of orders that have used coupons, -1 for none; or the empty place for it.

    A person stands at the place of their identity, or at the first one after it that others have left.
    """
    place = np.int64(mix(identity) % np.uint64(used.size))
    while used[place] >= 0 and orders[used[place]].identity != identity:
        place = (place + 1) % used.size
    return int(place)


@jit
def book_orders(
    orders: Orders, people: CustomerColumns, offers: SaleOffers, numbers: SaleNumbers, day: int, gaps: Ints,
    events: Events, totals: Ints,
) -> None:  # fmt: skip
    """Book the orders and their fees, use coupons up, and let prices work: remembered discounts, newcomers who learn,
    false claims.

    `gaps` counts whole days since the order-day before, of all who ordered today.
    """
    parts, terms = offers.parts, offers.terms.rows
    for j in range(orders.size):
        order = orders[j]
        row, identity, share = order.row, order.identity, max(order.discount, 0) / order.value
        order.paid = order.value - order.discount
        order.goods = rounded(order.value * (numbers.first_goods_cost if order.ordinal == 1 else numbers.goods_cost))
        note(events, identity, order.kind, order.instant, order.paid)
        people.spent[row] += order.paid
        before = people.ints[c.ORDER_DAY, row]
        if before > NEVER:
            gaps[min(max(day - before, 0), gaps.size - 1)] += 1
        people.ints[c.ORDER_DAY, row] = NEVER  # until all are booked, so that a person's gap counts once a day
        if order.granted and order.coupon:
            people.ints[c.COUPON, row] = 0
        if numbers.habitual:
            habit = people.reals[c.HABIT, row]
            people.reals[c.HABIT, row] = numbers.habit_memory * habit + (1.0 - numbers.habit_memory) * share
        if order.granted and order.ordinal == 1:
            people.reals[c.LAM, row] *= math.exp(numbers.learning * ((order.discount - order.own_off) / order.value))
        commission = 0.0
        if order.granted:
            false, gap = 0.0, 0.0
            for nth in range(2):
                part = parts[order.offer, nth]
                if part >= 0 and (order.coupon or not offers.coupon[part]):
                    false += terms[part].false
                    gap += terms[part].gap
                    commission += offers.commission[part]
            believed = (1.0 - numbers.detection) ** (gap / numbers.detection_at)
            if keyed(numbers.key, identity, _DETECT, order.ordinal) < 1.0 - believed:
                people.reals[c.NEWS, row] -= numbers.dishonesty * false
                people.ints[c.FOUND_OUT, row] = 1
        order.commission = rounded(order.paid * commission)
        totals[_ORDERS] += 1
        totals[_FIRST_ORDERS] += order.kind == _EV_FIRST
        totals[_LIST_VALUE] += order.value
        totals[_DISCOUNT] += order.discount
        totals[_PAID] += order.paid
        totals[_GIFTS] += order.gift
        order.fees = take_fees(order.paid, order.commission, numbers.fees, totals)
        totals[_COUPON_ORDERS] += order.coupon
        if order.campaign:
            totals[_CAMPAIGN_ORDERS] += 1
            totals[_CAMPAIGN_PAID] += order.paid
        totals[_CAMPAIGN_DISCOUNT] += order.campaign_off + order.campaign_gift
    for j in range(orders.size):
        totals[_ORDER_DAYS] += people.ints[c.ORDER_DAY, orders[j].row] != day
        people.ints[c.ORDER_DAY, orders[j].row] = day


@jit
def add_to_record(
    orders: Orders, of_campaign: Mask, addressed: Mask, held_out: Mask, paid: Ints, margin: Ints, sums: Ints,
    parcel: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Add today's orders to the record of a campaign (`CampaignRecord`); `of_campaign` says which offers are its own,
    and `parcel` what the parcel of one order costs, in cents.

    Returns the numbers of orders under its offer, of the addressed, and of the held out.
    """
    mine = asked = left = 0
    for j in range(orders.size):
        order = orders[j]
        if order.campaign and of_campaign[order.offer]:
            mine += 1
            sums[0] += 1
            sums[1] += order.paid
            sums[2] += order.value
            sums[3] += order.campaign_off
            sums[4] += order.campaign_gift
            sums[5] += order.goods
        if order.row < paid.size:
            asked += addressed[order.row]
            left += held_out[order.row]
            paid[order.row] += order.paid
            margin[order.row] += order.paid - order.goods - order.gift - order.fees - parcel
    return mine, asked, left
