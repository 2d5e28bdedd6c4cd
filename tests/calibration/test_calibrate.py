"""From an export to a market that loads: the promised JSON, the files, and real shops end to end."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration import Calibration, calibrate
from calibration.calibration_files import customers_table, identities, write
from scenarios import InputError, load_market
from tests.fitted_shops import answer_in, check_answer

FITTED = ["market.need.order_rate.mean", "market.need.order_rate.shape", "market.spend.mean"]


@pytest.fixture(scope="module")
def shop(cdnow_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    out = tmp_path_factory.mktemp("fitted")
    return calibrate(cdnow_file, holdout="39w", out=out, draws=120)


def test_promised_fields(shop: Calibration) -> None:
    answer = json.loads(json.dumps(shop.to_json()))
    assert answer["schema"] == 1
    assert answer["orders"] | {"first": "1997-01-01", "last": "1998-06-30"} == answer["orders"]
    assert {"customers", "orders", "set_aside"} <= answer["orders"].keys()
    assert all({"reason", "rows"} <= row.keys() for row in answer["orders"]["set_aside"])
    assert answer["fit"]["unit"] == "week"
    assert answer["fit"]["log_likelihood"] == pytest.approx(-9594.976, abs=0.01)
    assert answer["fit"]["parameters"].keys() == {"r", "alpha", "s", "beta", "k", "p", "q", "v"}
    first = answer["models"][0]
    assert (first["name"], first["k"], first["season"]) == ("Pareto/NBD", 1.0, None)
    assert first["holdout_total"] == pytest.approx(1665.5, abs=1.0)
    assert {"name", "k", "season", "log_likelihood", "holdout_total", "mae", "rmse"} <= first.keys()
    holdout = answer["holdout"]
    assert holdout["from"] == "1997-10-01"
    assert holdout["repeat_orders"]["actual"] == 1882
    assert holdout["repeat_orders"]["p5"] < holdout["repeat_orders"]["predicted"] < holdout["repeat_orders"]["p95"]
    assert holdout["repeat_orders"]["band_includes"].startswith("parameters")
    assert len(holdout["weekly"]) == 39
    assert holdout["weekly"][0].keys() == {"week", "actual", "predicted", "p5", "p95"}
    assert sum(w["predicted"] for w in holdout["weekly"]) == pytest.approx(holdout["repeat_orders"]["predicted"])
    assert holdout["baselines"].keys() == {"Pareto/NBD", "BG/NBD", "own past rate"}
    assert all(b.keys() == {"predicted", "mae", "rmse"} for b in holdout["baselines"].values())
    assert holdout["buyers"]["actual"] == 684
    market, forecast = holdout["market"], holdout["forecast"]
    assert {"repeat_orders", "buyers", "weekly", "spend", "mae", "rmse"} <= market.keys() & holdout.keys()
    assert market["repeat_orders"]["p5"] < market["repeat_orders"]["predicted"] < market["repeat_orders"]["p95"]
    assert "rates that fade" in forecast["not_in_the_market"]
    assert forecast["months_never_seen"] == [10, 11, 12]
    assert any("October, November, December: their season is not known" in line for line in answer["warnings"])
    assert abs(holdout["repeat_orders"]["predicted"] / 1882 - 1.0) < 0.08
    assert abs(holdout["buyers"]["predicted"] - 684) / 2357 < 0.03
    assert holdout["spend"].keys() == {"actual", "predicted"}
    assert all(
        r.keys() == {"parameter", "prior_sd", "posterior_sd", "identified", "at_limit"} for r in answer["health"]
    )
    assert answer["market"].endswith("market.toml")


def test_written_market_loads_and_holds_the_fit(shop: Calibration) -> None:
    assert shop.path is not None
    market = load_market(shop.path)
    need, people = market.market.need, market.market.people
    p = shop.market.chosen.parameters
    of_all = 1.0 - people.benefit_seekers + people.benefit_seekers * people.seeker_orders
    assert of_all < 0.9, "benefit-seekers have their part in the fitted rates"
    assert of_all * need.order_rate.mean == pytest.approx(p.r / p.alpha / 7.0, rel=0.05)
    assert need.regularity == p.k
    assert need.cycle is None, "it follows from rates and regularity"
    assert market.market.spend.mean == pytest.approx(100 * shop.market.spend.mean, rel=0.05)
    assert market.posterior is not None
    assert set(FITTED) <= set(market.posterior.columns)
    assert len(market.posterior) == 120
    assert market.customers is not None
    assert len(market.customers.identity) == 2357
    assert "market.fatigue.half_life" in market.beliefs


def test_customers_are_as_at_the_end_of_the_orders(shop: Calibration) -> None:
    orders = shop.market.orders
    table = customers_table(orders)
    assert (table["orders"].sum(), table["spent"].sum()) == (6696, orders.orderdays["cents"].sum())
    assert (table["recency"] <= table["age"]).all()
    assert (table["recency"][table["orders"] == 1] == table["age"][table["orders"] == 1]).all()
    assert table["recency"].min() == 0
    assert table["identity"].is_unique
    assert (shop.path.parent / "calibration.json").exists() if shop.path else False


def test_identities_are_salted_and_stable() -> None:
    ids = pd.Index(["a", "b", "c"])
    assert list(identities(ids, "x")) == list(identities(ids, "x"))
    assert set(identities(ids, "x")).isdisjoint(identities(ids, "y"))
    assert np.unique(identities(pd.Index(["a", "a"]), "x")).size == 2


def test_table_of_fitted_numbers(shop: Calibration) -> None:
    table = shop.to_frame().set_index("parameter")
    assert (table["p5"] <= table["median"]).all()
    assert (table["median"] <= table["p95"]).all()
    assert table.loc["market.need.order_rate.mean", "identified"]


def test_the_same_seed_gives_the_same_draws(cdnow_file: Path, shop: Calibration) -> None:
    again = calibrate(cdnow_file, draws=120)
    pd.testing.assert_frame_equal(again.market.draws, shop.market.draws)


def test_cdnow_from_orders_to_a_verdict(shop: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shop.path is not None
    fit = shop.to_json()
    assert fit["models"][0]["log_likelihood"] == pytest.approx(-9594.976, abs=0.01)
    assert fit["holdout"]["repeat_orders"]["actual"] == 1882
    shutil.copytree(shop.path.parent, "fitted")
    check_answer(answer_in("fitted/market.toml", fit["orders"]["customers"]))


# --- errors before anything is fitted --------------------------------------------------------------


def refused(path: Path, monkeypatch: pytest.MonkeyPatch, out: Path | None = None) -> InputError:
    def fitted(*_: object) -> None:
        raise AssertionError("fitted before the mistake was found")

    monkeypatch.setattr("calibration.market_fit.fit_order_models", fitted)
    with pytest.raises(InputError) as caught:
        calibrate(path, out=out)
    return caught.value


def test_orders_in_another_currency(export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for change, got in (({"currency": "USD"}, "USD"), ({"amount": "$5.00"}, "$")):
        path = export(lambda t, change=change: t.assign(**change))
        mistake = refused(path, monkeypatch)
        assert (mistake.place, mistake.got) == ("shop.csv", got)
        assert "CNY" in mistake.expected
    with pytest.raises(AssertionError, match="fitted before"):
        refused(export(lambda t: t.assign(amount="¥5.00")), monkeypatch)


def test_out_at_or_below_a_file(export: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "taken"
    file.write_text("mine")
    for out in (file, file / "below" / "it"):
        mistake = refused(export(), monkeypatch, out)
        assert (mistake.place, mistake.got) == (f"--out {out}", f"the file {file}")
    assert file.read_text() == "mine"


def test_out_that_cannot_be_written(shop: Calibration, tmp_path: Path) -> None:
    (tmp_path / "calibration.json").mkdir()
    with pytest.raises(InputError) as caught:
        write(shop, tmp_path, "")
    assert (caught.value.place, caught.value.got) == (f"--out {tmp_path}", "Is a directory")


# --- real shops ------------------------------------------------------------------------------------


def test_tmall_end_to_end(real: Callable[[str], Path], tmp_path: Path) -> None:
    answer = calibrate(real("tmall/orders.csv.gz"), holdout="8w", out=tmp_path, draws=60)
    result = answer.to_json()
    assert result["holdout"]["new_customers_left_out"] > 1000
    assert result["fit"]["model"] == "Pareto/NBD, weekday season"
    assert any("loses to own past rate" in line for line in result["warnings"])
    assert load_market(tmp_path / "market.toml").market.need.season.weekday[6] > 1.2
