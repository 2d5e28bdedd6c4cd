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
from tests.reference.firm import by_hand, come_in, requests

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
    each = shop.market.service.handling.personal
    return math.floor(min(hours_left(shop) / each, 2**62)) if each > 0.0 else 2**62


def hours_left(shop: Shop) -> float:
    day, desk = shop.today, shop.desk
    expected = 0.5 * desk.present(day)
    if day >= KNOWN_DAYS:
        expected = sum(desk.answering[day - back] for back in range(KNOWN_DAYS, 0, -1)) / KNOWN_DAYS
    return max(desk.present(day) - expected, 0.0)


def hand_over(shop: Shop) -> Process:
    """Give the desk today's requests, for which writing has left some time, and the writing at the messages' hours."""
    day, each = shop.today, shop.market.service.handling.personal
    for _ in range(3):
        yield shop.env.timeout(0.0)
    groups = sorted(Counter(shop.writing).items())
    left = hours_left(shop) - sum(count * each for _, count in groups)
    for turn, name in enumerate(name for name in sorted(shop.strategy.acquisition) if by_hand(shop, name)):
        handling = shop.market.sources[name].handling
        assert handling is not None
        added, asked = requests(shop, name, day, max(math.floor(left / handling), 0))
        left -= asked * handling
        shop.env.process(come_in(shop, name, added))
        shop.desk.write(len(groups) + turn, float(day), asked * handling)
    for number, (group, count) in enumerate(groups):
        yield shop.until(day + group[0])
        shop.desk.write(number, day + group[0], count * each)
