"""The likelihood of a shop with five customers, written out: histories, sums, and the ways of having begun."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from calibration.model import kernels
from calibration.model.likelihood import (
    Form,
    Parameters,
    by_ways,
    days_before,
    each,
    histories,
    log_likelihood,
    no_order,
    opened_weeks,
    p_alive,
    scored,
    season,
    shares,
    weighted,
)
from calibration.model.same_day import same_day
from calibration.orders.order_history import Orders

FIRST, DAYS = date(2026, 1, 1), 40
BOUGHT = ((0, 9, 30), (5, 12), (5, 12), (7,), (0, 40))
"""Days of the orders of each customer; the first day is a Thursday."""
P = Parameters(0.8, 3.0, 0.7, 5.0)
WEEKDAY = (1.5, 0.5, 0.7, 1.3, 0.9, 1.1, 1.25)
pytestmark = pytest.mark.filterwarnings("error")


def shop(bought: Sequence[Sequence[int]] = BOUGHT, days: int = DAYS, **more: object) -> Orders:
    """Orders on these days, by customer."""
    names = [f"c{i}" for i in range(len(bought))]
    customers = pd.DataFrame(
        {
            "x": [len(one) - 1 for one in bought],
            "first_day": [one[0] for one in bought],
            "last_day": [one[-1] for one in bought],
        },
        index=names,
    )
    places = [(i, day) for i, one in enumerate(bought) for day in one]
    table = pd.DataFrame(places, columns=["customer", "day"])
    return Orders("f", FIRST, FIRST + timedelta(days=days), 1, customers, table, **more)  # type: ignore[arg-type]


def published(x: float, t_x: float, end: float, p: Parameters, before: float = 0.0) -> tuple[float, float]:
    """Log-likelihood and P(alive) of Fader and Hardie (2005), times in weeks, after so many weeks without drifting."""
    r, alpha, s, beta = p.r, p.alpha, p.s, p.beta + before

    def tail(t: float) -> float:
        high, z = max(alpha, beta), abs(alpha - beta) / (max(alpha, beta) + t)
        b = s + 1.0 if alpha >= beta else r + x
        return float(hyp2f1(r + s + x, b, r + s + x + 1.0, z) / (high + t) ** (r + s + x))

    lead = gammaln(r + x) - gammaln(r) + r * math.log(alpha) + s * math.log(beta)
    alive = (alpha + end) ** -(r + x) * (beta + end) ** -s
    gone = s / (r + s + x) * (tail(t_x) - tail(end))
    return float(lead + math.log(alive + gone)), alive / (alive + gone)


# --- histories -------------------------------------------------------------------------------------------


def test_distinct_histories_of_an_even_calendar() -> None:
    h = histories(shop())
    rows = list(zip(h.x, h.t_x, h.end, h.start, h.count, strict=True))
    assert rows == [(0, 0, 33, 7, 1), (1, 7, 35, 5, 2), (1, 40, 40, 0, 1), (2, 30, 40, 0, 1)]
    assert h.row.tolist() == [3, 1, 1, 0, 2]
    assert (h.customers, h.even, h.mixed, h.entries, h.before) == (5, True, False, None, None)
    assert [one.dtype for one in (h.x, h.t_x, h.end, h.count)] == [np.float64] * 4
    assert h.log_g == 0.0
    gaps = [9, 21, 7, 7, 40]
    assert h.log_gap == pytest.approx(sum(math.log(gap / 7.0) for gap in gaps))
    assert h.area == pytest.approx(np.append(np.arange(41), 40.0) / 7.0)
    assert h.drift.tobytes() == h.area.tobytes()
    ahead = histories(shop(), ahead=3)
    assert ahead.area == pytest.approx(np.append(np.arange(44), 43.0) / 7.0)


def test_histories_of_a_calendar_with_weekdays() -> None:
    g = np.array([WEEKDAY[(3 + day) % 7] for day in range(41)])
    h = histories(shop(), WEEKDAY)
    area = np.concatenate([[0.0], np.cumsum(g[1:])]) / 7.0
    assert h.area == pytest.approx(np.append(area, area[-1]))
    assert h.drift == pytest.approx(np.append(np.arange(41), 40.0) / 7.0)
    assert not h.even
    assert h.log_g == pytest.approx(np.log(g[[9, 30, 12, 12, 40]]).sum())
    gaps = [area[9], area[30] - area[9], area[12] - area[5], area[12] - area[5], area[40]]
    assert h.log_gap == pytest.approx(np.log(gaps).sum())
    assert season(shop(), 9, WEEKDAY) == pytest.approx(g[:9])
    assert season(shop(), 3, None).tolist() == [1.0, 1.0, 1.0]
    assert season(shop(), 3, (0, 1, 2, 3, 4, 5, 6)).dtype == np.float64


def test_daily_multipliers_take_the_place_of_weekdays() -> None:
    g, m = np.linspace(0.5, 1.5, 41), np.linspace(2.0, 1.0, 41)
    h = histories(shop(), WEEKDAY, daily_order=g, daily_drift=m)
    assert h.area[:-1] == pytest.approx(np.concatenate([[0.0], np.cumsum(g[1:])]) / 7.0)
    assert h.drift[:-1] == pytest.approx(np.concatenate([[0.0], np.cumsum(m[1:])]) / 7.0)
    assert not histories(shop(), daily_drift=m).even
    assert histories(shop(), daily_order=np.ones(41), daily_drift=np.ones(41)).even
    zero = np.ones(41)
    zero[9] = 0.0
    assert histories(shop(), daily_order=zero).log_g == -math.inf


def test_some_of_the_histories() -> None:
    h = histories(shop(entered=pd.Series({"c3": -21.0}), opened=FIRST - timedelta(days=70)))
    rows = np.array([2, 0])
    some = h.taken(rows, np.array([1, 0]), np.array([4.0, 2.0]))
    assert (some.x.tolist(), some.t_x.tolist()) == (h.x[rows].tolist(), h.t_x[rows].tolist())
    assert (some.end.tolist(), some.start.tolist()) == (h.end[rows].tolist(), h.start[rows].tolist())
    assert (some.count.tolist(), some.row.tolist(), some.customers) == ([4.0, 2.0], [1, 0], 6)
    assert h.entries is not None
    assert some.entries is not None
    assert some.entries.known.tobytes() == h.entries.known[rows].tobytes()
    assert histories(shop()).taken(rows, rows, rows.astype(float)).entries is None


# --- even calendars ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [P, Parameters(0.8, 5.0, 0.7, 3.0), Parameters(2, 4, 1, 4)])
def test_each_history_has_the_published_likelihood(p: Parameters) -> None:
    h = histories(shop())
    values, alive = each(h, p)
    expected = [published(*(one / scale for one, scale in zip(row, (1.0, 7.0, 7.0), strict=True)), p)
                for row in zip(h.x, h.t_x, h.end, strict=True)]  # fmt: skip
    assert values == pytest.approx([value for value, _ in expected], rel=1e-9)
    assert alive == pytest.approx([chance for _, chance in expected], rel=1e-9)
    assert log_likelihood(h, p) == pytest.approx(float((h.count * values).sum()))
    assert p_alive(shop(), p) == pytest.approx(alive[h.row])
    assert p_alive(shop(), p, WEEKDAY).tolist() == each(histories(shop(), WEEKDAY), p)[1][h.row].tolist()
    older = each(replace(h, before=np.array([2.0, 0.0, 0.0, 4.0])), p)
    assert older[0][[0, 3]] == pytest.approx(
        [published(0, 0, 33 / 7, p, 2.0)[0], published(2, 30 / 7, 40 / 7, p, 4.0)[0]]
    )
    assert older[0][1:3].tolist() == values[1:3].tolist()


def same_bits(a: object, b: object) -> bool:
    return bool(
        np.concatenate([np.ravel(one) for one in a]).tobytes() == np.concatenate([np.ravel(one) for one in b]).tobytes()
    )  # type: ignore[attr-defined]


def test_the_form_is_closed_where_it_holds_and_day_by_day_elsewhere() -> None:
    even, uneven, k = histories(shop()), histories(shop(), WEEKDAY), replace(P, k=1.5)
    forms: dict[Form, object] = {form: each(even, P, form) for form in ("closed", "day", "wide")}
    assert not same_bits(forms["closed"], forms["day"])
    assert not same_bits(forms["wide"], forms["day"])
    assert forms["wide"][0] == pytest.approx(forms["closed"][0], abs=1e-3)  # type: ignore[index]
    assert forms["day"][0] == pytest.approx(forms["closed"][0], abs=1e-5)  # type: ignore[index]
    assert same_bits(each(even, P), forms["closed"])
    assert log_likelihood(even, P) == log_likelihood(even, P, "closed") != log_likelihood(even, P, "day")
    for h, p in ((even, k), (uneven, P)):
        assert same_bits(each(h, p), each(h, p, "day"))
        assert not same_bits(each(h, p), each(h, p, "wide"))
        assert same_bits(scored(h, p), scored(h, p, "day"))
        assert not same_bits(scored(h, p), scored(h, p, "wide"))
    assert same_bits(scored(even, P), scored(even, P, "closed"))
    assert not same_bits(scored(even, P), scored(even, P, "day"))
    assert same_bits(scored(even, P, regular=True), scored(even, P, "day", regular=True))


@pytest.mark.parametrize("k", [1.5, 2.0])
def test_what_orders_of_one_day_say_of_regularity_is_added(k: float) -> None:
    h, p = histories(shop(), WEEKDAY), replace(P, k=k)
    columns = h.start, h.t_x, h.end, np.zeros(4)
    plain, _ = kernels.day_wise(h.x, columns, kernels.DailyAreas(h.area, h.drift), p.rates, kernels.DAY)
    area = np.array([0.0, h.area[12] - h.area[5], h.area[40], h.area[30]])
    assert each(h, p)[0] == pytest.approx(plain + same_day(h.x, area, p)[0], rel=1e-12)
    assert abs(same_day(h.x, area, p)[0]).max() > 1e-3
    assert log_likelihood(h, p) == pytest.approx(
        float((h.count * each(h, p)[0]).sum()) + h.log_g + (k - 1.0) * h.log_gap
    )
    within = each(replace(h, t_x=h.t_x + np.array([0.0, 0.5, 0.0, 0.25])), p)[0]
    assert np.isfinite(within).all()


@pytest.mark.parametrize("form", ["auto", "day", "wide"])
def test_scores_are_slopes(form: Form) -> None:
    """By r, alpha, s, beta and, where orders are regular, k."""
    for h, p, regular in (
        (histories(shop()), P, False), (histories(shop(), WEEKDAY), P, False),
        (histories(shop(), WEEKDAY), replace(P, k=1.5), True),
        (histories(shop()), P, True),
    ):  # fmt: skip
        value, score = scored(h, p, form, regular)
        used = "day" if regular and form == "auto" else form
        assert value == pytest.approx(log_likelihood(h, p, used), abs=1e-9)
        for place, name in enumerate(("r", "alpha", "s", "beta", "k")[: 4 + regular]):
            near = [log_likelihood(h, replace(p, **{name: getattr(p, name) + step}), used) for step in (1e-4, -1e-4)]
            assert score[place] == pytest.approx((near[0] - near[1]) / 2e-4, abs=2e-4), name
        assert regular or score[4] == 0.0


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four histories in at most as many parts as there are processors, each of at least so many histories."""
    h = histories(shop(), WEEKDAY)
    alone, parts = (each(h, P), scored(h, P)), []

    with ThreadPoolExecutor(3) as threads:  # ended with the test: a process that is forked later has no such threads

        def spread(of: Callable[[slice], object], several: Iterable[slice]) -> Iterable[object]:
            parts.extend(several)
            return threads.map(of, parts)

        monkeypatch.setattr("calibration.model.likelihood._threads", lambda: SimpleNamespace(map=spread))
        for least, processors, ends in ((500, 3, [0]), (2, 3, [0, 2, 4]), (1, 3, [0, 1, 2, 4]), (1, None, [0])):
            monkeypatch.setattr("calibration.model.likelihood.LEAST_ROWS", least)
            monkeypatch.setattr("os.cpu_count", lambda number=processors: number)
            for values, call in zip(alone, (each, scored), strict=True):
                parts.clear()
                assert same_bits(call(h, P), values)
                assert parts == [slice(*pair) for pair in pairwise(ends)]


