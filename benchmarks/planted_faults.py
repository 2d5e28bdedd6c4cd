"""The faults: what each changes in the model's text, or in a number of the library."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "scenarios/library/base.toml"
SHOP = "scenarios/library/shop.toml"
MARKET = "scenarios/library/markets/private_shop.toml"
"""The market of all questions but `season`, which has the base's."""


@dataclass(frozen=True)
class Edit:
    """`old`, which a file holds exactly once, becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Fault:
    """One fault under a name; several edits where one slip shows in several lines."""

    name: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class TestedFault:
    """A fault, and the files of tests that look at what it changes. compiled: whether it is in a compiled function."""

    __test__ = False  # no test, for pytest

    fault: Fault
    tests: tuple[str, ...]
    compiled: bool = False


def _one(name: str, file: str, old: str, new: str) -> Fault:
    return Fault(name, (Edit(file, old, new),))


def _handling(kind: str, was: str, now: str) -> Edit:
    return Edit(MARKET, f'\n{kind} = {{ median = "{was} min"', f'\n{kind} = {{ median = "{now} min"')


FAULTS = (
    _one(
        "displacement sign",
        "sim/law/numbers.py",
        "displacement=market.offers.displacement",
        "displacement=-market.offers.displacement",
    ),
    _one("attention half-life +10 %", BASE, 'half_life    = { median = "14 d"', 'half_life    = { median = "15.4 d"'),
    _one("fatigue half-life -10 %", BASE, 'half_life       = { median = "10 d"', 'half_life       = { median = "9 d"'),
    _one(
        "fatigue not scaled by cycle",
        "sim/law/numbers.py",
        " * (cycle / market.fatigue.reference_cycle) ** market.fatigue.cycle_exponent",
        "",
    ),
    _one(
        "opt-out per message +15 %",
        MARKET,
        'per_message = { median = "0.6 %"',
        'per_message = { median = "0.69 %"',
    ),
    _one(
        "pushing lifts late first orders, too",
        "sim/law/numbers.py",
        "base * (hot * (1.0 + lead.push_lift * push) + lead.late_constant)",
        "base * (hot + lead.late_constant) * (1.0 + lead.push_lift * push)",
    ),
    _one(
        "false claims are believed again",
        "sim/sales/sales_steps.py",
        "                people.ints[c.FOUND_OUT, row] = 1\n",
        "",
    ),
    Fault(
        "any false claim is seen through alike",
        (
            Edit("sim/offers/price_cuts.py", "** (gap / response.detection_at)", "** (1.0 if gap > 0.0 else 0.0)"),
            Edit("sim/sales/sales_steps.py", "** (gap / numbers.detection_at)", "** (1.0 if gap > 0.0 else 0.0)"),
        ),
    ),
    _one("attention alike in all channels", "sim/day/message_weights.py", "        * medium.attention\n", ""),
    _one("trust loss factor 2 to 1.5", BASE, 'loss_factor  = { median = "x 2"', 'loss_factor  = { median = "x 1.5"'),
    _one(
        "campaign one day late",
        "sim/firm/campaigns.py",
        "first = day_of(state, plan.first)",
        "first = day_of(state, plan.first) + 1",
    ),
    _one(
        "campaign lasts 4 days",
        "sim/firm/campaigns.py",
        "lasts = math.ceil(plan.lasts)",
        "lasts = math.floor(plan.lasts) + 1",
    ),
    _one(
        "threshold judged after discount",
        "sim/law/redemption.py",
        "min(off[steps_reached(spend, value)], value)",
        "min(off[steps_reached(spend, value - off[steps_reached(spend, value)])], value)",
    ),
    _one(
        "lottery chance doubled",
        "sim/law/offer_terms.py",
        "np.cumsum([chance for chance, _ in one.prizes])",
        "np.cumsum([2.0 * chance for chance, _ in one.prizes])",
    ),
    _one(
        "discount cost booked at face value",
        "sim/law/redemption.py",
        "Redeemed(basket, min(term.cents, basket), 0)",
        "Redeemed(basket, term.cents, 0)",
    ),
    Fault(
        "delivery +0.5 d",
        (
            Edit(BASE, 'days.median = { value = "3 d"', 'days.median = { value = "3.5 d"'),
            Edit(BASE, 'days.p5     = { value = "1.5 d"', 'days.p5     = { value = "2 d"'),
            Edit(BASE, 'days.p95    = { value = "6 d"', 'days.p95    = { value = "6.5 d"'),
        ),
    ),
    Fault(
        "handling time +10 %",
        (
            _handling("pre_sale  ", "4", "4.4"),
            _handling("after_sale", "5", "5.5"),
            _handling("complaint ", "20", "22"),
            _handling("personal  ", "1.5", "1.65"),
        ),
    ),
    _one(
        "queue priority dropped",
        "sim/evening/waiting_line.py",
        "    if desk.rank[one.kind] != desk.rank[other.kind]:\n",
        "    if False:\n",
    ),
    _one(
        "complaint tolerance 8 to 10 h",
        BASE,
        'tolerance             = { median = "8 h"',
        'tolerance             = { median = "10 h"',
    ),
    _one(
        "budget cap ignored",
        "sim/firm/campaigns.py",
        "OfferBudget(plan.budget, plan.offer.stock)",
        "OfferBudget(None, plan.offer.stock)",
    ),
    Fault(
        "season shifted a week",
        (
            Edit(
                "sim/law/season.py",
                "[start + timedelta(days=day)",
                "[start + timedelta(days=day + 7)",
            ),
            Edit("sim/law/season.py", "first = (day - start).days\n", "first = (day - start).days - 7\n"),
        ),
    ),
    _one(
        "order rates +2 %",
        "sim/people/traits.py",
        "order.shape / order.mean",
        "order.shape / (1.02 * order.mean)",
    ),
    _one(
        "content booked as messages",
        "sim/engine.py",
        'book_writing(state, programme, "content_cost", ',
        'book_writing(state, programme, "message_cost", ',
    ),
    _one("regularity k 1.5 to 1.3", BASE, "regularity = { median = 1.5", "regularity = { median = 1.3"),
    _one(
        "wages per agent halved",
        "sim/firm/bookkeeping.py",
        "money.wage * there()",
        "money.wage / 2 * there()",
    ),
    _one(
        "past orders ignored",
        "sim/law/complaints.py",
        "numbers.stop_orders * math.log1p(orders)",
        "numbers.stop_orders * math.log1p(0)",
    ),
    _one(
        "refund after some hours ignored",
        "sim/law/numbers.py",
        "math.inf if plan.refund_within is None else plan.refund_within",
        "math.inf",
    ),
    _one("parallel chats ignored", "sim/firm/desk.py", "last + 1), plan.parallel_chats,", "last + 1), 1,"),
    _one(
        "parallel chats do not slow each other",
        "sim/evening/waiting_line.py",
        " * (1.0 + desk.slowdown) ** hand.tickets[agent]",
        "",
    ),
    Fault(
        "work booked when it begins",
        (
            Edit("sim/firm/desk.py", "    known, shared = 0, ", "    before = 0.0\n    known, shared = 0, "),
            Edit(
                "sim/firm/desk.py",
                "        present = there()",
                "        in_hand, before = hand.worked.days[:, 0].sum() - before, hand.worked.days[:, 0].sum()\n"
                "        present = there()",
            ),
        ),
    ),
    _one(
        "people wait for any depth",
        "sim/law/stocks.py",
        "return square / (square + half * half)",
        "return min(square / 1e-9, 1.0)",
    ),
    _one("offers without a ceiling", "sim/law/numbers.py", "offer_most=offers.most", "offer_most=1e9"),
    _one("fatigue without a floor", "sim/law/numbers.py", "fatigue_most=market.fatigue.most", "fatigue_most=1e9"),
    _one("nobody is disappointed", "sim/law/numbers.py", "disappointed=offers.disappointed", "disappointed=0.0"),
    _one("returns 8 to 10 %", SHOP, 'share  = { median = "8 %"', 'share  = { median = "10 %"'),
    _one(
        "platform keeps fees of refunded money",
        "sim/law/fees.py",
        "totals[_PLATFORM] -= fees - payment",
        "totals[_PLATFORM] -= 0",
    ),
    _one(
        "orders with a complaint come back as well",
        "sim/evening/parcels.py",
        "ticket.order, ticket.paid, ticket.commission = parcel.order, parcel.paid, parcel.commission",
        "ticket.order, ticket.paid, ticket.commission = parcel.order, parcel.paid, parcel.commission\n"
        "            plan_return(parcel, who[j], carrier.returns, books.key, returns)",
    ),
    _one("returns refunded twice", "sim/evening/returns.py", "+= back.paid", "+= 2 * back.paid"),
    _one(
        "goods booked when the parcel arrives",
        "sim/evening/parcels.py",
        "if books.day <= parcel.leaves < books.day + 1",
        "if books.day <= parcel.instant < books.day + 1",
    ),
    _one(
        "goods booked on arrival as well",
        "sim/evening/parcels.py",
        "totals[_PARCELS] += 1",
        "totals[_PARCELS] += 1\n        totals[_GOODS] += arriving[j].goods",
    ),
    _one(
        "nobody has drifted on day one", "sim/people/past_lives.py", "drift_left / mu, True", "drift_left / mu, False"
    ),
    _one(
        "the drifted of day one still buy",
        "sim/people/past_lives.py",
        "people.stage[i] = _DRIFTED if drifted else _REPEATER",
        "people.stage[i] = _REPEATER",
    ),
    _one(
        "who has stayed leaves like a newcomer",
        "sim/people/past_lives.py",
        "        reals[c.DELETE_LEFT, i] *= patience[age - 1]\n",
        "",
    ),
    _one("hours of the day one hour late", "sim/hours.py", "np.cumsum(hours)", "np.cumsum([*hours[-1:], *hours[:-1]])"),
    _one(
        "limits not shared by programmes",
        "sim/firm/contact_limits.py",
        "known.setdefault(limit, len(known))",
        'known.setdefault((f"{limit[0]} of {touch.programme}", limit[1]), len(known))',
    ),
    Fault(
        "hours of the day ignored",
        (
            Edit("sim/state/first_morning.py", "marks_of(market.need.season.hours)", "marks_of(())"),
            Edit("sim/law/numbers.py", "marks_of(market.need.season.hours)", "marks_of(())"),
        ),
    ),
    _one(
        "silent one day later",
        "sim/law/numbers.py",
        "silent_after=engagement.silent_after,",
        "silent_after=engagement.silent_after + 1,",
    ),
    _one(
        "hours at the desk are those of one chat",
        "sim/firm/desk.py",
        "seconds(plan.parallel_chats * present)",
        "seconds(present)",
    ),
)
