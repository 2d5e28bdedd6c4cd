"""The joint posterior of need and responses under a history, on a small law in the place of the engine's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest

from calibration.levels.calendar_levels import shift_covariance
from calibration.model.importance import NoDraws, systematic
from calibration.model.optimisation import one_thread
from calibration.model.priors import LEVEL_SHIFT, ORDER_MEAN, ORDER_SHAPE, WEEK_SHOCK, Z95
from calibration.responses import fitted_under_history
from calibration.responses.best_fit import BestFit, best_fit
from calibration.responses.common_shocks import level_covariance, shared_weeks
from calibration.responses.coreset import RememberedDensity, coreset_of
from calibration.responses.draws.axis_scan import along_axes
from calibration.responses.draws.density_emulator import NormalApproximation, fitted_emulator, normal_approximation
from calibration.responses.draws.hamiltonian_chains import chains
from calibration.responses.draws.response_draws import (
    CHECKED,
    ResponseSample,
    best_rounds,
    flattened,
    log_weights,
    pooled,
    response_draws,
    smoothed,
    trusted,
    weighted_points,
)
from calibration.responses.people_part import people_of, repeats_of_days, until_day
from calibration.responses.response_density import HistoryEvidence, ResponseDensity, moves, weekly_sums
from calibration.responses.response_fit import ResponsePrior, fit_responses
from calibration.responses.unknowns import JointBelief, Unknowns, unknowns_of
from scenarios import load_market
from sim.scenario import ShopHistory
from tests.json_page import assert_documented

from .history_stand_in import PlainEvidence, planted
from .test_shared_weeks import KNOWN

Floats = npt.NDArray[np.float64]

LIFT, HALF_LIFE, UNTOLD = "market.attention.max_lift", "market.attention.half_life", "market.fatigue.most"
PATHS = [LIFT, HALF_LIFE, UNTOLD, ORDER_MEAN, ORDER_SHAPE, WEEK_SHOCK, LEVEL_SHIFT]


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def everything() -> Unknowns:
    prior = load_market("library:base")
    return unknowns_of(prior.market, prior.beliefs, regular=True)


@pytest.fixture(scope="module")
def few(everything: Unknowns) -> Unknowns:
    """Of orders that are independent of each other, as those of the stand-in are."""
    independent = replace(everything.base, need=replace(everything.base.need, regularity=1.0))
    return replace(everything.only(PATHS), base=independent)


def truth(unknowns: Unknowns, seed: int) -> Floats:
    """A draw from the prior, with need more frequent than the prior's so that there are orders."""
    z = np.random.default_rng([seed, 1]).standard_normal(len(unknowns))
    z[unknowns.paths.index(ORDER_MEAN)] = 2.0 + 0.3 * z[unknowns.paths.index(ORDER_MEAN)]
    return z


def fitted(evidence: HistoryEvidence, unknowns: Unknowns, shared: bool = True) -> tuple[ResponseDensity, BestFit]:
    density = ResponseDensity(evidence, unknowns, shared)
    first = best_fit(ResponseDensity(evidence, unknowns, shared=False), np.zeros(len(unknowns)), silent)
    return density, best_fit(density, first.at, silent) if shared else first


def drawn(evidence: HistoryEvidence, unknowns: Unknowns, shared: bool = True) -> ResponseSample:
    density, fit = fitted(evidence, unknowns, shared)
    value = density.value
    about = normal_approximation(fit.at, fit.bend.precision)
    return response_draws(value, about, 400, (np.random.default_rng(1), silent))


# --- numbers ---------------------------------------------------------------------------------------


def test_a_belief_is_standard_normal_in_z(everything: Unknowns) -> None:
    for z, name in ((-Z95, "p5"), (0.0, "median"), (Z95, "p95")):
        values = everything.values(np.full(len(everything), z))
        plain = ~everything.whole & ~np.isin(everything.paths, (ORDER_MEAN, ORDER_SHAPE))
        asked = np.array([getattr(belief, name) for belief in everything.beliefs])
        assert values[plain] == pytest.approx(asked[plain], rel=1e-6, abs=1e-9)
        rates = everything.only([ORDER_MEAN, ORDER_SHAPE])
        assert rates.values(np.full(2, z)) == pytest.approx([getattr(b, name) for b in rates.beliefs], rel=1e-6)


