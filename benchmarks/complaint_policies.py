"""What policies on complaints are worth: profit, orders and complaints, at the medians and in plausible markets.

Run by `python -m benchmarks.complaint_policies` (some minutes). Each line is compared with the first of its table, on
the same people and random numbers. `complaints` are per 1000 orders, `lost` is the share of complaints that end the
relation, `better` counts plausible markets with more profit.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import one_agent_shop, plausible_markets
from scenarios import with_draw
from sim import measure, run
from sim.law.complaints import recovery, stop_chance
from sim.law.numbers import complaint_numbers
from sim.scenario import Compensation, Scenario, Service, Who
from sim.stages import Event

Ints = npt.NDArray[np.generic]
Floats = npt.NDArray[np.generic]

MARKETS = 6
SERVICE = 'hours = "18:00-22:00"\nparallel_chats = 1\nauto_reply = true'
NAMES = ("contribution_profit", "complaints_per_1000_orders", "complainers_lost", "refunds", "chargeback_cost")
HOUR = 1.0 / 24.0


def tables(plain: Service) -> dict[str, list[tuple[str, Service]]]:
    """Policies by table; the first of each table is the one without any."""
    none = ("none", plain)
    within = (0.0, 2.0, 12.0, 48.0, 168.0, 720.0)
    shares = (0.05, 0.1, 0.2, 0.5, 1.0)
    paid = {share: replace(plain, compensation=Compensation("money", share)) for share in shares}
    fifth = Compensation("money", 0.2, matched=True)
    collapsed = replace(plain, hours=(20 * HOUR, 20.25 * HOUR))
    return {
        "a desk of 15 minutes a day, refund within": [
            ("none", collapsed),
            *((f"{hours:g} h", replace(collapsed, refund_within=hours * HOUR)) for hours in within),
        ],
        "refund within": [none, *((f"{hours:g} h", replace(plain, refund_within=hours * HOUR)) for hours in within)],
        "compensation, money": [none, *((f"{share:.0%}", policy) for share, policy in paid.items())],
        "other policies": [
            none,
            ("20 %, money, matched", replace(plain, compensation=fifth)),
            ("20 %, credit", replace(plain, compensation=Compensation("credit", 0.2))),
            ("20 %, credit, matched", replace(plain, compensation=Compensation("credit", 0.2, matched=True))),
            ("apology", replace(plain, apology=True)),
            ("status updates", replace(plain, status_updates=True)),
            ("both", replace(plain, apology=True, status_updates=True)),
            ("questions first", replace(plain, priority=("pre_sale", "after_sale", "complaint"))),
            ("escalate all", replace(plain, escalate=Who())),
        ],
    }


def main() -> None:
    """Print the curves of the law and the tables."""
    question = one_agent_shop(SERVICE)
    (shop,) = question.arms.values()
    Console(width=110).print(curve(shop))
    Console(width=110).print(survivors(shop))
    markets = [shop, *(with_draw(shop, {}, row) for row in plausible_markets(question, MARKETS))]
    for title, lines in tables(shop.strategy.service).items():
        table = Table("", "orders", "profit, CNY", "complaints", title=title)
        for name in ("lost", "refunds, CNY", "compensation, CNY", "better"):
            table.add_column(name)
        first: list[float] = []
        for name, policy in lines:
            values = [kpis(with_policy(market, policy)) for market in markets]
            profits = [value["contribution_profit"] for value in values]
            first = first or profits
            table.add_row(*cells(name, values[0]), f"{better(profits[1:], first[1:])} of {MARKETS}")
        Console(width=110).print(table)


def cells(name: str, value: dict[str, float]) -> list[str]:
    """A line of a table."""
    money = [f"{value[key] / 100.0:.0f}" for key in ("contribution_profit", "refunds", "compensation_cost")]
    complaints = f"{value['complaints_per_1000_orders']:.1f}", f"{value['complainers_lost']:.1%}"
    return [name, f"{value['orders']:.0f}", money[0], *complaints, *money[1:]]


def better(profits: list[float], first: list[float]) -> int:
    """In how many markets there is more profit than without a policy."""
    return sum(a > b for a, b in zip(profits, first, strict=True))


def with_policy(scenario: Scenario, policy: Service) -> Scenario:
    """The same with another desk."""
    return replace(scenario, strategy=replace(scenario.strategy, service=policy))


def kpis(scenario: Scenario) -> dict[str, float]:
    """The KPIs of one run."""
    ledger = run(scenario)
    names = (*NAMES, "compensation_cost")
    return {"orders": float(ledger.series["orders"].sum())} | {name: measure(ledger, name).value for name in names}


def curve(shop: Scenario) -> Table:
    """The chance that a complaint ends the relation, by the time that it takes."""
    numbers = complaint_numbers(shop)
    times = (8.0, 24.0, 48.0, 120.0, 720.0)
    table = Table("", *(f"{hours:g} h" for hours in times), "never", title="chance of stopping, no dispute")
    cases = [(f"{n} orders before, first complaint", n, math.inf) for n in (0, 1, 5, 20)]
    cases += [("1 order before, second after a week", 1, 7.0), ("1 order before, second after a year", 1, 365.0)]
    for name, orders, since in cases:
        good = [recovery(hours * HOUR, numbers) for hours in times] + [0.0]
        table.add_row(name, *(f"{stop_chance(one, orders, since, False, numbers):.3f}" for one in good))
    return table


def survivors(shop: Scenario) -> Table:
    """Orders of those who stay after their first complaint, over their orders where complaints change nobody.

    Both are runs of the same people and random numbers, so that up to the complaint they are equal.
    """
    weeks = (-2, -1, 0, 1, 2, 3, 4, 6, 8, 12, 20)
    table = Table("", *(f"{week}" for week in weeks), title="orders of who stays, by week from the first complaint")
    service, trust = shop.market.service, shop.market.trust
    untouched = replace(
        shop.market,
        start_with=50_000,
        service=replace(service, open_complaint=0.0, dispute_price=1.0),
        trust=replace(trust, resolution=0.0),
    )
    touched = replace(shop.market, start_with=50_000)
    for name, hours in (("desk of 12 h", 12.0), ("desk of 3 min", 0.05)):
        plan = replace(shop.strategy.service, agents=3, hours=(0.4, 0.4 + hours * HOUR))
        runs = [events_of(with_policy(replace(shop, market=market), plan)) for market in (touched, untouched)]
        stay = first_complaints(*runs[0])
        for events in runs:
            gone = np.isin(events[1], (Event.DISPUTE, Event.DELETE))
            stay = {who: instant for who, instant in stay.items() if who not in set(events[0][gone].tolist())}
        counts = [orders_by_week(events, stay) for events in runs]
        table.add_row(name, *(f"{counts[0][week] / counts[1][week]:.2f}" for week in weeks))
    return table


def events_of(scenario: Scenario) -> tuple[Ints, Ints, Floats]:
    """Who, what and when of a run's events; shapes (events,)."""
    events = run(scenario, events=True).events
    assert events is not None
    return np.asarray(events["person"]), np.asarray(events["kind"]), np.asarray(events["instant"])


def first_complaints(who: Ints, kind: Ints, when: Floats) -> dict[int, float]:
    """When each person complained first, at a time at which enough weeks lie around it."""
    first: dict[int, float] = {}
    over = kind == Event.COMPLAINT
    for instant, person in sorted(zip(when[over].tolist(), who[over].tolist(), strict=True)):
        first.setdefault(person, instant)
    return {person: instant for person, instant in first.items() if 28.0 <= instant < 210.0}


def orders_by_week(events: tuple[Ints, Ints, Floats], first: dict[int, float]) -> Counter[int]:
    """Orders of these people by weeks from their first complaints."""
    counts: Counter[int] = Counter()
    for person, kind, instant in zip(*(column.tolist() for column in events), strict=True):
        if kind in (Event.FIRST_ORDER, Event.ORDER) and person in first:
            counts[math.floor((instant - first[person]) / 7.0)] += 1
    return counts


if __name__ == "__main__":
    main()
