"""What a staff reaches: shares answered, utilisation by hour, backlog and cost, with Erlang A beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from experiments.output.json_answers import clean
from experiments.output.market_words import MarketWords
from experiments.staffing.erlang import ErlangLine
from sim.firm.staff import agent_days, seat_costs, staff_of

if TYPE_CHECKING:
    from experiments.staffing.service_goal import ServiceGoal
    from experiments.staffing.ticket_streams import TicketStream
    from sim.scenario import Scenario, Shift

HOURS = 24


@dataclass(frozen=True)
class HourOfDay:
    """One hour of the day, in the mean of all days and draws.

    `tickets` come in it for the staff, `agents` are there, and could answer `capacity` tickets. `utilisation`: time
    that work is in hand, over the agents' time with overtime, times the chats that one may have. `answered`: of the
    questions that come while somebody is there, the share answered in time. `erlang`: that share by Erlang A. Those
    that have nothing to divide by are nan.
    """

    hour: int
    tickets: float
    agents: float
    capacity: float
    utilisation: float
    answered: float
    erlang: float


@dataclass(frozen=True)
class StaffAnswer:
    """The staff found, and what was measured of it in runs with it; one entry of `answered` for each draw.

    `kept` is the share of draws that keep the goal, `backlog` the people who wait as the desk closes, in the mean of
    days, `ticket_cost` is in cents. `certain` says that no number of the market is uncertain.
    """

    arm: str
    goal: ServiceGoal
    chance: float
    shifts: tuple[Shift, ...]
    kept: float
    answered: tuple[float, ...]
    utilisation: float
    abandoned: float
    backlog: float
    by_bot: float
    ticket_cost: float
    currency: str
    hours: tuple[HourOfDay, ...]
    certain: bool = False

    @property
    def markets(self) -> MarketWords:
        """Whether runs are of several plausible markets: of one where there is one draw, or nothing is uncertain."""
        draws = len(self.answered)
        return MarketWords(draws, one=self.certain or draws == 1)

    def to_json(self) -> dict[str, Any]:
        """Shares as fractions, costs in cents, hours from 0 to 23; None for what has nothing to divide by."""
        shifts = [
            {"agents": one.agents, "hours": list(one.hours), "days": list(one.days), "skills": list(one.skills)}
            for one in self.shifts
        ]
        return clean(
            {
                "arm": self.arm,
                "goal": {"share": self.goal.share, "days": self.goal.time},
                "chance": self.chance,
                "shifts": shifts,
                "kept_in": self.kept,
                "answered_in_time": list(self.answered),
                "utilisation": self.utilisation,
                "abandoned": self.abandoned,
                "backlog_at_closing": self.backlog,
                "answered_by_bot": self.by_bot,
                "cost_a_ticket": self.ticket_cost,
                "currency": self.currency,
                "hours": [vars(hour) for hour in self.hours],
            }
        )


def measured_staff(
    arm: str, goal: ServiceGoal, chance: float, shifts: tuple[Shift, ...], streams: Sequence[TicketStream]
) -> StaffAnswer:
    """What the staff of these runs reaches, one for each draw."""
    scenario = streams[0].scenario
    shares = [stream.answered_within(goal.time) for stream in streams]
    return StaffAnswer(
        arm=arm,
        goal=goal,
        chance=chance,
        shifts=shifts,
        kept=share_kept(shares, goal),
        answered=tuple(shares),
        utilisation=_mean([_worked(stream) for stream in streams]),
        abandoned=_mean([stream.abandoned() for stream in streams]),
        backlog=_mean([stream.backlog() for stream in streams]),
        by_bot=_mean([float(stream.questions["solved"].mean()) for stream in streams if stream.questions.size]),
        ticket_cost=_mean([_cost(stream) / max(stream.tickets, 1) for stream in streams]),
        currency=scenario.market.money.currency,
        hours=tuple(_hours(streams, goal)),
    )


def share_kept(shares: Sequence[float], goal: ServiceGoal) -> float:
    """Share of draws that keep the goal; a market in which nobody asks does."""
    return float(np.mean([math.isnan(share) or share >= goal.share for share in shares]))


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.mean(known)) if known else math.nan


def _worked(stream: TicketStream) -> float:
    """Share of the staff's time, times the chats that one may have in hand, that work takes."""
    there = float(agent_days(staff_of(stream.scenario)).sum()) + stream.overtime
    places = there * stream.scenario.strategy.service.parallel_chats
    return float(stream.worked[:, 0].sum()) / places if there > 0.0 else math.nan


