"""What the law makes of the arms of a trial: the functions of the engine's own day, run over the window."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calibration.trials.trial import ArmMessage, RepeatedWindows, Trial
from sim.day.customer_state import fade_block, lift_block, remember_block, write_block
from sim.day.day_arrays import (
    Block,
    DayInputs,
    DaySize,
    Messages,
    Prices,
    Scratch,
    Today,
    room_for,
    scratch_for,
)
from sim.day.message_weights import message_weights
from sim.day.need import move_block, owe_block
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
    (points, outcomes, treated, strata), one stratum for repeated windows. It is that of the typical buyer (traits of
    one) who has not left, with stocks at zero before the first message.
    """
    points, strata = quality.shape[0], trial.recency.size
    shape = points, trial.treated, strata
    rows = _TrialPeople(shape, int(np.prod(shape)) + strata)
    law = law_numbers(market)
    people = _people(rows, trial, 1.0)
    prices = _prices(market, trial)
    sent = _messages(market, trial, quality, rows)
    *areas, drift = _areas(trial, law, people, prices, sent)
    found = np.array([_ratios(area, shape) for area in areas])
    lift = np.moveaxis(found if trial.reached is None else 1.0 + trial.reached[1:] * (found - 1.0), 0, 1)
    if trial.windows is None:
        return np.asarray(lift)
    drifting = _ratios(drift, shape) @ trial.windows.weights
    together = 1.0 / ((1.0 / lift) @ trial.windows.weights) * stayed(market, trial.windows, drifting)[:, None]
    return np.asarray(together[..., None])


def _ratios(area: Floats, shape: tuple[int, int, int]) -> Floats:
    """Areas of the treated over the control group's of the same stratum; of `shape`, from shape (rows,)."""
    strata = shape[-1]
    return np.asarray(area[:-strata].reshape(shape) / area[-strata:])


def stayed(market: Market, windows: RepeatedWindows, drifting: Floats) -> Floats:
    """Share of an arm's people who are still buyers over windows, relative to the control group's; shape of `drifting`.

    drifting: drift rate relative to the control group's. Rates of drift differ between people as the market says.
    """
    rate = market.need.dropout_rate
    beta = rate.shape / rate.mean
    usual = (beta / (beta + windows.elapsed)) ** rate.shape
    treated = (beta / (beta + drifting[..., None] * windows.elapsed)) ** rate.shape
    return np.asarray((treated / usual) @ windows.shares)


class _Sending(NamedTuple):
    """A message to the people in `who`, shape (rows,)."""

    message: ArmMessage
    who: npt.NDArray[np.bool_]
    quality: float


class _TrialPeople:
    """Rows of people: those of the treated by point, arm and stratum, then the control group's by stratum."""

    def __init__(self, shape: tuple[int, int, int], size: int) -> None:
        self.shape, self.size = shape, size

    def of(self, point: int, arm: int) -> npt.NDArray[np.bool_]:
        """Who stands for one arm at one point; shape (size,)."""
        _, arms, strata = self.shape
        mask, first = np.zeros(self.size, dtype=bool), (point * arms + arm) * strata
        mask[first : first + strata] = True
        return mask


def _people(rows: _TrialPeople, trial: Trial, lam: float) -> CustomerColumns:
    points, arms, _ = rows.shape
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
    return people


def _prices(market: Market, trial: Trial) -> Prices:
    """The arms' offers by number, 0 being none: of each arm one for every day of the window."""
    if not _offering(trial):
        return NO_PRICES
    size = trial.treated * trial.window + 1
    (pull, saving), release = np.zeros((2, 2, size)), np.zeros(size)
    response, basket = market.offers, market.spend.mean
    for arm, one in enumerate(trial.arms[1:]):
        for day in range(one.lasts if one.offer is not None else 0):
            phase = one.phases[min(day, len(one.phases) - 1)] if one.phases else None
            salience, number = response.salience[phase] if phase else 1.0, 1 + arm * trial.window + day
            if one.offer is not None and tempts(one.offer, response, basket, salience):
                pull[:, number] = pull_of(one.offer, response, basket, salience)
                saving[:, number] = appeal_of(one.offer, response, basket).saving
                release[number] = 1.0 / (one.lasts - day)
    return Prices(pull, release, saving)


