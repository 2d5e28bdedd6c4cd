"""What was sent and offered on the days of a run whose people are known, as a `ShopHistory` has it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sim.scenario.shop_history import PastMessage, PastOffer, ShopHistory
from sim.state.daily_values import PHASES
from sim.state.offers_held import StandingOffer
from sim.state.run_state import RunState

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LAUNCH, _PROOF, _DEADLINE = PHASES


class ExposureRecord:
    """The messages and offers so far of n people, who stand in the rows of a run in the order in which they came in."""

    def __init__(self, days: int, people: int) -> None:
        self.row_of = np.full(people, -1, dtype=np.int64)
        """Rows of people, -1 before they have come in; shape (n,)."""
        self._who = np.zeros(0, dtype=np.int64)
        self._messages: list[PastMessage] = []
        self._sent: list[Mask] = []
        self._offers: list[PastOffer] = []
        self._places: dict[tuple[str, object, int], int] = {}
        self._offer = np.zeros((days, people), dtype=np.int16)

    def come_in(self, who: Ints, where: slice) -> None:
        """Note in which rows people of these numbers stand."""
        self.row_of[who] = np.arange(where.start, where.stop)
        self._who = np.append(self._who, who)

    def note(self, state: RunState) -> None:
        """Note what is sent and offered today."""
        results, who = state.results, self._who
        for place, touch in enumerate(results.touches):
            assert results.messages is not None
            goes = results.messages.sent[place]
            if not goes.any():
                continue
            mask = np.zeros(self.row_of.size, dtype=bool)
            mask[who[: goes.size][goes]] = True
            self._sent.append(mask)
            self._messages.append(
                PastMessage(
                    state.day,
                    touch.hour,
                    touch.programme,
                    touch.channel,
                    touch.content,
                    touch.items,
                    touch.style,
                    touch.topic,
                    touch.testimony,
                    touch.announces,
                )
            )
        self._note_offers(state)

    def _note_offers(self, state: RunState) -> None:
        numbers, starts = state.population.column("offer"), state.population.column("coupon_from")
        rows = np.flatnonzero(numbers)
        for number in np.unique(numbers[rows]).tolist():
            held = rows[numbers[rows] == number]
            # of a campaign's offer and a coupon that act together, the one that pulls more stands for both
            acts = max(state.results.offers.parts(number), key=lambda part: part.pull)
            if not acts.coupon:
                self._offer[state.day, self._who[held]] = 1 + self._place_of_campaign(state, acts)
                continue
            for start in np.unique(starts[held]).tolist():
                place = self._place_of_coupon(state, acts, start)
                self._offer[state.day, self._who[held[starts[held] == start]]] = 1 + place

    def _place_of_campaign(self, state: RunState, one: StandingOffer) -> int:
        plan = state.inputs.strategy.campaigns[one.name]
        lasts = math.ceil(plan.lasts)
        first = state.day + one.days_left - lasts
        past = PastOffer(
            f"campaigns.{one.name}", one.offer, first, lasts, plan.phases,
            prepare=plan.prepare, joint_design=plan.joint_design,
        )  # fmt: skip
        return self._place(past)

    def _place_of_coupon(self, state: RunState, one: StandingOffer, start: int) -> int:
        days = state.offers.coupons[one.coupon - 1].days
        phases = (_LAUNCH, *[_PROOF] * (days - 2), _DEADLINE)[:days]
        return self._place(PastOffer(one.name, one.offer, start, days, phases, coupon=True))

    def _place(self, past: PastOffer) -> int:
        key = (past.name, past.offer, past.first)
        if key not in self._places:
            self._places[key] = len(self._offers)
            self._offers.append(past)
        return self._places[key]

    def added_to(self, history: ShopHistory) -> ShopHistory:
        """A history of these people with what was noted."""
        return replace(
            history,
            messages=tuple(self._messages),
            sent=np.array(self._sent) if self._sent else None,
            offers=tuple(self._offers),
            offer=self._offer if self._offers else None,
            stated=True,
        )
