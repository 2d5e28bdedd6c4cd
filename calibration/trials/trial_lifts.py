"""What the law makes of the arms of a trial: the functions of the engine's own day, run over the window."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from calibration.trials.trial import ArmMessage, Trial
from sim.day.customer_state import fade_block, lift_block, remember_block, write_block
from sim.day.day_arrays import (
    Block,
    DayInputs,
    DayOutputs,
    DaySize,
    Messages,
    Prices,
    Scratch,
    Today,
    room_for,
    scratch_for,
)
from sim.day.need import move_block, owe_block
from sim.firm.messages import message_weights
from sim.law import hazards
from sim.law.numbers import law_numbers
from sim.law.offer_response import appeal_of, pull_of, tempts
from sim.law.parameters import Law
from sim.people import customer_columns as c
from sim.people.customer_columns import EMPTY_VALUES, CustomerColumns, column_of, columns_for
from sim.scenario import Market
from sim.stages import Stage
from sim.state.offers_held import NO_PRICES
from sim.state.touches import Touch

Floats = npt.NDArray[np.float64]

LONG_AGO = -100_000
"""Day of adding: nobody is in the first months of being a contact."""
NOBODY = np.zeros(0, dtype=bool)


def lifts(market: Market, trial: Trial, quality: Floats) -> Floats:
    """Hazard of each outcome over the window, relative to the control group's.

    quality: factors of the attention of each treated arm's messages, shape (points, treated). Gives shape
    (points, outcomes, treated, strata). The typical buyer (traits of one) who has not left is taken, stocks at zero.
    """
    points, strata = quality.shape[0], trial.recency.size
    shape = points, trial.treated, strata
    rows = _Rows(shape, int(np.prod(shape)) + strata)
    law = law_numbers(market)
    people = _people(rows, trial, 1.0)
    prices = _prices(market, trial)
    sent = _messages(market, trial, quality, rows)
    areas = _areas(trial, law, people, prices, sent)
    control = areas[:, -strata:]
    treated = areas[:, :-strata].reshape(len(trial.outcomes), *shape)
    return np.asarray(np.moveaxis(treated / control[:, None, None, :], 0, 1))


class _Rows:
    """Rows of people: those of the treated by point, arm and stratum, then the control group's by stratum."""

    def __init__(self, shape: tuple[int, int, int], size: int) -> None:
        self.shape, self.size = shape, size

    def of(self, point: int, arm: int) -> npt.NDArray[np.bool_]:
        """Who stands for one arm at one point; shape (size,)."""
        _, arms, strata = self.shape
        mask, first = np.zeros(self.size, dtype=bool), (point * arms + arm) * strata
        mask[first : first + strata] = True
        return mask


def _people(rows: _Rows, trial: Trial, lam: float) -> CustomerColumns:
    points, arms, strata = rows.shape
    people = columns_for(rows.size, 0)
    people.identity[:] = 0
    people.stage[:] = int(Stage.REPEATER)
    people.fit[:] = True
    people.spent[:] = 0
    people.reals[:] = 0.0
    people.ints[:] = 0
    for name, value in EMPTY_VALUES.items():
        column_of(people, name)[:] = value
    for row, real in ((c.LAM, lam), (c.KAPPA, 1.0), (c.DELTA, 1.0), (c.SIGMA, 1.0), (c.DELETE_LEFT, np.inf)):
        people.reals[row] = real
    days = -np.round(np.tile(trial.recency, points * arms + 1)).astype(np.int32)
    people.ints[c.LAST_ORDER] = people.ints[c.LAST_HEARD] = days
    people.ints[c.ADDED] = LONG_AGO
    for arm, one in enumerate(trial.arms[1:]):
        if one.offer is not None:
            for point in range(points):
                people.ints[c.OFFER, rows.of(point, arm)] = arm + 1
    return people


def _prices(market: Market, trial: Trial) -> Prices:
    """The arms' offers by number, 0 being none."""
    if not _offering(trial):
        return NO_PRICES
    (pull, saving), release = np.zeros((2, 2, trial.treated + 1)), np.zeros(trial.treated + 1)
    for number, arm in enumerate(trial.arms[1:], start=1):
        if arm.offer is not None and tempts(arm.offer, market.offers, market.spend.mean):
            pull[:, number] = pull_of(arm.offer, market.offers, market.spend.mean)
            saving[:, number] = appeal_of(arm.offer, market.offers, market.spend.mean).saving
    return Prices(pull, release, saving)


