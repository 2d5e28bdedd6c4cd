"""Uniforms that belong to a person and an event.

Every draw is a pure function of (seed, replication, person, decision, ordinal): Philox4x32-10 (Salmon et al. 2011)
with a key mixed from seed and replication, and the counter (person, decision, ordinal). There is no state, so
nothing that happens to one person or in one mechanism can change the random numbers of another.
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.compiled import jit, jit_inlined

Floats = npt.NDArray[np.float64]
Identities = npt.NDArray[np.uint64]


class Decision(IntEnum):
    """What a uniform decides. Numbers are part of a draw's address: never reuse one for another decision."""

    ORDER_RATE = 1
    DRIFT_RATE = 2
    SPEND_LEVEL = 3
    CONTACT_RESPONSE = 4
    PRICE_SENSITIVITY = 5
    SERVICE_SENSITIVITY = 6
    FIT = 7
    ALIVE = 8
    RESIDUAL = 9
    MOTIVE = 10
    INTEREST = 11
    TAG = 12
    OTHER_TAG = 13
    ORDER = 16
    DRIFT = 17
    DELETION = 18
    PROBLEM = 19
    FIRST_ORDER = 20
    MUTE = 21
    INTERACTION = 22
    BASKET = 32
    STRETCH = 33
    PRIZE = 34
    PARCEL = 35
    QUESTION_TOUCH = 36
    QUESTION_ORDER = 37
    HANDLING_PRE_SALE = 38
    HANDLING_AFTER_SALE = 39
    HANDLING_COMPLAINT = 40
    DISPUTE = 41
    STOP = 42
    REFUND = 43
    DETECT = 44
    HOLDOUT = 48
    EXPOSURE = 49
    ADD = 50
    ADD_TIME = 51
    PROGRAMME = 52
    MECHANISM = 53
    WEEK_SHOCK = 64
    BELIEF = 65
    CAMPAIGN = 66
    LEVEL = 67
    PATIENCE_PRE_SALE = 68
    PATIENCE_AFTER_SALE = 69
    PATIENCE_COMPLAINT = 70
    QUESTION_PURCHASE = 71
    PURCHASE = 72
    ORDER_AGAIN = 73
    BOT_PRE_SALE = 74
    BOT_AFTER_SALE = 75
    CHARGEBACK = 80
    QUESTION_TIME = 90
    QUESTION_AFTER = 91
    RETURN = 105
    RETURN_TIME = 106
    START_LEAD = 110
    START_AGE = 111
    REDEEM = 145


_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)


@jit
def mix(x: np.uint64) -> np.uint64:
    """A bijection of 64-bit numbers in which every input bit moves every output bit (splitmix64's finaliser)."""
    z = x + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@jit_inlined
def cell_middle(key: np.uint64, person: np.uint64, decision: int, ordinal: int) -> float:
    """`keyed`, for loops that do nothing else: there several draws at once fit into the machine's wide registers."""
    k0 = np.uint64(key) & _LOW
    k1 = np.uint64(key) >> _32
    c0 = np.uint64(person) & _LOW
    c1 = np.uint64(person) >> _32
    c2 = np.uint64(ordinal) & _LOW
    c3 = np.uint64(decision) & _LOW
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c2 = (p0 >> _32) ^ c3 ^ k1
        c1 = p1 & _LOW
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    # with 53 bits the last cell's middle would round to 1, whose exponential is infinite
    bits = ((c0 >> np.uint64(6)) << np.uint64(26)) | (c1 >> np.uint64(6))
    return (float(bits) + 0.5) * (1.0 / 4503599627370496.0)


@jit
def keyed(key: np.uint64, person: np.uint64, decision: int, ordinal: int) -> float:
    """Uniform in (0, 1), the middle of one of 2^52 cells: Philox4x32-10 at (person, decision, ordinal)."""
    return cell_middle(key, person, decision, ordinal)


def replication_key(seed: int, replication: int) -> np.uint64:
    """The Philox key of the random numbers of one replication."""
    return np.uint64(mix(np.uint64((mix(np.uint64(seed)) + replication) % 2**64)))


def uniform(seed: int, replication: int, person: int, decision: int, ordinal: int) -> float:
    """One draw by its full address."""
    return float(keyed(replication_key(seed, replication), np.uint64(person), int(decision), int(ordinal)))


def uniforms(key: np.uint64, person: Identities, decision: int, ordinal: npt.NDArray[np.int64]) -> Floats:
    """Draws of one decision for many: `person` and `ordinal` of shape (n,); returns shape (n,)."""
    return np.asarray(keyed_each(key, person, decision, ordinal))


@jit
def keyed_each(key: np.uint64, person: Identities, decision: int, ordinal: npt.NDArray[np.integer]) -> Floats:
    """`uniforms`, for compiled functions."""
    out = np.empty(person.size)
    for i in range(person.size):
        out[i] = cell_middle(key, person[i], decision, ordinal[i])
    return out


