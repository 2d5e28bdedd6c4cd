"""Where a person is in the lifecycle, and the one table of legal moves."""

from __future__ import annotations

from enum import IntEnum


class Stage(IntEnum):
    """Everything from DELETED on is out: nothing happens to these people any more."""

    LEAD = 0
    FIRST_BUYER = 1
    REPEATER = 2
    DRIFTED = 3
    DELETED = 4
    DISPUTED = 5


OUT = int(Stage.DELETED)

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.LEAD: frozenset({Stage.FIRST_BUYER, Stage.DELETED, Stage.DISPUTED}),
    Stage.FIRST_BUYER: frozenset({Stage.REPEATER, Stage.DRIFTED, Stage.DELETED, Stage.DISPUTED}),
    Stage.REPEATER: frozenset({Stage.DRIFTED, Stage.DELETED, Stage.DISPUTED}),
    Stage.DRIFTED: frozenset({Stage.DELETED, Stage.DISPUTED}),
    Stage.DELETED: frozenset(),
    Stage.DISPUTED: frozenset(),
}
"""Legal moves from one day's end to the next; staying is always legal. With a parcel at once and no line at the
desk, a lead's first order, its complaint and the end may all fall on one day."""


class Event(IntEnum):
    """What happens to a person; the kinds of the event log."""

    ADDED = 0
    FIRST_ORDER = 1
    ORDER = 2
    DRIFT = 3
    DELETE = 4
    PARCEL = 5
    QUESTION = 6
    COMPLAINT = 7
    RESOLVED = 8
    REFUND = 9
    DISPUTE = 10
    MUTE = 11
    ABANDONED = 12
    LOST_PURCHASE = 13
    COMPENSATION = 14
    CHARGEBACK = 15
    RETURN = 16
