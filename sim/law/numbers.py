"""A market's numbers in the form that the law's compiled functions take."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.hours import marks_of
from sim.law.complaints import ComplaintNumbers
from sim.law.fees import FeeNumbers
from sim.law.parameters import Law
from sim.law.stocks import keep_per_day
from sim.law.waiting import ServiceNumbers
from sim.scenario import CompensationResponse, Lead, Market, Need, Scenario
from sim.scenario.presence import open_spans

Floats = npt.NDArray[np.float64]


SHORTEST_CYCLE, LONGEST_CYCLE = 0.5, 3650.0
"""Limits of a repurchase cycle that is not stated, as of one that is, days."""
RIPENESS_DAYS = 400
"""So many days of ripeness are tabulated at least, and 20 cycles; the last one holds ever after."""
NEARLY_ALL = 0.999
"""Share of those whom the goods suit that orders within seven days, at most: beliefs drawn apart may ask for more."""


def law_numbers(market: Market, push: float = 0.0) -> Law:
    """The law of a market, for a welcome between pure service (0) and pure selling (1)."""
    attention, engagement, offers = market.attention, market.engagement, market.offers
    engaging = engagement.rate > 0.0
    cycle = repurchase_cycle(market.need)
    fatigue_days = market.fatigue.half_life * (cycle / market.fatigue.reference_cycle) ** market.fatigue.cycle_exponent
    return Law(
        keep_attention=keep_per_day(market.attention.half_life),
        keep_fatigue=keep_per_day(fatigue_days),
        keep_trust=keep_per_day(market.trust.half_life),
        repay=1.0 - keep_per_day(market.offers.repay_half_life),
        max_lift=market.attention.max_lift,
        saturation=market.attention.saturation,
        remembered=market.attention.remembered,
        tolerance=market.fatigue.tolerance,
        fatigue_order=market.fatigue.order_effect,
        fatigue_most=market.fatigue.most,
        trust_order=market.trust.order_effect,
        trust_leave=market.trust.leave_effect,
        trust_gate=market.lead.trust_gate,
        displacement=market.offers.displacement,
        background=market.optout.background,
        first_day=-math.log1p(-market.optout.first_day) * math.exp(market.lead.push_optout * push),
        message=-math.log1p(-market.optout.per_message),
        fatigue_slope=market.optout.fatigue_slope,
        optout_most=market.optout.most,
        lead_heat=lead_heat(market, push),
        keep_habit=keep_per_day(offers.reference_half_life),
        reference=offers.reference * offers.elasticity,
        loss_aversion=offers.loss_aversion,
        loss_most=math.log1p(offers.most),
        habituation=offers.habituation,
        habit_memory=offers.reference_memory,
        habitual=offers.reference * offers.elasticity > 0.0 or offers.habituation > 0.0,
        offer_most=offers.most,
        waiting=offers.waiting,
        waiting_depth=offers.waiting_depth,
        disappointed=offers.disappointed,
        horizon=offers.horizon * cycle,
        early=market.trust.early,
        early_days=market.trust.early_days,
        attention_fit=np.array([1.0, attention.relevant, attention.irrelevant]),
        fatigue_irrelevant=market.fatigue.irrelevant,
        area_irrelevant=market.optout.irrelevant,
        interaction=engagement.rate,
        fading=engagement.fading,
        drifted=engagement.drifted,
        silent_after=engagement.silent_after,
        dormant_after=engagement.dormant_after,
        reach=np.array([1.0, engagement.silent_reach, engagement.dormant_reach]) if engaging else np.ones(3),
        trusting=any(
            (market.trust.order_effect, market.trust.leave_effect, market.trust.spend_effect, market.lead.trust_gate)
        ),
        ripeness=ripeness_table(market.need.regularity, cycle, market.need.ripeness),
    )


def repurchase_cycle(need: Need) -> float:
    """The cycle that a market states, or the median gap between orders, over all orders, days.

    An order comes at rate lambda ~ Gamma(shape, alpha), so rates seen at orders are Gamma(shape + 1, alpha), and a gap
    is Gamma(k, k) over such a rate: alpha / k times a beta prime number of (k, shape + 1).
    """
    if need.cycle is not None:
        return need.cycle
    from scipy.special import betaincinv

    rate, k = need.order_rate, need.regularity
    share = float(betaincinv(k, rate.shape + 1.0, 0.5))
    gap = rate.shape / rate.mean / k * share / (1.0 - share)
    return min(max(gap, SHORTEST_CYCLE), LONGEST_CYCLE)


def welcome_trust(lead: Lead, push: float) -> float:
    """What a welcome between pure service (0) and pure selling (1) does to a new contact's trust."""
    return (1.0 - push) * lead.welcome_trust - push * lead.push_trust


def lead_heat(market: Market, push: float = 0.0) -> Floats:
    """First-order hazard by age that gives `lead.first_order_7d` over all leads when nothing is done; shape (ages,).

    Selling on the first day multiplies the hot phase alone, which has fallen to nothing (below 1e-18 of its start) at
    the last age.
    """
    lead = market.lead
    if lead.first_order_7d == 0.0:
        return np.zeros(1)
    ages = max(7, math.ceil(60.0 * lead.hot_half_life)) + 1
    hot = keep_per_day(lead.hot_half_life) ** np.arange(ages)
    share = min(lead.first_order_7d / market.people.fit, NEARLY_ALL)
    base = -math.log1p(-share) / (hot + lead.late_constant)[:7].sum()
    return np.asarray(base * (hot * (1.0 + lead.push_lift * push) + lead.late_constant))