def test_more_benefit_seekers_leave_the_rates_of_all_people_as_they_are(everything: Unknowns) -> None:
    place = everything.paths.index("market.people.benefit_seekers")
    z = np.zeros((2, len(everything)))
    z[1, place] = 1.5
    rates = []
    for market in map(everything.market, z):
        b, f, law = market.people.benefit_seekers, market.people.seeker_orders, market.need.order_rate
        second = law.mean**2 * (1.0 + 1.0 / law.shape)
        rates.append((law.mean * (1.0 - b + b * f), second * (1.0 - b + b * f**2)))
    assert rates[0] == pytest.approx(rates[1], rel=1e-6)
    assert everything.market(z[0]).need.order_rate.mean < 0.95 * everything.market(z[1]).need.order_rate.mean


def test_values_and_places_are_inverse_and_a_market_holds_them(few: Unknowns) -> None:
    z = np.array([0.7, -1.1, 0.3, 1.2, -0.4, 0.9, -2.0])
    values = dict(zip(few.paths, few.values(z).tolist(), strict=True))
    assert few.positions(values) == pytest.approx(z)
    assert few.market(z).attention.max_lift == values[LIFT]
    assert few.market(z).need.order_rate.shape == values[ORDER_SHAPE]
    assert few.market(z).trust == few.base.trust


# --- shared weeks ----------------------------------------------------------------------------------


def test_shared_weeks_are_integrated_as_quadrature_does() -> None:
    rng = np.random.default_rng(0)
    due = np.full(30, 50.0)
    seen = rng.poisson(due * np.exp(0.2 * rng.standard_normal(30))).astype(float)
    u = np.linspace(-2.0, 2.0, 4001)
    logs = seen[:, None] * u - due[:, None] * np.expm1(u) - 0.5 * (u / 0.2 + 0.1) ** 2  # of mean -0.02
    exact = np.log(np.trapezoid(np.exp(logs), u) / np.sqrt(2.0 * np.pi) / 0.2).sum()
    assert shared_weeks(seen, due, level_covariance(30, 0.2, 0.0), KNOWN).value == pytest.approx(exact, abs=0.05)
    with_shifts = shared_weeks(seen, due, level_covariance(30, 0.2, 0.01), KNOWN)
    matrix = 0.04 * np.eye(30) + 1e-4 * shift_covariance(30)
    expected = np.linalg.inv(np.linalg.inv(matrix) + np.diag(due * np.exp(with_shifts.levels)))
    assert with_shifts.shrunk == pytest.approx(expected, abs=1e-8)


def test_levels_that_all_weeks_share_are_as_well_rates(few: Unknowns) -> None:
    """The integral over two weeks' levels of what people's orders say under them, on a fine grid; with rates that are
    known beforehand in its place it is off."""
    z = few.positions({LIFT: 0.4, ORDER_MEAN: 0.15, ORDER_SHAPE: 1.5, WEEK_SHOCK: 0.3, LEVEL_SHIFT: 0.1})
    market = few.market(z)
    evidence = planted(market, 400, 14, 1)
    covariance = level_covariance(2, 0.3, 0.1)
    line = np.linspace(-1.2, 1.2, 49)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    logs = np.array([evidence.log_likelihoods(market, np.repeat(u, 7)).sum() for u in grid])
    above = grid + 0.5 * covariance.diagonal()
    logs -= 0.5 * np.einsum("ij,ij->i", above @ np.linalg.inv(covariance), above)
    whole = np.log(np.exp(logs - logs.max()).sum() * (line[1] - line[0]) ** 2) + logs.max()
    whole -= 0.5 * np.linalg.slogdet(2.0 * np.pi * covariance)[1] + 0.5 * float(z @ z)
    density = ResponseDensity(evidence, few)
    known = density.tell(z)
    rates_known = shared_weeks(weekly_sums(evidence.seen), known.due, covariance, KNOWN).value
    assert density.of(z, known) == pytest.approx(whole, abs=0.05)
    assert abs(density.of(z, known) - density.weeks(z, known.due).value + rates_known - whole) > 0.3