def _offering(trial: Trial) -> bool:
    return any(arm.offer is not None for arm in trial.arms)


def _messages(market: Market, trial: Trial, quality: Floats, rows: _Rows) -> dict[int, Messages]:
    """The messages of each day on which some are sent, by hour."""
    days: dict[int, list[tuple[float, int, int, ArmMessage]]] = {}
    for arm, one in enumerate(trial.arms[1:]):
        for message in one.messages:
            for point in range(quality.shape[0]):
                days.setdefault(message.day, []).append((message.at, arm, point, message))
    return {day: _arrays(market, sorted(sent, key=lambda s: s[:3]), quality, rows) for day, sent in days.items()}


def _arrays(
    market: Market, sent: list[tuple[float, int, int, ArmMessage]], quality: Floats, rows: _Rows
) -> Messages:
    numbers = np.array([message_weights(_touch(message), market) for _, _, _, message in sent])
    numbers[:, 1] *= [quality[point, arm] for _, arm, point, _ in sent]
    whole = np.zeros(len(sent), dtype=np.int64)
    return Messages(
        sent=np.array([rows.of(point, arm) for _, arm, point, _ in sent]),
        hour=np.array([hour for hour, _, _, _ in sent]),
        weight=numbers[:, 0].copy(),
        attention=numbers[:, 1].copy(),
        fatigue=numbers[:, 2].copy(),
        trust=numbers[:, 3].copy(),
        topic=whole,
        closes=whole - 1,
        read=np.zeros(len(sent)),
    )


def _touch(message: ArmMessage) -> Touch:
    return Touch(
        "trial", NOBODY, message.at, message.channel, message.content, message.items, message.style,
        testimony=message.testimony,
    )  # fmt: skip


def _areas(
    trial: Trial, law: Law, people: CustomerColumns, prices: Prices, sent: dict[int, Messages]
) -> Floats:
    """Area of each outcome's clock over the window, per unit of rate; shape (outcomes, rows)."""
    size = people.stage.size
    block, scratch = Block(0, 0, size), scratch_for(size)
    held, moving = people.ints[c.OFFER].copy(), _offering(trial)
    areas = np.zeros((len(trial.outcomes), size))
    for day in range(trial.window):
        today, messages = Today(day, 1.0, np.uint64(0)), sent.get(day)
        out = room_for(DaySize(size, size, 0 if messages is None else messages.hour.size, 0), (False, False), None)
        _hold(trial, day, people, held)
        fade_block(block, people, law, scratch)
        if messages is not None:
            inputs = DayInputs(messages, prices, law, np.zeros(0))
            for m in range(messages.hour.size):
                write_block(block, today, m, people, inputs, scratch, out)
        scratch.single[:] = False
        lift_block(block, today, people, prices, law, scratch)
        moved = np.zeros(size)
        if moving:
            move_block(block, today, people, prices, law, scratch)
            moved = scratch.released - scratch.held - scratch.repaid
        for outcome, (_, behaviour) in enumerate(trial.outcomes):
            areas[outcome] += _area(behaviour, law, people, scratch, moved, day)
        if moving:
            _end_day(block, today, people, prices, law, scratch, out)
    return areas


def _area(
    behaviour: str, law: Law, people: CustomerColumns, scratch: Scratch, moved: Floats, day: int
) -> Floats:
    if behaviour == "order":
        return np.asarray(scratch.order * scratch.e_value + moved)
    silence = day - people.ints[c.LAST_HEARD]
    return np.asarray(hazards.interaction_rate(law, silence.astype(float)) * scratch.order)


def _hold(trial: Trial, day: int, people: CustomerColumns, held: npt.NDArray[np.int32]) -> None:
    """Write who holds which offer today."""
    if _offering(trial):
        lasts = np.array([0, *(0 if arm.offer is None else arm.lasts for arm in trial.arms[1:])])
        people.ints[c.OFFER] = np.where(day < lasts[held], held, 0)


def _end_day(
    block: Block, today: Today, people: CustomerColumns, prices: Prices, law: Law, scratch: Scratch, out: DayOutputs
) -> None:
    owe_block(block, today, people, law, scratch, out)
    remember_block(block, people, prices, law)