def _cost(stream: TicketStream) -> float:
    """Wages, overtime, seats and bot over the whole run, cents."""
    scenario, money = stream.scenario, stream.scenario.market.money
    paid = float(agent_days(staff_of(scenario)).sum()) + money.overtime * stream.overtime
    bot = money.bot * scenario.run.days + money.bot_question * stream.questions.size
    return money.wage * paid + float(seat_costs(scenario).sum()) + (bot if scenario.strategy.service.bot else 0.0)


# --- by hour of the day -----------------------------------------------------------------------------


def _hours(streams: Sequence[TicketStream], goal: ServiceGoal) -> list[HourOfDay]:
    scenario = streams[0].scenario
    each = 1.0 / (len(streams) * scenario.run.days)
    rows = np.concatenate([stream.rows for stream in streams])
    asked = np.concatenate([stream.asked for stream in streams])
    waits, coming = rows["start"] - rows["arrival"], np.asarray(rows["arrival"] % 1.0 * HOURS, dtype=np.int64)
    for_staff, chats = (rows["row"] >= 0) & ~rows["solved"], scenario.strategy.service.parallel_chats
    agents, found = _agents_by_hour(scenario), list[HourOfDay]()
    in_hand, overtime = np.sum([stream.worked for stream in streams], axis=0).T * each * HOURS
    handling = float(rows["handling"][for_staff].mean())
    for hour in range(HOURS):
        here = for_staff & (coming == hour)
        tickets, there = float(here.sum()) * each, float(agents[hour])
        share = float((waits <= goal.time)[here & asked].mean()) if (here & asked).any() else math.nan
        capacity = there * _speed(scenario) / (handling * HOURS)
        places = (there + float(overtime[hour])) * chats
        used = float(in_hand[hour]) / places if places > 0.0 else math.nan
        erlang, patience = math.nan, _patience(scenario, rows["kind"][here])
        if here.any() and there > 0.0:
            own = float(rows["handling"][here].mean())
            line = ErlangLine(max(1, round(there)), tickets * HOURS, own, patience)
            erlang = line.answered_within(goal.time)
        found.append(HourOfDay(hour, tickets, there, capacity, used, share, erlang))
    return found


def _agents_by_hour(scenario: Scenario) -> npt.NDArray[np.float64]:
    """Agents who are there in each hour of the day, in the mean of all days; shape (24,)."""
    staff, starts = staff_of(scenario), np.arange(HOURS) / HOURS
    opens, closes = staff.opens[:, None], staff.closes[:, None]
    part = np.clip(np.minimum(closes, starts + 1.0 / HOURS) - np.maximum(opens, starts), 0.0, None) * HOURS
    return np.asarray((np.diff(staff.agents) * staff.present.mean(axis=1)) @ part)


def _speed(scenario: Scenario) -> float:
    """What an agent with the best number of chats allowed does, relative to one at a time."""
    slower = 1.0 + scenario.market.service.chat_slowdown
    return max(n / slower ** (n - 1) for n in range(1, scenario.strategy.service.parallel_chats + 1))


def _patience(scenario: Scenario, kinds: npt.NDArray[np.int64]) -> float:
    """Mean patience of tickets of these kinds, days; infinite for none."""
    patience = scenario.market.service.patience
    means = np.array([patience.pre_sale, patience.after_sale, patience.complaint])
    return float(means[kinds].mean()) if kinds.size else math.inf