def test_weights_count_histories() -> None:
    count, values = histories(shop()).count, np.arange(8.0).reshape(4, 2)
    assert weighted(count, values).tolist() == [14.0, 19.0]
    assert weighted(count, values[:, 0]) == 14.0


def test_the_chance_of_no_order_in_days_to_come() -> None:
    h = histories(shop(), ahead=14)
    found = no_order(h, P, 14)
    for row, (x, t_x, end) in enumerate(zip(h.x, h.t_x / 7.0, h.end / 7.0, strict=True)):
        later, now = published(x, t_x, end + 2.0, P)[0], published(x, t_x, end, P)[0]
        assert found[row] == pytest.approx(math.exp(later - now), rel=1e-8)
    assert no_order(h, P, 0).tolist() == [1.0] * 4


# --- customers from before the file -----------------------------------------------------------------------------


def test_days_between_coming_and_the_file() -> None:
    assert days_before(shop()) is None
    assert days_before(shop(entered=pd.Series({"c0": 0.0, "c1": 5.0}))) is None
    found = days_before(shop(entered=pd.Series({"c4": 3.0, "c1": -21.0, "c2": -0.0})))
    assert found is not None
    assert found.tolist() == [-1, 21, 0, -1, 0]
    opened = shop(opened=FIRST - timedelta(days=70))
    assert (opened_weeks(opened), opened_weeks(shop())) == (10.0, 0.0)
    assert days_before(opened).tolist() == [-1] * 5  # type: ignore[union-attr]


