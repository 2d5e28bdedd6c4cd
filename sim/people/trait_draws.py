"""Traits drawn from identities, compiled: rates, sensitivities, motives, interests; and people's first clocks."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import jit
from sim.draws import Decision, Identities, cell_middle, interpolated, keyed, normal_quantile
from sim.law.exponential import exponential_clocks, exponentials, logarithms
from sim.people import customer_columns as c
from sim.people.customer_columns import EMPTY_VALUES, INTS, CustomerColumns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class GammaTrait(NamedTuple):
    """A gamma trait: shape and rate, and the table of its quantiles."""

    shape: float
    rate: float
    table: Floats


class TraitNumbers(NamedTuple):
    """The numbers of a market that people are drawn from.

    `edges` are cumulative shares by interest, `closing` ordinals of the clocks of channels that people can leave.
    """

    lam: GammaTrait
    mu: GammaTrait
    nu: GammaTrait
    normal: Floats
    contact_response: float
    price_sensitivity: float
    service_sensitivity: float
    fit: float
    tag_accuracy: float
    benefit_seekers: float
    seeker_orders: float
    seeker_price: float
    edges: Floats
    closing: Ints
    leaving: float
    """Shape of the thresholds of leaving a channel or the contact; see `leaving_clocks`."""


class Keys(NamedTuple):
    """The key of people's random numbers, and the key of the numbers that set their traits."""

    events: np.uint64
    traits: np.uint64


_ORDER_RATE, _DRIFT_RATE, _SPEND_LEVEL = int(Decision.ORDER_RATE), int(Decision.DRIFT_RATE), int(Decision.SPEND_LEVEL)
_CONTACT, _PRICE = int(Decision.CONTACT_RESPONSE), int(Decision.PRICE_SENSITIVITY)
_SERVICE, _MOTIVE = int(Decision.SERVICE_SENSITIVITY), int(Decision.MOTIVE)
_INTEREST, _TAG, _OTHER_TAG = int(Decision.INTEREST), int(Decision.TAG), int(Decision.OTHER_TAG)
_DRIFT, _DELETION, _MUTE = int(Decision.DRIFT), int(Decision.DELETION), int(Decision.MUTE)
_PROBLEM, _INTERACTION = int(Decision.PROBLEM), int(Decision.INTERACTION)
_EMPTY_INTS = np.array([EMPTY_VALUES.get(name, 0) for name in INTS], dtype=np.int32)


@jit
def write_people(people: CustomerColumns, first: int, last: int, keys: Keys, numbers: TraitNumbers) -> None:
    """Write all columns but identity, stage, fit and orders of rows `first` to `last`, to whom nothing has happened.

    Columns one after the other: few enough rows that they stay near, and an instruction does several of them.
    """
    who, reals, normal = people.identity[first:last], people.reals, numbers.normal
    people.spent[first:last] = 0
    reals[:, first:last] = 0.0
    reals[c.LAST_COMPLAINT, first:last] = -math.inf
    for column in range(people.ints.shape[0]):
        if column != c.ORDERS:
            people.ints[column, first:last] = _EMPTY_INTS[column]
    traits = (
        (c.LAM, _ORDER_RATE), (c.MU, _DRIFT_RATE), (c.NU, _SPEND_LEVEL),
        (c.KAPPA, _CONTACT), (c.DELTA, _PRICE), (c.SIGMA, _SERVICE),
    )  # fmt: skip
    for column, decision in traits:
        write_uniforms(reals[column, first:last], who, keys.traits, decision, 0)
    make_gamma(reals[c.LAM, first:last], numbers.lam)
    make_gamma(reals[c.MU, first:last], numbers.mu)
    make_gamma(reals[c.NU, first:last], numbers.nu)
    make_log_normal(reals[c.KAPPA, first:last], numbers.contact_response, normal)
    make_log_normal(reals[c.DELTA, first:last], numbers.price_sensitivity, normal)
    make_log_normal(reals[c.SIGMA, first:last], numbers.service_sensitivity, normal)
    clocks = (
        (c.DRIFT_LEFT, _DRIFT, 0), (c.DELETE_LEFT, _DELETION, 0),
        (c.PROBLEM_LEFT, _PROBLEM, 1), (c.INTERACT_LEFT, _INTERACTION, 1),
    )  # fmt: skip
    for column, decision, ordinal in clocks:
        write_uniforms(reals[column, first:last], who, keys.events, decision, ordinal)
        exponential_clocks(reals[column, first:last])
    leaving_clocks(reals[c.DELETE_LEFT, first:last], numbers.leaving)
    for channel in range(numbers.closing.size):
        write_uniforms(people.closing_left[channel, first:last], who, keys.events, _MUTE, numbers.closing[channel])
        exponential_clocks(people.closing_left[channel, first:last])
        leaving_clocks(people.closing_left[channel, first:last], numbers.leaving)
    if numbers.edges.size > 0:
        write_interests(people.ints[c.INTEREST, first:last], people.ints[c.TAG, first:last], who, keys.traits, numbers)


