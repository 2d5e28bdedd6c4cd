"""Personal messages come out of the hours of the staff: what does not fit today waits for tomorrow, or is dropped."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.evening.tickets import WRITING
from sim.firm.staff import agent_days_by_day
from sim.state.daily_values import TICKET, Tickets
from sim.state.run_state import RunState
from sim.state.touches import Touch
from sim.state.view import view_of

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

KNOWN_DAYS = 7
"""Days of answering whose mean says how much of today's hours is left for writing; until then, half of them is."""
PIECE = 1.0 / 96.0
"""Writing is done in pieces of at most a quarter of an hour, between which questions are answered."""
ANY_NUMBER = 2**62
"""More messages than there ever are: writing takes no time."""


def write_today(state: RunState, touches: list[Touch]) -> list[Touch]:
    """Today's messages with those personal ones that the staff can write, the longest postponed first."""
    plan, waiting = state.inputs.strategy.service, state.pending.postponed
    personal = [touch for touch in touches if touch.style == "personal"]
    if not plan.staff or not (personal or waiting):
        return touches
    room, kept, state.pending.postponed = messages_that_fit(state), [], []
    personal += [still_due(state, touch, personal) for touch in waiting]
    for touch in sorted(personal, key=lambda touch: (-touch.age, touch.hour, touch.programme)):
        now = first_ones(state, touch.who, room)
        rest = touch.who & ~now
        here = np.count_nonzero(rest)
        count, left = state.shard.total(np.array([np.count_nonzero(now), here])).tolist()
        room -= count
        if count:
            kept.append(replace(touch, who=now))
        if left and touch.age < plan.personal_backlog:
            state.pending.postponed.append(replace(touch, who=rest, age=touch.age + 1))
            state.books.ledger.book(state.day, "postponed", here)
        else:
            state.books.ledger.book(state.day, "dropped", here)
    return kept + [touch for touch in touches if touch.style != "personal"]


def messages_that_fit(state: RunState) -> int:
    """How many messages today's staff can write beside what it will have to answer."""
    each = state.inputs.market.service.handling.personal
    return math.floor(min(hours_left(state) / each, ANY_NUMBER)) if each > 0.0 else ANY_NUMBER


def hours_left(state: RunState) -> float:
    """What today's staff has time for beside what it will have to answer, days of one agent's work."""
    answering = state.pending.answering
    present = agent_days_by_day(state)()
    expected = sum(answering[-KNOWN_DAYS:]) / KNOWN_DAYS if len(answering) >= KNOWN_DAYS else 0.5 * present
    return max(present - expected, 0.0)


def still_due(state: RunState, touch: Touch, today: list[Touch]) -> Touch:
    """A postponed message for whoever is still there, and is not written to by the same programme today.

    That of a campaign which is over is for nobody.
    """
    who = np.zeros(state.population.size, dtype=bool)
    who[: touch.who.size] = touch.who
    who &= view_of(state).contacts
    due = who.copy()
    if touch.programme.startswith("campaigns.") and touch.programme not in state.planned.campaigns:
        due[:] = False
    for other in today:
        if other.programme == touch.programme:
            due &= ~other.who
    state.books.ledger.book(state.day, "dropped", np.count_nonzero(who) - np.count_nonzero(due))
    return replace(touch, who=due)


def first_ones(state: RunState, who: Mask, room: int) -> Mask:
    """Of these people, of all shards, so many as there is room for: in order of identity, which is a hash."""
    if room == 0:
        return np.zeros_like(who)
    rows = np.flatnonzero(who)  # a mask of so many people is slow as an index
    identity = state.population.people.identity[rows]
    everybody = np.concatenate(state.shard.gather(identity))
    if everybody.size <= room:
        return who
    now = np.zeros_like(who)
    now[rows[identity <= np.partition(everybody, room - 1)[room - 1]]] = True
    return now


def note_writing(state: RunState, touches: list[Touch], sent: Mask) -> None:
    """Keep for the desk the work of personal messages that go out, and when; `sent` of shape (touches, size)."""
    each = state.inputs.market.service.handling.personal
    written = (touch.style == "personal" for touch in touches)
    own = np.array([np.count_nonzero(mask) if by_hand else 0 for by_hand, mask in zip(written, sent, strict=True)])
    counts = state.shard.total(own.astype(np.int64))
    state.pending.writing = [(touch.hour, int(n) * each) for touch, n in zip(touches, counts, strict=True) if n > 0]
    state.books.ledger.book(state.day, "written", int(own.sum()))


def writing_tickets(state: RunState) -> Tickets:
    """Today's writing as work for the desk: pieces, in the order of the messages, and then of requests."""
    pieces = [math.ceil(work / PIECE) for _, work in state.pending.writing]
    rows = np.zeros(sum(pieces), dtype=TICKET)
    rows["row"], rows["kind"] = -1, WRITING
    rows["leaves"] = rows["refund"] = rows["start"] = rows["finish"] = math.inf
    place = 0
    for number, ((hour, work), count) in enumerate(zip(state.pending.writing, pieces, strict=True)):
        part = rows[place : place + count]
        part["identity"], part["ordinal"], part["arrival"] = number, np.arange(count), state.day + hour
        part["handling"] = work / max(count, 1)
        place += count
    state.pending.writing = []
    return rows