def name_hash(name: str) -> int:
    """A 64-bit number for a name, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def daily(name: str, day: int) -> int:
    """The ordinal of what is drawn once a day under a name: days never share one, names hardly ever."""
    return (name_hash(name) % 2**16) * 2**16 + day % 2**16


def identities(source: str, day: int, slots: npt.NDArray[np.int64]) -> Identities:
    """Identities of the people who come from a source on a day, by slot; shape (n,)."""
    origin = np.uint64(origin_of(np.uint64(name_hash(source)), day))
    return _identities(origin, slots.astype(np.uint64))


@jit
def origin_of(source: np.uint64, day: int) -> np.uint64:
    """The number of a source's day: the identity of slot i is `mix(origin + i)`; `source` is the name's hash."""
    return mix(source ^ mix(np.uint64(day)))


@jit
def _identities(origin: np.uint64, slots: Identities) -> Identities:
    out = np.empty(slots.size, np.uint64)
    for i in range(slots.size):
        out[i] = mix(origin + slots[i])
    return out


def belief_uniform(seed: int, path: str, draw: int) -> float:
    """The uniform that places one market number, named by its path, in one draw of beliefs."""
    return uniform(seed, 0, name_hash(path), Decision.BELIEF, draw)


NODES_PER_UNIT = 256
LOGIT_END = 37.5


@lru_cache(maxsize=16)
def gamma_quantile_table(k: float) -> Floats:
    """Table for `threshold`: logs of Gamma(k, 1/k) quantiles and their slopes over the logit of u.

    Shape (m, 2) at the logits -37.5 to 37.5, 256 a unit. log Q is smooth in the logit at both ends (linear below,
    logarithmic above), so cubic Hermite pieces reach about 1e-13 relative. Empty for k = 1, which needs no table.
    """
    if k == 1.0:
        return _read_only(np.empty((0, 2)))
    from scipy.special import expit, gammainccinv, gammaincinv, gammaln

    v = _logits()
    low = v < 0.0  # the logits ascend, so these are the first; each half by the function that is exact there
    x = np.concatenate([gammaincinv(k, expit(v[low])), gammainccinv(k, expit(-v[~low]))])
    log_x = np.log(np.maximum(x, 1e-300))
    log_density = (k - 1.0) * log_x - x - gammaln(k)
    slope = np.exp(np.log(expit(v)) + np.log(expit(-v)) - log_density - log_x)
    return _read_only(np.stack([log_x - np.log(k), slope], axis=1))


@lru_cache(maxsize=1)
def normal_quantile_table() -> Floats:
    """Table for `normal_quantile`: quantiles of the standard normal and their slopes over the logit of u.

    Shape (m, 2), as `gamma_quantile_table`; the absolute error is about 1e-13.
    """
    from scipy.special import expit, ndtri

    v = _logits()
    z = np.copysign(ndtri(expit(-np.abs(v))), v)
    slope = np.exp(0.5 * z**2 + np.log(expit(v)) + np.log(expit(-v))) * math.sqrt(2.0 * math.pi)
    return _read_only(np.stack([z, slope], axis=1))


def _logits() -> Floats:
    return np.arange(-int(LOGIT_END * NODES_PER_UNIT), int(LOGIT_END * NODES_PER_UNIT) + 1) / NODES_PER_UNIT


def _read_only(table: Floats) -> Floats:
    table.flags.writeable = False
    return table


@jit
def threshold(u: float, table: Floats) -> float:
    """A mean-one threshold at u: Exponential where the table is empty, else Gamma(k, 1/k)."""
    if table.shape[0] == 0:
        return -math.log1p(-u)
    return math.exp(interpolated(math.log(u) - math.log1p(-u), table))


@jit
def normal_quantile(u: float, table: Floats) -> float:
    """The standard normal's quantile at u."""
    return interpolated(math.log(u) - math.log1p(-u), table)


@jit
def interpolated(v: float, table: Floats) -> float:
    """The tabulated function at a logit, by cubic Hermite pieces."""
    place = (v + LOGIT_END) * NODES_PER_UNIT
    j = int(place)
    if j < 0:
        j = 0
    if j > table.shape[0] - 2:
        j = table.shape[0] - 2
    t = place - j
    h = 1.0 / NODES_PER_UNIT
    s = 1.0 - t
    value: float = (
        s * s * (1.0 + 2.0 * t) * table[j, 0]
        + t * s * s * h * table[j, 1]
        + t * t * (3.0 - 2.0 * t) * table[j + 1, 0]
        - t * t * s * h * table[j + 1, 1]
    )
    return value


@jit
def thresholds(u: Floats, table: Floats) -> Floats:
    """`threshold` of each u; shape (n,)."""
    out = np.empty(u.size)
    for i in range(u.size):
        out[i] = threshold(u[i], table)
    return out


def gamma_quantiles(u: Floats, shape: float) -> Floats:
    """Quantiles of Gamma(shape, 1), from the table: relative error about 1e-13, and some 20 times faster than exact."""
    return np.asarray(shape * thresholds(u, gamma_quantile_table(shape)))