@jit
def leaving_clocks(clocks: Floats, shape: float) -> None:
    """Replace mean-one exponential thresholds x by shape (e^(x / shape) - 1), shape (n,).

    These are Lomax: exponential ones of people whose readiness to leave is Gamma(shape, shape), of mean one.
    """
    for i in range(clocks.size):
        clocks[i] /= shape
    exponentials(clocks)
    for i in range(clocks.size):
        clocks[i] = shape * (clocks[i] - 1.0)


@jit
def write_interests(
    interests: npt.NDArray[np.int32],
    tags: npt.NDArray[np.int32],
    who: Identities,
    key: np.uint64,
    numbers: TraitNumbers,
) -> None:
    """What interests each and what the shop takes it to be, shape (n,); numbers of topics, 0 for none."""
    edges, of_interest, of_tag = numbers.edges, np.empty(who.size), np.empty(who.size)
    write_uniforms(of_interest, who, key, _INTEREST, 0)
    write_uniforms(of_tag, who, key, _TAG, 0)
    for i in range(who.size):
        interest = 0
        for topic in range(edges.size - 1, -1, -1):
            if of_interest[i] < edges[topic]:
                interest = topic + 1
        tag = interest
        if not of_tag[i] < numbers.tag_accuracy:
            tag = math.floor(edges.size * keyed(key, who[i], _OTHER_TAG, 0))
            if tag >= interest:
                tag += 1
        interests[i], tags[i] = interest, tag


@jit
def write_uniforms(out: Floats, who: Identities, key: np.uint64, decision: int, ordinal: int) -> None:
    """The uniform of one decision of each; shape (n,)."""
    for i in range(who.size):
        out[i] = cell_middle(key, who[i], decision, ordinal)


@jit
def make_gamma(u: Floats, trait: GammaTrait) -> None:
    """Replace uniforms by the gamma trait at them; shape (n,)."""
    make_thresholds(u, trait.table)
    for i in range(u.size):
        u[i] = trait.shape * u[i] / trait.rate


@jit
def make_log_normal(u: Floats, spread: float, normal: Floats) -> None:
    """Replace uniforms by the mean-one log-normal trait at them, shape (n,); `normal` is the table of quantiles."""
    if spread == 0.0:
        u[:] = 1.0
        return
    look_up(u, normal)
    for i in range(u.size):
        u[i] = spread * u[i] - 0.5 * spread**2
    exponentials(u)


@jit
def make_thresholds(u: Floats, table: Floats) -> None:
    """Replace uniforms by the thresholds at them (`draws.threshold`); shape (n,)."""
    if table.shape[0] == 0:
        exponential_clocks(u)
        return
    look_up(u, table)
    exponentials(u)


@jit
def look_up(u: Floats, table: Floats) -> None:
    """Replace uniforms by the tabulated function at their logits; shape (n,)."""
    rest = np.empty(u.size)
    for i in range(u.size):
        rest[i] = 1.0 - u[i]
    logarithms(u)
    logarithms(rest)
    for i in range(u.size):
        u[i] = interpolated(u[i] - rest[i], table)


@jit
def log_normal(u: float, spread: float, normal: Floats) -> float:
    """A mean-one log-normal trait at u; `normal` is the table of normal quantiles."""
    if spread == 0.0:
        return 1.0
    return math.exp(spread * normal_quantile(u, normal) - 0.5 * spread**2)


@jit
def is_seeker(key: np.uint64, who: np.uint64, numbers: TraitNumbers) -> bool:
    """Whether a prospect comes for the benefit, not for the goods; `key` is that of traits."""
    return keyed(key, who, _MOTIVE, 0) < numbers.benefit_seekers


@jit
def prospect_price_sensitivity(key: np.uint64, who: np.uint64, numbers: TraitNumbers) -> float:
    """How price-sensitive a prospect is, motive included; `key` is that of traits."""
    delta = log_normal(keyed(key, who, _PRICE, 0), numbers.price_sensitivity, numbers.normal)
    return delta * (numbers.seeker_price if is_seeker(key, who, numbers) else 1.0)
