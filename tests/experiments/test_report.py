"""The page: verdict first, nothing fetched from elsewhere, every name escaped, tables complete."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from experiments import compare, write_report
from experiments.comparison.comparison_result import Comparison
from experiments.output.format_values import format_share
from experiments.report import figures
from experiments.report.page import headline, page
from scenarios import InputError, load

from .conftest import Ask, question_in

DEEP = "deep & <i>wide</i>"
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Outline(HTMLParser):
    """Tags that are open, all text, and where things begin."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    limits = ("LIMITS", 'subject_to = { optout_rate = "< 20 % per 30 d" }')
    return compare(question_in(tmp_path_factory.mktemp("project"), limits), draws=3, jobs=1)


def test_the_verdict_stands_before_the_first_figure(answer: Comparison) -> None:
    text = page(answer)
    body = text[text.index("<body>") :]
    assert headline(answer).split(" ")[0] in body
    figure = body.index("<svg")
    assert body.index("<h1>") < body.index('class="reason"') < figure
    money = re.search(r"class=\"reason\">([^<]*)", body)
    assert money is not None
    assert "CNY" in money[1]


def test_the_page_is_well_formed_and_fetches_nothing(answer: Comparison) -> None:
    text = page(answer)
    outline = Outline()
    outline.feed(text)
    assert not outline.open
    assert len(outline.ids) == len(set(outline.ids)), "figures must not share ids"
    assert not {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in outline.tags}
    targets = [
        value
        for _, attrs in outline.tags
        for name, value in attrs.items()
        if name in ("href", "src", "xlink:href") and value
    ]
    assert all(target.startswith("#") for target in targets)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_names_from_data_are_escaped_everywhere(answer: Comparison) -> None:
    text = page(answer)
    assert "<i>" not in text
    assert "<b>" not in text
    assert "deep &amp; &lt;i&gt;wide&lt;/i&gt;" in text
    for draw in (figures.forest, figures.over_time, figures.markets):
        assert "<i>" not in draw(answer)
        assert "&lt;i&gt;" in draw(answer)


def test_dollars_in_names_are_not_mathematics(ask: Ask) -> None:
    question = ask(("deep & <i>wide</i>", "$x^2$"))
    assert "$x^2$" in figures.forest(compare(question, draws=2, jobs=1))


def test_the_page_says_what_differs_what_it_costs_and_how_it_was_made(answer: Comparison) -> None:
    text = page(answer)
    for piece in (
        "strategy.campaigns.rhythm.offer", "12 %", "Cost of goods", "Contribution profit", "opt-out rate",
        "market.need.order_rate.mean", answer.provenance["model_fingerprint"], "The first 20 days",
        "All 60 days and the 5 days of cool-down after them", "&lt; 20 % per 30 d",
    ):  # fmt: skip
        assert piece in text, piece


def test_the_money_table_has_every_cost() -> None:
    """Its lines are the accounts of the contribution: what is paid is list value less discounts."""
    from experiments.runs.profit_statement import LINES
    from sim.output.accounts import COSTS, INCOME

    taken, added = ([name for line in LINES for name in getattr(line, way)] for way in ("takes", "adds"))
    assert sorted(taken) == sorted(["discount", *COSTS])
    assert sorted(added) == sorted(["list_value", "contribution", *INCOME])


def test_gifts_are_in_the_money_table(ask: Ask) -> None:
    gift = 'strategy.campaigns.rhythm.offer = { format = "gift", cost = "9 CNY", fit = "100 %" }'
    old = 'strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }'
    gifts = compare(ask((old, gift)), draws=1, replications=2, jobs=1)
    assert gifts.statements()["mild"].cents["gifts"] < 0
    assert adds_up(gifts)


def test_the_money_table_adds_up(answer: Comparison) -> None:
    assert adds_up(answer)
    statement = answer.statements()["mild"]
    assert statement.cents["contribution"] == pytest.approx(answer.strategies[0].mean)
    listed = {row["line"]: row["share_of_list_value"] for row in answer.to_json()["statements"]["mild"]}
    assert listed["list_value"] == 1.0
    assert listed["contribution"] == pytest.approx(statement.cents["contribution"] / statement.cents["list_value"])
    assert f"{format_share(statement.margin)} (mild)" in page(answer)


def adds_up(answer: Comparison) -> bool:
    """Whether the lines of a statement between its sums add up to them."""
    from experiments.runs.profit_statement import LINES

    cents, so_far, right = answer.statements()["mild"].cents, 0.0, []
    for line in LINES:
        if line.is_sum:
            right.append(so_far == pytest.approx(cents[line.name]))
        else:
            so_far += cents[line.name]
    return right == [True, True]


def test_all_files_are_written_whole_and_agree(answer: Comparison, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert write_report(answer, out) == out / "report.html"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert names == {
        "report.html", "comparison.json", "manifest.json", "runs.parquet", "series.parquet", "campaigns.parquet",
        "cohorts.parquet",
        "scenarios/1-mild.toml", "scenarios/2-deep-i-wide-i.toml",
    }  # fmt: skip
    assert json.loads((out / "comparison.json").read_text(encoding="utf-8")) == answer.to_json()
    runs = pd.read_parquet(out / "runs.parquet")
    assert {"scenario", "variant", "draw", "replication", "kpi", "value"} <= set(runs.columns)
    assert len(runs) == len(answer.results.runs)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["runs"] == {"planned": 12, "reused": 0, "failed": 0}
    assert all(len(digest) == 64 for digest in manifest["files"].values())


def test_resolved_scenarios_load_again_as_the_arm(answer: Comparison, tmp_path: Path) -> None:
    write_report(answer, tmp_path / "out")
    again = load(tmp_path / "out" / "scenarios" / "1-mild.toml")
    assert next(iter(again.arms.values())).strategy == answer.question.arms["mild"].strategy


def test_a_folder_that_cannot_be_written_is_one_line(answer: Comparison, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as caught:
        write_report(answer, tmp_path / "file" / "out")
    assert caught.value.place == str(tmp_path / "file" / "out"), "the folder, whose files change together"
    assert "Not a directory" in caught.value.problem


def test_a_second_comparison_in_the_same_folder_goes_on(ask: Ask, tmp_path: Path) -> None:
    first = compare(ask(), draws=2, jobs=1, out=tmp_path / "out")
    second = compare(ask(), draws=3, jobs=1, out=tmp_path / "out")
    assert (first.results.reused, second.results.reused) == (0, 8)