def ripeness_table(k: float, cycle: float, rho: float) -> Floats:
    """psi = 1 + rho (h_k(n / cycle) - 1) for n = 0, 1, ... whole days; h_k: hazard of Gamma(k, 1/k), at most k."""
    if k == 1.0 or rho == 0.0:
        return np.ones(1)
    from scipy.special import gammaincc, gammaln

    u = np.arange(1, max(math.ceil(20.0 * cycle), RIPENESS_DAYS) + 1) / cycle
    log_density = k * math.log(k) + (k - 1.0) * np.log(u) - k * u - gammaln(k)
    left = gammaincc(k, k * u)
    hazard = np.minimum(np.divide(np.exp(log_density), left, out=np.full(u.size, k), where=left > 0.0), k)
    return np.concatenate([[1.0 - rho], 1.0 + rho * (hazard - 1.0)])


def service_numbers(scenario: Scenario, thresholds: Floats) -> ServiceNumbers:
    """The numbers of a market, and how a wait at this desk feels on the days of a run."""
    market, service = scenario.market, scenario.market.service
    marks, felt = felt_time(scenario)
    areas = {
        "order_area": -math.log1p(-service.problems_per_order),
        "late_day_area": -math.log1p(-service.problems_per_late_day),
    }
    course = complaint_numbers(scenario)
    patience = {f"patience_{kind}": mean for kind, mean in vars(service.patience).items()}
    held = {
        **vars(service),
        **vars(service.purchase),
        **vars(service.handling),
        **vars(market.trust),
        **areas,
        **patience,
    }
    numbers = {name: float(held[name]) for name in ServiceNumbers._fields if name in held}
    plan, bot = scenario.strategy.service, service.bot
    numbers["bot_solves"] = float(bot.solves) if plan.bot else -1.0
    if not plan.staff:
        numbers["questions_per_purchase"] = 0.0
        numbers["bot_solves"] = -1.0
    numbers["bot_worth"], numbers["bot_annoyance"] = float(bot.worth), float(bot.annoyance) * market.trust.reply
    fees, hours = fee_numbers(market), marks_of(market.need.season.hours)
    return ServiceNumbers(
        **numbers, course=course, fees=fees, thresholds=thresholds, marks=marks, hours=hours, felt=felt
    )


def fee_numbers(market: Market) -> FeeNumbers:
    """The fees of a market."""
    money = market.money
    return FeeNumbers(float(money.payment_fee), float(money.platform_fee), float(money.fees_back))


def complaint_numbers(scenario: Scenario) -> ComplaintNumbers:
    """The numbers of a market, and what a strategy's policy on complaints adds."""
    plan, service = scenario.strategy.service, scenario.market.service
    response = service.compensation
    paid = None if plan.compensation is None or plan.compensation.kind == "none" else plan.compensation
    share, cost, fits, time = 0.0, 0.0, 1.0, 0.0
    if paid is not None:
        share = paid.share or 0.0
        cost = share * (1.0 if paid.kind == "money" else response.credit_used)
        fits = 1.0 if paid.matched else response.unmatched if paid.kind == "money" else response.credit
        time += response.matching_time if paid.matched else 0.0
    time += plan.apology * service.apology_time + plan.status_updates * service.status_time
    lifts = plan.apology * service.apology, plan.status_updates * service.status_updates
    both = service.both if plan.apology and plan.status_updates else 1.0
    held = {**vars(service), **{f"stop_{name}": value for name, value in vars(service.stop).items()}}
    held |= {
        "stop_half_life": service.stop.repeated_half_life,
        "policy_time": time,
        "lift": both * max(lifts),
        "compensation_lift": compensation_lift(share, response) * fits,
        "refund_lift": compensation_lift(1.0, response) * response.unmatched,
        "compensation": cost,
        "refund_within": math.inf if plan.refund_within is None else plan.refund_within,
    }
    numbers = {name: float(held[name]) for name in ComplaintNumbers._fields if name in held}
    return ComplaintNumbers(**numbers, chargeback_fee=int(scenario.market.money.chargeback_fee))


def compensation_lift(share: float, response: CompensationResponse) -> float:
    """What a compensation that fits the cause adds to what a solution makes good."""
    return response.effect * -math.expm1(-share / response.scale)


def felt_time(scenario: Scenario) -> tuple[Floats, Floats]:
    """Instants at which the desk opens or closes, and the felt time up to each; see `ServiceNumbers`."""
    plan = scenario.strategy.service
    if not plan.auto_reply or not plan.staff:
        return np.empty(0), np.empty(0)
    return felt_through(scenario, open_spans(scenario))


def felt_through(scenario: Scenario, spans: Sequence[tuple[float, float]]) -> tuple[Floats, Floats]:
    """The same of a desk that says when it is closed, and is open from and until these instants."""
    weight = scenario.market.service.auto_reply_weight
    marks, weights = [0.0], []
    for opens, closes in spans:
        if opens > marks[-1]:
            marks.append(opens)
            weights.append(weight)
        marks.append(closes)
        weights.append(1.0)
    if marks[-1] < scenario.run.days:
        marks.append(float(scenario.run.days))
        weights.append(weight)
    return np.array(marks), np.concatenate([[0.0], np.cumsum(np.diff(marks) * weights)])