def test_a_customer_who_came_before_has_one_more_repeat() -> None:
    """c0 came 3 weeks before the file: days count from its beginning, a day before its first."""
    orders = shop(entered=pd.Series({f"c{i}": day for i, day in enumerate((-21.0, 5.0, 5.0, 7.0, 0.0))}))
    h = histories(orders)
    assert h.entries is not None
    known = h.entries.known[h.row]
    assert known.tolist() == [3.0, 0.0, 0.0, 0.0, 0.0]
    assert (h.entries.opened, h.entries.width, h.mixed) == (0.0, 41.0, False)
    assert [column[h.row].tolist() for column in (h.x, h.t_x, h.end, h.start)] == [
        [2, 1, 1, 0, 1], [30, 7, 7, 0, 40], [40, 35, 35, 33, 40], [1, 6, 6, 8, 1]
    ]  # fmt: skip
    assert h.area == pytest.approx(np.append(np.arange(42), 41.0) / 7.0)
    assert h.log_gap == histories(shop()).log_gap
    values, alive = each(h, P)
    own, chance = published(3, 31 / 7, 41 / 7, P, 3.0)
    assert (values[h.row[0]], alive[h.row[0]]) == (pytest.approx(own), pytest.approx(chance))
    assert values[h.row[3]] == pytest.approx(published(0, 0, 33 / 7, P)[0])
    seen = math.log(-math.expm1(published(0, 0, 41 / 7, P, 3.0)[0]))
    assert log_likelihood(h, P) == pytest.approx(float((h.count * values).sum()) - seen)
    uneven = histories(orders, WEEKDAY)
    g = season(shop(), 41, WEEKDAY)
    assert uneven.area[:3] == pytest.approx([0.0, g[0] / 7.0, (g[0] + g[1]) / 7.0])
    assert uneven.drift[:3] == pytest.approx([0.0, 1 / 7, 2 / 7])


