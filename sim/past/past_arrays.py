"""What the walk through past days takes, in the form that compiled functions take."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.day.day_arrays import Messages, Prices
from sim.law.parameters import Law
from sim.past.heard_of import PastReach

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


class PastPeople(NamedTuple):
    """`ShopHistory` for compiled functions, people in order of entering; shapes as there.

    `before` are days before `entered` in which a person had come and not drifted, shape (n,).
    """

    entered: Days
    lead: Mask
    deleted: Days
    disputed: Mask
    before: Floats
    begin: Ints
    order_day: Days
    saving: Floats
    offer: npt.NDArray[np.int16]
    """Shape (days, n), or (0, n) without offers."""
    first_message: Ints
    """The number of each day's first message, shape (days + 1,)."""
    announces: Days
    """First day of the campaign that each message announces, 0 for none, shape (messages,)."""
    announced: Ints
    """That campaign's offer by its number in `offer`; 0 for one that nobody waits for."""
    offered: Mask
    """Whether anybody holds an offer on each day, shape (days,)."""
    first_offer_day: Days
    """By `offer`, 0 being none, as all below: its first day."""
    offer_days: Days
    first_price: Ints
    """The number in `Prices` on that day; on the days after it the numbers rise by one."""
    campaign: Mask
    """Whether it is a campaign, which people come to expect."""
    first_start: Ints
    """The number of each day's first campaign that begins, shape (days + 1,); likewise below, by that number."""
    starts: Ints
    """The campaign by its number in `offer`."""
    sees: Mask
    """Who sees it begin, shape (campaigns, n)."""
    deletions_known: bool
    days: int


class HiddenRates(NamedTuple):
    """Order rate ~ Gamma(r, alpha), drift rate ~ Gamma(s, beta), leaving Lomax of shape o, thresholds Gamma(k, 1/k)."""

    r: float
    alpha: float
    s: float
    beta: float
    o: float
    k: float


class PastService(NamedTuple):
    """What service does on the days of a history; shape (days,) where nothing else is said."""

    asks: float
    """Share of purchases before which people ask; 0 where there is no staff to wait for, or nothing is known."""
    made: Floats
    """Share of the purchases asked about on a day that is made 1, 2, ... days later, shape (days, m)."""
    open: Floats
    """Share that is still to be decided on that day, shape (days, m)."""
    lost: Floats
    """Share that is never made."""
    felt: bool
    """Whether replies change trust."""
    of_message: Floats
    """Change of trust to be expected of each message for who gets it, shape (messages,)."""
    of_order: Floats
    """Likewise of each order: of questions after it, and of the one before it."""
    of_lost: Floats
    """Likewise of each purchase that is lost."""


class RecordedComplaints(NamedTuple):
    """Complaints of people who had ordered: of people in order of entering, of each by opening; shape (m,)."""

    first: Ints
    """The number of each person's first complaint, shape (n + 1,)."""
    person: Ints
    opened: Floats
    """Days since day 0, with the time of day; likewise below."""
    resolved: Floats
    """NaN where there was none or it is not known."""
    orders: Ints
    """Order-days before the last one that the complaint may be about."""


class PastComplaints(NamedTuple):
    """What complaints do under a market; shape (m,) where nothing else is said."""

    known: RecordedComplaints
    ends: Floats
    """When it was solved or refunded; infinite where nobody did."""
    stop: Floats
    """Chance that this ends the relation; likewise below."""
    news: Floats
    """Change of trust by it; likewise below."""
    lapses: Floats
    """Rate at which it is given up, per day; 0 where it is known to have been solved."""
    stop_unsolved: Floats
    """Where it is given up; likewise below."""
    news_unsolved: float
    last: Floats
    """When it ends, or is given up on average."""
    burden: float
    """Fall of the log hazard of orders by an open complaint."""


class PastLaw(NamedTuple):
    """A market's numbers for the days of a history."""

    law: Law
    messages: Messages
    """All messages of the history, by day and hour."""
    prices: Prices
    """By number; `first_price` says which number an offer has on a day. A pull of -1: not worth its effort that day."""
    season: Floats
    """Shape (days,)."""
    expected_memory: float
    learning: float
    welcome: float
    """Change of trust by the welcome of a new contact."""
    rates: HiddenRates
    service: PastService
    complaints: PastComplaints
    reach: PastReach
    """Where people interact; the reach of `law` is then 0, as a history does not say who was silent."""


MOTIVES = ("interested", "seeker", "unfit")


class Motive(NamedTuple):
    """One class of people: its prior share, and what the hidden rates of all are multiplied by."""

    number: int
    """Place in `MOTIVES`."""
    share: float
    lead_share: float
    """Share among those who entered as leads."""
    orders: float
    """Factor of the order rate."""
    price: float
    """Price sensitivity of the class."""
    fit: bool


class Findings(NamedTuple):
    """What is found of each person of one motive, in order of entering; shape (n,) where nothing else is said.

    Areas are per unit of lambda (with what a first order made of it), mu and the readiness to leave; those of drifting
    begin with `PastPeople.before`. Of leads who have not ordered, `order_end` is the area of the first order.
    """

    log_likelihood: Floats
    order_last: Floats
    """Areas at the last order; likewise below."""
    drift_last: Floats
    delete_last: Floats
    order_end: Floats
    """Areas at the end; likewise below."""
    drift_end: Floats
    delete_end: Floats
    stays: Floats
    """Chance that the clocks of orders still run at the end; likewise below."""
    drifted: Floats
    """Chance of having drifted, still a contact."""
    factor: Floats
    """What the first order has made of lambda."""
    lift: Floats
    """Lift of need in the last days (`heard_of`)."""
    states: bool
    """Whether chances of having drifted are asked for."""
    expected: Floats
    """Expected orders of each block and day, first ones left out; shape (blocks, days), or (blocks, 0): not asked. The
    first motive's are those of all."""


class DailyOrders(NamedTuple):
    """What expected orders of people of one motive are made of, shape (days, people of the block); or (0, people)."""

    k: float
    rates: Floats
    """What lambda is multiplied by on each day."""
    exits: Floats
    """The mean of lambda in that day's exits and, where k != 1, the density of the next order by area there, shape
    (days, 2, people); likewise below, in relations that a complaint ends in the evening."""
    stops: Floats
    chance: Floats
    """Chance that a complaint ends the relation that evening; likewise below, and that the contact is still there."""
    gone: Floats
