"""Personal messages: what the staff has time to write, and what waits for another day."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import simpy

from sim.scenario import Campaign
from tests.reference.desk import KNOWN_DAYS

if TYPE_CHECKING:
    from tests.reference.messages import Letter
    from tests.reference.person import Person
    from tests.reference.reference_run import Shop

Process = Generator[simpy.Event, Any, None]


def write_today(shop: Shop) -> None:
    """After the programmes and before the day: letters for which there is no time are taken out again."""
    due: list[tuple[Person, Letter]] = []
    for person in shop.people:
        personal = [letter for letter in person.letters if letter.plan.style == "personal"]
        due += [(person, letter) for letter in personal]
        person.letters = [letter for letter in person.letters if letter.plan.style != "personal"]
    today = {(person.identity, letter.programme) for person, letter in due}
    for person, letter in shop.backlog:
        if isinstance(letter.plan, Campaign) and letter.programme not in shop.running:
            continue
        if person.out_at > shop.today and (person.identity, letter.programme) not in today:
            due.append((person, letter))
    due.sort(key=lambda one: (-one[1].age, one[1].at, one[1].programme, one[0].identity))
    room = messages_that_fit(shop)
    for person, letter in due[:room]:
        person.letters.append(letter)
    most = shop.strategy.service.personal_backlog
    shop.backlog = [(p, replace(one, age=one.age + 1)) for p, one in due[room:] if one.age < most]
    shop.writing, shop.running = [], set()
    shop.env.process(hand_over(shop))


def messages_that_fit(shop: Shop) -> int:
    day, desk, each = shop.today, shop.desk, shop.market.service.handling.personal
    expected = 0.5 * desk.present(day)
    if day >= KNOWN_DAYS:
        expected = sum(desk.answering[day - back] for back in range(KNOWN_DAYS, 0, -1)) / KNOWN_DAYS
    return math.floor(max(desk.present(day) - expected, 0.0) / each) if each > 0.0 else 2**62


def hand_over(shop: Shop) -> Process:
    """Give the desk today's writing, at the hours of the messages."""
    day, each = shop.today, shop.market.service.handling.personal
    for _ in range(3):
        yield shop.env.timeout(0.0)
    for number, (group, count) in enumerate(sorted(Counter(shop.writing).items())):
        yield shop.until(day + group[0])
        shop.desk.write(number, day + group[0], count * each)