def opened_shop() -> Orders:
    """A shop that opened ten weeks before its file; of c3 it is known that it came with its first order."""
    return shop(opened=FIRST - timedelta(days=70), entered=pd.Series({"c3": 7.0}))


def test_a_customer_who_may_have_come_at_any_age() -> None:
    """Rates of coming: 1 a week within the file, `earlier` before it; ages integrated numerically."""
    h, p = histories(opened_shop()), replace(P, earlier=1.7)
    assert h.mixed

    def old(age: float) -> float:
        stayed = (p.beta / (p.beta + age)) ** p.s
        return p.earlier * stayed * math.exp(published(3, 31 / 7, 41 / 7, p, age)[0])

    within = math.exp(published(2, 30 / 7, 40 / 7, p)[0])
    before = quad(old, 0.0, 10.0, epsrel=1e-10)[0]
    values, alive = each(h, p)
    row = h.row[0]
    assert values[row] == pytest.approx(math.log(within + before), abs=1e-6)
    living = within * published(2, 30 / 7, 40 / 7, p)[1]
    living += quad(lambda age: old(age) * published(3, 31 / 7, 41 / 7, p, age)[1], 0.0, 10.0, epsrel=1e-10)[0]
    assert alive[row] == pytest.approx(living / (within + before), abs=1e-6)
    found, share = shares(h, p, "closed")
    assert share[found.of == row][0] == pytest.approx(within / (within + before), abs=1e-6)
    assert found.of.size == share.size == by_ways(h, found).x.size == 1 + 3 * 13
    every = by_ways(h, found)
    assert (every.count.tolist(), every.row.tolist()) == (h.count[found.of].tolist(), list(range(40)))
    wide = found.total(each(every, p, "wide")[0] + found.log_weight(p))[1]
    assert shares(h, p, "wide")[1].tolist() == wide.tolist() != share.tolist()

    def present(age: float) -> float:
        return p.earlier * (p.beta / (p.beta + age)) ** p.s * -math.expm1(published(0, 0, 41 / 7, p, age)[0])

    seen = 4.0 * math.log(41 / 7 + quad(present, 0.0, 10.0, epsrel=1e-10)[0])
    assert log_likelihood(h, p) == pytest.approx(float((h.count * values).sum()) - seen, abs=1e-5)