@pytest.mark.parametrize("seed", [9, 14])
def test_the_best_fit_is_higher_than_the_truth(few: Unknowns, seed: int) -> None:
    """Where many orders and large shocks make scores differ far more than the density bends."""
    z = truth(few, seed)
    density, fit = fitted(planted(few.market(z), 400, 364, seed), few)
    assert fit.converged
    assert density.value(fit.at) > density.value(z)


def test_without_shared_weeks_responses_look_far_too_sure(few: Unknowns) -> None:
    """All were written to on the same days, so each week is one observation, however many people there are."""
    evidence = planted(few.market(truth(few, 4)), 300, 364, 4)
    with_weeks, without = drawn(evidence, few), drawn(evidence, few, shared=False)
    assert trusted(with_weeks)
    lift, untold = few.paths.index(LIFT), few.paths.index(UNTOLD)
    assert without.points[:, lift].std() < 0.6 * with_weeks.points[:, lift].std()
    error = 1.0 / np.sqrt(with_weeks.effective_sample_size)
    assert with_weeks.points[:, untold].std() == pytest.approx(1.0, abs=3.5 * error)
    assert with_weeks.points[:, untold].mean() == pytest.approx(0.0, abs=3.5 * error)


def test_what_orders_do_not_tell_of_keeps_its_prior(few: Unknowns) -> None:
    """Density, slope and precision are those of a standard normal, counted once."""
    density = ResponseDensity(planted(few.market(truth(few, 4)), 40, 70, 4), few)
    untold = few.paths.index(UNTOLD)
    z, away = truth(few, 4), np.zeros(len(few))
    z[untold], away[untold] = 0.5, 1.0
    bend = density.bend(z, density.differences(z, density.tell(z)))
    assert density.value(z) - density.value(z + away) == pytest.approx(0.5 * (1.5**2 - 0.5**2))
    assert bend.slope[untold] == pytest.approx(-0.5)
    assert bend.precision[untold] == pytest.approx(away)
    assert bend.precision.diagonal().max() > 2.0