def _offering(trial: Trial) -> bool:
    return any(arm.offer is not None for arm in trial.arms)


def _messages(market: Market, trial: Trial, quality: Floats, rows: _TrialPeople) -> dict[int, Messages]:
    """The messages of each day on which some are sent, by hour."""
    points = range(quality.shape[0])
    days: dict[int, list[_Sending]] = {}
    for arm, one in enumerate(trial.arms[1:]):
        for message in one.messages:
            days.setdefault(message.day, []).extend(
                _Sending(message, rows.of(point, arm), float(quality[point, arm])) for point in points
            )
    for message in trial.background:
        days.setdefault(message.day, []).append(_Sending(message, np.ones(rows.size, dtype=bool), 1.0))
    return {day: _arrays(market, sorted(sent, key=lambda one: one.message.at)) for day, sent in days.items()}


def _arrays(market: Market, sent: list[_Sending]) -> Messages:
    numbers = np.array([message_weights(_touch(one.message), market) for one in sent])
    numbers[:, 1] *= [one.quality for one in sent]
    whole = np.zeros(len(sent), dtype=np.int64)
    return Messages(
        sent=np.array([one.who for one in sent]),
        hour=np.array([one.message.at for one in sent]),
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


def _areas(trial: Trial, law: Law, people: CustomerColumns, prices: Prices, sent: dict[int, Messages]) -> Floats:
    """Area of each outcome's clock, per unit of rate, and last that of drift; shape (outcomes + 1, rows)."""
    size = people.stage.size
    block, scratch, moving = Block(0, 0, size), scratch_for(size), _offering(trial)
    last, out = people.ints[c.LAST_ORDER].copy(), room_for(DaySize(size, size, 0, 0), (False, False), None)
    areas, first = np.zeros((len(trial.outcomes) + 1, size)), min([0, *sent])
    for day in range(first, trial.window):
        # Before the window people are taken to have been as long without an order as at its beginning.
        people.ints[c.LAST_ORDER] = people.ints[c.LAST_HEARD] = last + min(day, 0)
        today, messages = Today(day, 1.0, np.uint64(0)), sent.get(day)
        if moving:
            people.ints[c.OFFER] = _held(trial, day, size)
        fade_block(block, people, law, scratch)
        if messages is not None:
            inputs = DayInputs(messages, prices, law, np.zeros(0))
            out = out._replace(delivered=np.zeros((1, messages.hour.size), dtype=np.int64))
            for m in range(messages.hour.size):
                write_block(block, today, m, people, inputs, scratch, out)
        scratch.single[:] = False
        lift_block(block, today, people, prices, law, scratch)
        moved = np.zeros(size)
        if moving:
            move_block(block, today, people, prices, law, scratch)
            moved = scratch.released - scratch.held - scratch.repaid
        if day >= 0:
            areas[-1] += scratch.drift
            for outcome, (_, behaviour) in enumerate(trial.outcomes):
                areas[outcome] += _rate(behaviour, law, people, scratch, day) + moved * (behaviour == "order")
        if moving:
            owe_block(block, today, people, law, scratch, out)
            remember_block(block, people, prices, law)
    return areas


def _rate(behaviour: str, law: Law, people: CustomerColumns, scratch: Scratch, day: int) -> Floats:
    """Rate of a behaviour on a day, needs that offers move apart."""
    if behaviour == "order":
        return np.asarray(scratch.order * scratch.e_value)
    silence = day - people.ints[c.LAST_HEARD]
    return np.asarray(hazards.interaction_rate(law, silence.astype(float)) * scratch.order)


def _held(trial: Trial, day: int, size: int) -> npt.NDArray[np.int32]:
    """The number of the offer that each holds on a day of the window; shape (rows,)."""
    arms = [1 + arm * trial.window + day if one.offer is not None and 0 <= day < one.lasts else 0
            for arm, one in enumerate(trial.arms[1:])]  # fmt: skip
    strata = trial.recency.size
    of_treated = np.tile(np.repeat(np.array(arms, dtype=np.int32), strata), (size - strata) // (len(arms) * strata))
    return np.concatenate([of_treated, np.zeros(strata, dtype=np.int32)])