@pytest.mark.parametrize("form", ["closed", "day", "wide"])
@pytest.mark.parametrize("weekday", [None, WEEKDAY])
def test_who_came_before_is_seen_in_the_file(form: Form, weekday: tuple[float, ...] | None) -> None:
    """Against a customer who came three weeks before it and orders on none of its 41 days."""
    h = histories(shop(entered=pd.Series({"c0": -21.0})), weekday)
    nothing, first = np.zeros(1), np.zeros(1, np.int64)
    none = replace(h, x=nothing, t_x=nothing, end=nothing + 41.0, start=first, before=nothing + 3.0, entries=None)
    seen = math.log(-math.expm1(each(none, P, form)[0][0]))
    assert log_likelihood(h, P, form) == pytest.approx(
        float((h.count * each(h, P, form)[0]).sum()) + h.log_g - seen, rel=1e-13
    )


def test_scores_of_customers_from_before_are_slopes() -> None:
    for orders in (opened_shop(), shop(entered=pd.Series({"c0": -21.0}))):
        for form, weekday in (("auto", None), ("wide", WEEKDAY)):
            h, p = histories(orders, weekday), replace(P, earlier=1.7)
            value, score = scored(h, p, form)  # type: ignore[arg-type]
            assert value == pytest.approx(log_likelihood(h, p, form), abs=1e-9)  # type: ignore[arg-type]
            for place, name in enumerate(("r", "alpha", "s", "beta", "earlier")):
                near = [
                    log_likelihood(h, replace(p, **{name: getattr(p, name) + step}), form) for step in (1e-4, -1e-4)
                ]  # type: ignore[arg-type]
                assert score[place] == pytest.approx((near[0] - near[1]) / 2e-4, abs=2e-4), name
