"""A battery for the uniforms: known answers, uniformity, independence over all five fields, avalanche.

Every test is deterministic (the addresses are fixed). The bounds are such that a perfect generator would
break any one of the statistical tests with chance at most `FALSE_ALARM`, shared out over what that test
looks at. Weak generators are put through the same functions and must fail.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import gammainccinv, gammaincinv, ndtri
from scipy.stats import gamma, kstest

from sim.draws import (
    Decision,
    gamma_quantile_table,
    identities,
    keyed,
    name_hash,
    normal_quantile,
    normal_quantile_table,
    replication_key,
    threshold,
    uniform,
    uniforms,
)

FALSE_ALARM = 1e-4
FIELDS = ("seed", "replication", "person", "decision", "ordinal")
BITS = {"seed": 63, "replication": 48, "person": 64, "decision": 8, "ordinal": 31}
WORD = 2**32
Address = tuple[int, int, int, int, int]
Uniform = Callable[[int, int, int, int, int], float]


# --- Philox itself ---------------------------------------------------------------------------------


def philox(counter: tuple[int, int, int, int], key: tuple[int, int], rounds: int = 10) -> tuple[int, ...]:
    """Philox4x32 in plain integers, from its published round function."""
    a, b, c, d = counter
    k, m = key
    for _ in range(rounds):
        high, low = divmod(0xD2511F53 * a, WORD)
        high2, low2 = divmod(0xCD9E8D57 * c, WORD)
        a, b, c, d = high2 ^ b ^ k, low2, high ^ d ^ m, low
        k, m = (k + 0x9E3779B9) % WORD, (m + 0xBB67AE85) % WORD
    return a, b, c, d


def as_uniform(words: tuple[int, ...]) -> float:
    return ((words[0] >> 6) * 2**26 + (words[1] >> 6) + 0.5) / 2**52


@pytest.mark.parametrize(
    ("counter", "key", "answer"),
    [
        ((0,) * 4, (0,) * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((WORD - 1,) * 4, (WORD - 1,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_answers(
    counter: tuple[int, int, int, int], key: tuple[int, int], answer: str
) -> None:
    words = philox(counter, key)
    assert " ".join(f"{w:08x}" for w in words) == answer
    person, ordinal, decision = counter[0] + counter[1] * WORD, counter[2], counter[3]
    packed = np.uint64(key[0] + key[1] * WORD)
    assert keyed(packed, np.uint64(person), decision, ordinal) == as_uniform(words)


def test_keyed_is_philox_at_the_address() -> None:
    rng = np.random.default_rng(1)
    for _ in range(500):
        key, person = (int(x) for x in rng.integers(0, 2**64, 2, dtype=np.uint64))
        decision, ordinal = int(rng.integers(0, 100)), int(rng.integers(0, 2**31))
        words = philox((person % WORD, person // WORD, ordinal, decision), (key % WORD, key // WORD))
        assert keyed(np.uint64(key), np.uint64(person), decision, ordinal) == as_uniform(words)


# --- uniform, one by one ---------------------------------------------------------------------------


def test_every_decision_is_uniform() -> None:
    people = identities("search", 3, np.arange(20_000))
    ordinal = np.zeros(people.size, np.int64)
    for decision in Decision:
        u = uniforms(replication_key(7, 3), people, decision, ordinal)
        assert kstest(u, "uniform").pvalue > FALSE_ALARM / len(Decision), decision.name


@pytest.mark.parametrize("field", FIELDS)
def test_a_walk_along_any_field_is_uniform(field: str) -> None:
    u = [uniform(*moved((5, 2, 11, 16, 1), {field: i})) for i in range(20_000)]
    assert kstest(u, "uniform").pvalue > FALSE_ALARM / len(FIELDS)


def test_ends_are_never_reached() -> None:
    assert 0.0 < as_uniform((0, 0, 0, 0)) < as_uniform((0, 64, 0, 0))
    assert as_uniform((WORD - 1, WORD - 65, 0, 0)) < as_uniform((WORD - 1, WORD - 1, 0, 0)) < 1.0


# --- independent of the neighbours -----------------------------------------------------------------


def moved(address: Address, by: dict[str, int]) -> Address:
    a, b, c, d, e = (x + by.get(f, 0) for x, f in zip(address, FIELDS, strict=True))
    return a, b, c, d, e


def bases(n: int) -> list[Address]:
    """Addresses as runs use them: small seeds, replications and ordinals, mixed identities."""
    rng = np.random.default_rng(2)
    people = [int(x) for x in identities("search", 1, np.arange(n))]
    return [
        (int(s), int(r), p, int(d), int(o))
        for s, r, p, d, o in zip(
            rng.integers(0, 50, n),
            rng.integers(0, 50, n),
            people,
            rng.integers(1, 60, n),
            rng.integers(0, 50, n),
            strict=True,
        )
    ]


def worst_correlation(draw: Uniform, one: dict[str, int], other: dict[str, int], n: int = 10_000) -> float:
    """|z| of the correlation between draws at two places near each of n addresses."""
    u = np.array([draw(*moved(a, one)) for a in bases(n)])
    v = np.array([draw(*moved(a, other)) for a in bases(n)])
    return abs(float(np.corrcoef(u, v)[0, 1])) * float(np.sqrt(n))


NEIGHBOURS: list[tuple[dict[str, int], dict[str, int]]] = [({}, {f: 1}) for f in FIELDS] + [
    ({f: 1}, {g: 1}) for f, g in itertools.combinations(FIELDS, 2)
]
Z_BOUND = NormalDist().inv_cdf(1.0 - FALSE_ALARM / len(NEIGHBOURS) / 2.0)


@pytest.mark.parametrize(("one", "other"), NEIGHBOURS)
def test_neighbours_are_uncorrelated(one: dict[str, int], other: dict[str, int]) -> None:
    assert worst_correlation(uniform, one, other) < Z_BOUND


def test_addresses_that_share_a_sum_are_told_apart() -> None:
    """The twin: a generator that adds its fields up fails the test above."""

    def sum_only(seed: int, replication: int, person: int, decision: int, ordinal: int) -> float:
        return uniform(seed + replication, 0, person, decision + ordinal, 0)

    assert worst_correlation(sum_only, {"seed": 1}, {"replication": 1}) > Z_BOUND
    assert worst_correlation(sum_only, {"decision": 1}, {"ordinal": 1}) > Z_BOUND


# --- avalanche -------------------------------------------------------------------------------------


def flips(draw: Uniform, field: str, bit: int, n: int) -> npt.NDArray[np.float64]:
    """How often each of the 52 output bits flips when one input bit does; shape (52,)."""
    place = FIELDS.index(field)
    count = np.zeros(52)
    for address in bases(n):
        changed = list(address)
        changed[place] ^= 1 << bit
        a, b, c, d, e = changed
        differ = int(draw(*address) * 2**52) ^ int(draw(a, b, c, d, e) * 2**52)
        count += [(differ >> i) & 1 for i in range(52)]
    return count / n


def worst_flip(draw: Uniform, field: str, n: int = 400) -> float:
    """Largest |z| of a flip frequency from one half, over all input and output bits."""
    shares = np.concatenate([flips(draw, field, bit, n) for bit in range(BITS[field])])
    return float(np.abs(shares - 0.5).max() * 2.0 * np.sqrt(n))


@pytest.mark.parametrize("field", FIELDS)
def test_flipping_any_bit_flips_half_of_the_output(field: str) -> None:
    looked_at = 52 * sum(BITS.values())
    assert worst_flip(uniform, field) < NormalDist().inv_cdf(1.0 - FALSE_ALARM / looked_at / 2.0)


def test_two_rounds_are_not_enough() -> None:
    """The twin: Philox cut to two rounds fails the test above by far."""

    def cut(seed: int, replication: int, person: int, decision: int, ordinal: int) -> float:
        key = int(replication_key(seed, replication))
        counter = (person % WORD, person // WORD, ordinal, decision)
        return as_uniform(philox(counter, (key % WORD, key // WORD), rounds=2))

    assert worst_flip(cut, "ordinal", n=50) > 5.9


# --- alignment and identities ----------------------------------------------------------------------


def test_a_draw_does_not_depend_on_who_else_is_drawn() -> None:
    people = identities("search", 0, np.arange(1000))
    ordinal = np.arange(1000) % 7
    key = replication_key(1, 65536)
    all_of_them = uniforms(key, people, Decision.BASKET, ordinal)
    some = np.random.default_rng(3).permutation(1000)[:100]
    assert np.array_equal(uniforms(key, people[some], Decision.BASKET, ordinal[some]), all_of_them[some])
    i = int(some[0])
    assert uniform(1, 65536, int(people[i]), Decision.BASKET, int(ordinal[i])) == all_of_them[i]


def test_nobody_exists_twice() -> None:
    everyone = np.concatenate(
        [identities(name, day, np.arange(2000)) for name in ("start", "search", "card") for day in range(50)]
    )
    assert np.unique(everyone).size == everyone.size


def test_an_identity_does_not_depend_on_how_many_come() -> None:
    assert identities("search", 4, np.arange(5, 6))[0] == identities("search", 4, np.arange(9))[5]


def test_names_hash_alike_on_every_machine() -> None:
    assert name_hash("start") == 17800782320645383840
    assert name_hash("私域") != name_hash("start")


def test_decisions_have_numbers_of_their_own() -> None:
    assert len({int(d) for d in Decision}) == len(Decision.__members__)


# --- thresholds ------------------------------------------------------------------------------------

SHAPES = (1.05, 1.5, 2.0, 3.7, 8.0, 20.0)


@pytest.mark.parametrize("k", SHAPES)
def test_the_threshold_table_is_the_gamma_quantile(k: float) -> None:
    table = gamma_quantile_table(k)
    logits = np.linspace(-34.0, 34.0, 20_011)
    low = logits < 0.0
    u = np.where(low, np.exp(logits) / (1.0 + np.exp(logits)), 1.0 / (1.0 + np.exp(-logits)))
    exact = np.where(low, gammaincinv(k, u), gammainccinv(k, 1.0 - u)) / k
    ours = np.array([threshold(x, table) for x in u])
    assert np.abs(ours / exact - 1.0).max() < 1e-12


def test_the_normal_table_is_the_normal_quantile() -> None:
    table = normal_quantile_table()
    tail = 0.5 * np.exp(-np.linspace(0.0, 34.0, 5_003))
    low = np.array([normal_quantile(u, table) for u in tail])
    high = np.array([normal_quantile(1.0 - u, table) for u in tail])
    assert np.abs(low - ndtri(tail)).max() < 1e-12
    assert np.abs(high - ndtri(1.0 - tail)).max() < 1e-12


def test_without_a_table_thresholds_are_exponential() -> None:
    table = gamma_quantile_table(1.0)
    for u in (1e-12, 0.3, 0.999999):
        assert threshold(u, table) == pytest.approx(-np.log1p(-u), rel=1e-15)


@pytest.mark.parametrize("k", [1.0, *SHAPES])
def test_thresholds_are_distributed_as_gamma_with_mean_one(k: float) -> None:
    people = identities("start", 0, np.arange(20_000))
    u = uniforms(replication_key(1, 1), people, Decision.ORDER, np.full(people.size, 2))
    table = gamma_quantile_table(k)
    ours = np.array([threshold(x, table) for x in u])
    assert kstest(ours, gamma(k, scale=1.0 / k).cdf).pvalue > FALSE_ALARM / (len(SHAPES) + 1)
    wrong = gamma(k * 1.1, scale=1.0 / k).cdf
    assert kstest(ours, wrong).pvalue < FALSE_ALARM / (len(SHAPES) + 1)