def test_weeks_begin_on_the_first_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the shared shocks, and those of lasting levels, which leave out a last part of a week."""
    daily = np.arange(17.0)
    assert weekly_sums(daily).tolist() == [21.0, 70.0 + 14.0 + 15.0 + 16.0]
    given: list[tuple[Floats, Floats]] = []
    monkeypatch.setattr(fitted_under_history, "calendar_levels", lambda weeks, *rest: given.append(weeks))
    found, past = SimpleNamespace(seen=daily, due=daily[::-1]), SimpleNamespace(start=date(2025, 1, 1))
    settings = SimpleNamespace(beliefs={}, draws=10, seed=1)
    fitted_under_history.levels_net_of(found, past, settings)  # type: ignore[arg-type]
    assert [sums.tolist() for sums in given[0]] == [[21.0, 70.0], [91.0, 42.0]]


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say(few: Unknowns) -> None:
    inside: dict[bool, list[npt.NDArray[np.bool_]]] = {True: [], False: []}
    for seed in range(40):
        z = truth(few, seed)
        evidence = planted(few.market(z), 400, 364, seed)
        for shared, rows in inside.items():
            low, high = np.percentile(drawn(evidence, few, shared).points, [5, 95], axis=0)
            rows.append((low <= z) & (z <= high))
    lift, learned = (
        few.paths.index(LIFT),
        [few.paths.index(path) for path in (LIFT, HALF_LIFE, ORDER_SHAPE, WEEK_SHOCK)],
    )
    assert np.mean(inside[True], axis=0)[learned].min() >= 0.75
    assert 0.84 <= np.mean(np.array(inside[True])[:, learned]) <= 0.97
    assert np.mean(inside[False], axis=0)[lift] < 0.75


# --- search and draws ------------------------------------------------------------------------------


def test_numbers_that_orders_tell_of_are_found(everything: Unknowns, few: Unknowns) -> None:
    evidence = planted(few.market(truth(few, 4)), 100, 200, 4)
    some = everything.only([*PATHS, "market.returns.share"])
    density = ResponseDensity(evidence, some)
    found = dict(zip(some.paths, moves(density, density, np.zeros(len(some)), silent), strict=True))
    assert found["market.returns.share"] == found[UNTOLD] == 0.0
    assert min(found[path] for path in (LIFT, HALF_LIFE, ORDER_MEAN, ORDER_SHAPE)) > 1.0


def bent(z: Floats) -> float:
    """A log density with a bent ridge in two of three numbers; the third is as the prior has it."""
    return float(-0.5 * (z[0] / 0.5) ** 2 - 0.5 * ((z[1] - z[0] ** 2) / 0.4) ** 2 - 0.5 * z[2] ** 2)


def test_weighted_draws_and_chains_agree() -> None:
    about = normal_approximation(np.zeros(3), np.diag([4.0, 6.25, 1.0]))
    rng = np.random.default_rng(1)
    x = rng.standard_normal((120, 3))
    first = x, np.array([bent(place) for place in about.places(x)])
    found, emulator = weighted_points(bent, about, first, (1000, rng, silent))
    assert emulator is not None
    begin = found.x[systematic(found.weights, 4, rng)]
    walked = chains(lambda x: bent(about.places(x[None])[0]), emulator.slope, begin, (1000, rng, silent))
    for points in (found.x[systematic(found.weights, 1000, rng)], walked.points):
        points = about.places(points)
        # An effective sample size of 100 or more.
        assert points.mean(axis=0) == pytest.approx([0.0, 0.25, 0.0], abs=0.25)
        assert points.std(axis=0) == pytest.approx([0.5, np.hypot(0.4, 0.3536), 1.0], abs=0.2)


@one_thread()
def test_draws_of_a_cheaper_density_are_weighed_by_the_true_one() -> None:
    about = normal_approximation(np.zeros(3), np.diag([4.0, 6.25, 1.0]))
    asked: list[Floats] = []

    def counted(z: Floats) -> float:
        asked.append(z)
        return bent(z)

    def tilted(z: Floats) -> float:
        return bent(z) + 0.5 * float(z[2])  # with it the third number has mean 0.5

    found = response_draws(counted, about, 400, (np.random.default_rng(1), silent), lambda: tilted)
    assert 100 + 3 * 3 < len(asked) <= 100 + 3 * 3 + CHECKED
    checked = asked[100 + 3 * 3 :]
    assert len({tuple(z) for z in checked}) == len(checked)
    assert found.points[:, 2].mean() == pytest.approx(0.0, abs=0.25)
    alone = response_draws(tilted, about, 400, (np.random.default_rng(1), silent))
    assert alone.points[:, 2].mean() > 0.3
    narrow = response_draws(
        bent, about, 400, (np.random.default_rng(1), silent), lambda: lambda z: bent(z) - 10.0 * z[2] ** 2
    )
    assert trusted(found)
    assert not trusted(narrow)


@one_thread()
def test_weights_that_are_all_but_equal_have_no_tail_that_matters() -> None:
    about = normal_approximation(np.zeros(3), np.diag([4.0, 6.25, 1.0]))

    def off(z: Floats) -> float:
        return bent(z) - 1e-5 / (1.0 - np.modf(1e4 * abs(float(z[0])))[0]) ** 1.5  # a tail of shape 1.5

    said: list[str] = []
    found = response_draws(bent, about, 400, (np.random.default_rng(1), said.append), lambda: off)
    assert float(said[-1].partition("Pareto shape ")[2].partition(",")[0]) > 0.7
    assert trusted(found)


@pytest.mark.parametrize("size", [1, 3, 4, 30])
def test_few_weights_have_no_tail(size: int) -> None:
    logs = np.append(-np.arange(float(size)), -np.inf)
    assert smoothed(logs) == pytest.approx(np.exp(logs) / np.exp(logs).sum())


def test_few_people_with_weights_stand_for_all(few: Unknowns) -> None:
    """Of three shops: what the few miss, as a part of how far the density spreads, and as one of what people miss who
    all have the same weight. The mean over shops is judged: of eight shops, two are a little above (.101 and .104)."""
    parts = np.array([missed_by_few(few, seed) for seed in (3, 4, 5)])
    assert parts[:, 0].mean() < 0.1
    assert (parts[:, 1] < 0.2).all()


def missed_by_few(few: Unknowns, seed: int) -> tuple[float, float]:
    """These two parts in one shop."""
    evidence = planted(few.market(np.zeros(len(few))), people=400, days=140, seed=seed)
    density = ResponseDensity(evidence, few)
    known = RememberedDensity(density, lambda rows: PlainEvidence(evidence.orders[rows], evidence.messages[rows]))
    places = 0.3 * np.random.default_rng(3).standard_normal((140, len(few)))
    true = np.array([known.value(place) for place in places[:100]])
    by_few = known.by_few()
    made = coreset_of([at for _, at in known.known], known.few_of, [few.market(z) for z, _ in known.known])
    assert len(made.weights) <= 50
    whole = [density.value(place) for place in places[100:]]
    missed = np.std([by_few(place) - value for place, value in zip(places[100:], whole, strict=True)])
    plain = replace(made, weights=np.full(len(made.weights), 400 / len(made.weights)))
    wrong = [density.of(z, plain.tell(few.market(z))) - value for z, value in zip(places[100:], whole, strict=True)]
    return float(missed / true.std()), float(missed / np.std(wrong))


def test_an_emulator_knows_a_bent_ridge_and_its_slope() -> None:
    about = normal_approximation(np.zeros(3), np.diag([4.0, 6.25, 1.0]))
    x = np.random.default_rng(1).standard_normal((120, 3))
    emulator = fitted_emulator(x[:100], np.array([bent(place) for place in about.places(x[:100])]))
    true = np.array([bent(place) for place in about.places(x[100:])])
    missed = true - [emulator.value(one) for one in x[100:]]
    plain = true + 0.5 * (x[100:] ** 2).sum(axis=1)
    assert missed.std() < 0.2 * plain.std()
    for one in x[100:]:
        slope = [(emulator.value(one + step) - emulator.value(one - step)) / 2e-5 for step in 1e-5 * np.eye(3)]
        assert emulator.slope(one) == pytest.approx(slope, abs=1e-5)
    far = 1.1 * emulator.reach * np.array([0.6, 0.0, 0.8])
    slope = [(emulator.value(far + step) - emulator.value(far - step)) / 2e-5 for step in 1e-5 * np.eye(3)]
    assert emulator.slope(far) == pytest.approx(slope, rel=1e-5, abs=1e-4)


def one_sided(z: Floats) -> float:
    """Falls steeply above its top in the first number, and slowly below it; standard normal in the others."""
    return float(-np.exp(4.0 * z[0] - 2.0) - 0.5 * z @ z)


def test_an_approximation_is_put_right_along_its_axes() -> None:
    line = np.linspace(-8.0, 8.0, 4_001)
    weights = np.exp([one_sided(np.array([one])) for one in line])
    mean = float(weights @ line / weights.sum())
    spread = float(np.sqrt(weights @ (line - mean) ** 2 / weights.sum()))
    about = normal_approximation(np.zeros(3), np.eye(3))
    found = along_axes(lambda places: np.array([one_sided(z) for z in places]), about)
    scale = np.sqrt((found.root**2).sum(axis=1))
    assert found.top == pytest.approx([mean, 0.0, 0.0], abs=0.1)
    assert scale == pytest.approx([spread, 1.0, 1.0], rel=0.1)
    assert abs(mean) > 0.3  # where the approximation says 0
    assert spread < 0.9  # and 1
    assert along_axes(lambda places: np.full(len(places), -np.inf), about) is about


def test_many_one_sided_numbers_are_drawn_once_the_axes_are_right() -> None:
    numbers = 15

    def value(z: Floats) -> float:
        return float(sum(one_sided(z[j : j + 1]) for j in range(numbers)))

    def weighed(about: NormalApproximation) -> float:
        x = np.random.default_rng(2).standard_normal((600, numbers))
        logs = np.array([value(z) for z in about.places(x)]) + 0.5 * (x**2).sum(axis=1)
        weights = smoothed(logs)
        return float(1.0 / (weights**2).sum())

    plain = normal_approximation(np.zeros(numbers), np.eye(numbers))
    right = along_axes(lambda places: np.array([value(z) for z in places]), plain)
    assert weighed(right) > 100.0 > 10.0 > weighed(plain)


def test_rounds_are_pooled_by_what_they_are_worth() -> None:
    good, bad = np.zeros(100), np.array([50.0, *np.zeros(99)])
    weights = np.exp(pooled([good, bad + 7.0]))
    assert weights[:100].sum() == pytest.approx(100.0)
    assert weights[100:].sum() == pytest.approx(1.0)


def test_a_round_where_no_mass_is_has_no_weight() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((200, 10))
    near = (x, -0.5 * (x**2).sum(axis=1), -0.5 * (x**2).sum(axis=1) + rng.standard_normal(200))
    far = (x[:150] + 8.0, np.full(150, -300.0), np.zeros(150))
    pairs = log_weights([near, far])
    found = best_rounds(pairs, 100.0)
    assert found.weights[: len(near[0])].sum() == pytest.approx(1.0)
    # By the weights that its points have among themselves it would be all that is drawn from.
    even = best_rounds([pairs[0], (far[0], far[1] - far[2])], 100.0)
    assert even.effective > 140.0
    assert np.array_equal(even.x[-150:], far[0])


def test_flattened_weights_vary_less_than_a_few_points_do() -> None:
    """Draws of a density of 60 numbers from one that misses it by three, as an emulator does: errors of means in
    standard deviations. The miss is a rough function of place, so that flat weights have no bias; a tilt would show."""
    errors = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x, miss = rng.standard_normal((1500, 60)), 3.0 * rng.standard_normal(1500)
        errors += [
            (float(1.0 / (weights**2).sum()), float(np.sqrt(((weights @ x) ** 2).mean())))
            for weights in (smoothed(miss), flattened(miss, 100.0))
        ]
    few, flat = np.array(errors[::2]).mean(axis=0), np.array(errors[1::2]).mean(axis=0)
    assert few[0] < 40.0
    assert flat[0] == pytest.approx(100.0)
    assert flat[1] < 0.7 * few[1]
    tilt = np.linspace(-3.0, 3.0, 400)
    known = np.exp(tilt - np.logaddexp.reduce(tilt))
    np.testing.assert_allclose(flattened(np.append(tilt, -np.inf), 100.0), np.append(known, 0.0), rtol=1e-12)
    steep = flattened(40.0 * tilt, 100.0)
    assert 1.0 / (steep**2).sum() == pytest.approx(100.0)
    assert known @ tilt < steep @ tilt < 2.9


def test_chains_that_do_not_meet_are_refused() -> None:
    def apart(z: Floats) -> float:
        return float(np.logaddexp(-0.5 * ((z[0] - 4.0) / 0.1) ** 2, -0.5 * ((z[0] + 4.0) / 0.1) ** 2))

    begin = np.array([[-4.0], [4.0], [-4.0], [4.0]])
    with pytest.raises(NoDraws, match="did not settle"):
        chains(apart, lambda x: -x / 1.2, begin, (100, np.random.default_rng(1), silent))


# --- histories -------------------------------------------------------------------------------------


def history() -> ShopHistory:
    return ShopHistory(
        start=date(2025, 1, 1),
        days=20,
        entered=np.array([1, 5, 12], dtype=np.int32),
        lead=np.zeros(3, dtype=np.bool_),
        deleted=np.array([20, 15, 20], dtype=np.int32),
        deletions_known=True,
        begin=np.array([0, 3, 4, 6]),
        order_day=np.array([0, 3, 17, 4, 11, 13], dtype=np.int32),
        saving=np.zeros(6),
        offer=np.arange(60, dtype=np.int16).reshape(20, 3),
    )


def test_part_of_the_people_and_of_the_days() -> None:
    part = people_of(history(), np.array([0, 2]))
    assert (part.order_day.tolist(), part.begin.tolist()) == ([0, 3, 17, 11, 13], [0, 3, 5])
    early = until_day(history(), 12)
    assert (early.order_day.tolist(), early.begin.tolist(), early.deleted.tolist()) == (
        [0, 3, 4, 11],
        [0, 2, 3, 4],
        [12, 12, 12],
    )
    assert until_day(history(), 3).order_day.tolist() == [0]
    assert np.flatnonzero(repeats_of_days(history())).tolist() == [3, 13, 17]


def test_need_and_responses_are_fitted_under_a_history() -> None:
    """The whole way, with the stand-in for the law: what orders tell of is learned, the rest left out."""
    prior = load_market("library:base")
    unknowns = unknowns_of(prior.market, prior.beliefs, regular=False).only([LIFT, HALF_LIFE, ORDER_MEAN, WEEK_SHOCK])
    z = np.array([-0.5, 1.5, 1.0, 0.0])
    evidence = planted(unknowns.market(z), 300, 280, 8)
    empty = np.zeros(300, dtype=np.int32)
    past = ShopHistory(
        date(2025, 1, 1), 280, empty, empty > 0, empty + 280, True, np.zeros(301, dtype=np.int64), empty[:0],
        np.zeros(0), offer=np.tile(np.arange(300, dtype=np.int16), (280, 1)),
    )  # fmt: skip

    def evidence_of(one: ShopHistory) -> PlainEvidence:
        """Of these people: the stand-in says who they are in the offers that they hold."""
        assert one.offer is not None
        return PlainEvidence(evidence.orders[one.offer[0]], evidence.messages[one.offer[0]])

    some = {path: prior.beliefs[path] for path in (LIFT, HALF_LIFE, ORDER_MEAN, ORDER_SHAPE, UNTOLD)}
    found = fit_responses(
        past, ResponsePrior(prior.market, some, False, {ORDER_MEAN: 0.02}), evidence_of, (300, 1, silent)
    )
    assert UNTOLD not in found.unknowns.paths
    assert {LIFT, ORDER_MEAN, ORDER_SHAPE, WEEK_SHOCK} <= {*found.unknowns.paths}
    health = {row.parameter: row for row in found.health()}
    assert health[ORDER_MEAN].identified
    values = found.table[ORDER_MEAN].quantile([0.02, 0.98])
    assert values.iloc[0] < unknowns.market(z).need.order_rate.mean < values.iloc[1]
    assert_documented(found.to_json(), "LearnedResponses")
    numbers = {row["parameter"]: row for row in found.to_json()["numbers"]}
    assert numbers[LIFT]["prior"]["p95"] == prior.beliefs[LIFT].p95


def test_what_trials_taught_comes_before_the_orders(few: Unknowns) -> None:
    """A joint belief of two numbers, one of which orders tell of: as if draws had been weighted by it."""
    evidence = planted(few.market(truth(few, 4)), 100, 140, 4)
    paths = (LIFT, UNTOLD)
    given = JointBelief(paths, np.array([0.8, -1.0]), np.array([[0.2, 0.15], [0.15, 0.4]]))
    before, after = drawn(evidence, few), drawn(evidence, replace(few, given=given))
    own = [few.paths.index(path) for path in paths]
    found = replace(few, given=given).standard(after.points)[:, own]
    logs = given.log_ratio(before.points[:, own])
    weights = np.exp(logs - logs.max()) / np.exp(logs - logs.max()).sum()
    mean = weights @ before.points[:, own]
    sd = np.sqrt(weights @ (before.points[:, own] - mean) ** 2)
    assert found.mean(axis=0) == pytest.approx(mean, abs=0.15)
    assert found.std(axis=0) == pytest.approx(sd, rel=0.3)
    assert abs(before.points[:, own[1]].mean() - mean[1]) > 0.5
    z = np.array([0.3, -0.8, 0.1, 1.2, -0.4, 0.2, 0.5])
    moved = replace(few, given=given)
    assert moved.positions(dict(zip(few.paths, few.values(z).tolist(), strict=True))) == pytest.approx(moved.placed(z))
    assert moved.standard(moved.placed(z)) == pytest.approx(z)


def test_numbers_left_out_follow_those_known() -> None:
    given = JointBelief(("a", "b", "c"), np.array([1.0, 0.0, 2.0]), np.diag([1.0, 0.5, 1.0]) + 0.4)
    rng = np.random.default_rng(1)
    b = given.mean[1] + np.sqrt(given.covariance[1, 1]) * rng.standard_normal((40_000, 1))
    found = given.completed(b, ["b"], rng)
    assert found[:, 1] == pytest.approx(b[:, 0])
    assert found.mean(axis=0) == pytest.approx(given.mean, abs=0.03)
    assert np.cov(found.T) == pytest.approx(given.covariance, abs=0.04)
