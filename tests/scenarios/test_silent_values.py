"""Nothing is accepted silently: each value is judged where it stands, also where others override it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from calibration.targets.target_file import TargetDays, read_targets
from experiments.regression.baseline_files import read_baseline
from scenarios import InputError, load, load_many, load_market, notes
from scenarios.building.building import BuildContext, build
from scenarios.plans.plan_reading import load_plan
from scenarios.reading.references import project_folder
from scenarios.reading.stated_parts import check_layer
from scenarios.reading.stated_past import read_past
from scenarios.toml.entries import Entry
from scenarios.toml.toml_document import LIBRARY, Node, read, tree_of
from scenarios.validation.folded_notes import folded, listed
from scenarios.values.criteria import Compare
from scenarios.values.quantities import BARE
from scenarios.values.shapes import Shape, shape_of, slots
from sim.scenario import Market, RunSettings, Strategy
from tests.scenarios.error_parts import Parts

Write = Callable[..., Path]

# --- a wrong type for each kind of key -------------------------------------------------------------

ALWAYS_WRONG: tuple[Any, ...] = (True, float("nan"), float("inf"), "=cmd()", [[]], datetime(2026, 1, 1), {"vale": 1})
"""Values that no key has, but those of the kinds in RIGHT."""
RIGHT: dict[str, tuple[Any, ...]] = {"switch": (True,), "text": ("=cmd()",), "list": ("=cmd()",)}
WRONG: dict[str, tuple[Any, ...]] = {
    "text": (1, " ", "a\nb", []),
    "choice": (1, "", []),
    "switch": ("true", 1, 0, []),
    "date": ("2026-01-31", "2026-02-30", 1),
    "day": ("2026-01-31", "2026-02-30", 1),
    "list": (1, date(2026, 1, 1)),
    "table": (1, "x", []),
    "names": (1, "x", []),
    "window": (1, "09:00", "25:00-26:00"),
    "rhythm": (1, "1", "0 d", "-1 d", "1 cycle"),
    "interval": (0.5, "", "5", ">"),
    "limit": (1, "2 %", "<"),
    "number": ("", "nan d", "inf %", "1,5 %", "1 m", date(2026, 1, 1)),
}


def leaves(shape: Shape, seen: frozenset[Any] = frozenset()) -> Iterator[Shape]:
    """A shape with all that lie in it."""
    yield shape
    if shape.kind == "table" and shape.of not in seen:
        for slot in slots(shape.of):
            yield from leaves(slot.shape, seen | {shape.of})
    elif shape.kind in ("list", "names"):
        yield from leaves(shape.of, seen)


@pytest.mark.parametrize("partial", [False, True])
def test_a_wrong_type_is_refused_by_every_kind_of_key(partial: bool) -> None:
    found = {shape for cls in (Market, Strategy, RunSettings, Compare) for shape in leaves(shape_of(cls))}
    assert {shape.kind for shape in found} == WRONG.keys()
    for shape in found:
        bare = () if shape.unit is None or shape.unit.kind in BARE else (1, 0.5)
        odd = (*(one for one in ALWAYS_WRONG if one not in RIGHT.get(shape.kind, ())), *WRONG[shape.kind], *bare)
        for value in odd if shape.kind != "names" else WRONG["names"]:
            entry = Entry(tree_of(value, Path("x.toml"), 1), ("key",))
            with pytest.raises(InputError):
                print(shape, value, build(shape, entry, BuildContext("CNY", partial=partial)))


# --- the version of the format, in every kind of file ----------------------------------------------

SALE = "[strategy.campaigns.rhythm]"


def of_question(path: Path) -> object:
    return load(path)


def below_a_question(path: Path) -> object:
    child = path.with_name("child.toml")
    child.write_text(f'format = 1\nextends = "{path.name}"\n')
    return load(child)


def of_market(path: Path) -> object:
    head = path.read_text().splitlines()[0] if path.read_text().startswith("format") else ""
    path.write_text(f'{head}\n[market.people]\nfit = "50 %"\n')
    return load_market(path)


def of_market_of_a_question(path: Path) -> object:
    of_market(path)
    child = path.with_name("child.toml")
    child.write_text(f'extends = "library:shop"\n[market]\nfrom = "{path.name}"\n')
    return load(child)


def of_plan(path: Path) -> object:
    head = path.read_text().splitlines()[0] if path.read_text().startswith("format") else ""
    text = '\n[sweep]\ndesign = "grid"\n[sweep.vary]\nx = { low = 1, high = 2 }\n'
    path.write_text(head + text)
    return load_plan(path)


def of_past(path: Path) -> object:
    days = RunSettings(date(2026, 1, 1), horizon=90)
    return read_past(path, load_market("library:strong_brand").market, days)


READERS = (of_question, below_a_question, of_market, of_market_of_a_question, of_plan, of_past)


@pytest.mark.parametrize("reader", READERS, ids=lambda one: str(one.__name__))
def test_another_version_of_the_format_is_refused(write: Write, reader: Callable[[Path], object]) -> None:
    text = write().read_text()
    for right in ("", "format = 1\n"):
        reader(write("f.toml", text=right + text))
    for wrong in ("99", "true", "1.0", "'1'", "0"):
        with pytest.raises(InputError, match="format: unknown version of the format"):
            reader(write("f.toml", text=f"format = {wrong}\n{text}"))


def test_another_version_of_a_baseline_is_refused(project: Path) -> None:
    path = Path("b.baseline")
    for wrong, got in (("99", "99"), ("true", "True"), ("1.0", "1.0")):
        path.write_text(f"format = {wrong}\n")
        Parts("b.baseline: format", got).raised_by(read_baseline, path)


# --- values that others override -------------------------------------------------------------------

ARMS = """
[variants.a.strategy.campaigns.rhythm]
every = "15 d"
[variants.b.strategy.campaigns.rhythm]
every = "20 d"
"""
BAD = 'every   = "=cmd()"'


def test_a_base_value_that_every_arm_overrides_is_judged(write: Write) -> None:
    Parts("campaigns.rhythm.every", "'=cmd()'").raised_by(load, write(add=ARMS, **{'every   = "30 d"': BAD}))
    agents = "[variants.{}.strategy.service]\nagents = {}\n"
    add = agents.format("a", 1) + agents.format("b", 2)
    Parts("strategy.service.agents", "'many'").raised_by(load, write(add=add, **{"agents = 5": "agents = 'many'"}))
    off = "[variants.{0}.strategy.campaigns.rhythm]\noff = true\n"
    add = off.format("a") + off.format("b")
    Parts("campaigns.rhythm.every", "'=cmd()'").raised_by(load, write(add=add, **{'every   = "30 d"': BAD}))
    days = "[variants.a.strategy.campaigns.rhythm]\non = [2026-02-01]\n"
    Parts("campaigns.rhythm.every", "'=cmd()'").raised_by(load, write(add=days, **{'every   = "30 d"': BAD}))


def test_what_every_arm_completes_is_no_mistake(write: Write) -> None:
    question = load(write(add=ARMS, **{'every   = "30 d"': ""}))
    assert list(question.arms) == ["a", "b"]


def test_a_parents_value_that_a_child_overrides_is_judged(write: Write) -> None:
    child = f'extends = "parent.toml"\n{SALE}\nevery = "15 d"\n[run]\ndraws = 2\n[compare]\nkpi = "ltv"\n'
    child += '[market.people]\nfit = "50 %"\n'
    for old, new, place in (
        ('every   = "30 d"', BAD, "parent.toml:14: strategy.campaigns.rhythm.every"),
        ("[run]", "[run]\ndraws = 'two'", "run.draws"),
        ("[run]", "[compare]\nkpi = 3\n[run]", "compare.kpi"),
        ("[run]", "[market.people]\nfit = '120 %'\n[run]", "market.people.fit"),
        ('"Small"', "3", "parent.toml:1: name"),
        ('"Small"', "'  '", "parent.toml:1: name"),
    ):
        write("parent.toml", **{old: new})
        Parts(place).raised_by(load, write("child.toml", text=child))


def test_a_market_below_is_judged(write: Write) -> None:
    write("below.toml", text='[market.people]\nfit = { value = "50 %", surce = "us" }\n')
    write("above.toml", text='extends = "below.toml"\n[market.people]\nfit = "40 %"\n')
    with pytest.raises(InputError, match=r"below\.toml:2: market\.people\.fit\.surce: unknown key"):
        load_market("above.toml")


def test_amounts_that_are_overridden_may_be_in_another_currency(write: Write) -> None:
    arm = '[variants.a.strategy.campaigns.rhythm]\nbudget = "{}"\n'
    parent = write("parent.toml", add=arm.format("5 EUR"))
    with pytest.raises(InputError, match="the one currency"):
        load(parent)
    child = 'extends = "parent.toml"\n' + arm.format("5 CNY")
    assert load(write("child.toml", text=child)).arms["a"].strategy.campaigns["rhythm"].budget == 500


def test_every_file_of_the_library_would_pass() -> None:
    files = sorted(LIBRARY.rglob("*.toml"))
    assert len(files) > 40
    for path in files:
        node = read(path)
        if "sweep" not in node.value:
            check_layer(Entry(Node(node.value, Path("elsewhere.toml"), 1)))


# --- switches --------------------------------------------------------------------------------------


def test_a_switch_is_true_or_false(write: Write) -> None:
    for value in ("'true'", "1", "0", "[]", "'off'"):
        Parts("variants.c.off", "", "true or false").raised_by(load, write(add=f"{ARMS}[variants.c]\noff = {value}\n"))
        Parts("campaigns.x.off").raised_by(load, write(add=f"[strategy.campaigns.x]\noff = {value}\n"))


def test_what_is_switched_off_is_judged(write: Write) -> None:
    off = "[variants.c]\noff = true\n"
    Parts("variants.c.stratgy", "'stratgy'").raised_by(load, write(add=f"{ARMS}{off}stratgy = 3\n"))
    Parts("strategy", "3").raised_by(load, write(add=f"{ARMS}{off}strategy = 3\n"))
    Parts("strategy.campaigns.rhythm.evry").raised_by(load, write(**{SALE: f"{SALE}\noff = true\nevry = 3"}))
    Parts("expect.x.kip", "'kip'").raised_by(load, write(add="[expect.x]\noff = true\nkip = 'ltv'\n"))
    write("parent.toml", add=ARMS)
    child = 'extends = "parent.toml"\n[variants.{}]\noff = true\n'
    assert list(load(write("child.toml", text=child.format("a"))).arms) == ["b"]
    Parts("variants.aa", "'aa'", "'a'").raised_by(load, write("child.toml", text=child.format("aa")))


# --- names -----------------------------------------------------------------------------------------


def test_names_that_look_alike_are_refused(write: Write) -> None:
    for one, other in (("Daily", "daily"), ("caf\u00e9", "cafe\u0301"), ("\uff21", "a")):
        add = f'[variants."{one}"]\n[variants."{other}"]\n'
        Parts(expected=repr(one)).raised_by(load, write(add=add))
        write("parent.toml", add=f'[variants."{one}"]\n')
        Parts(expected=repr(one)).raised_by(
            load, write("child.toml", text=f'extends = "parent.toml"\n[variants."{other}"]\n')
        )
    twin = 'every = "10 d"\nchannel = "direct"\ncontent = "care"\n'
    Parts("outreach.Care", "'Care'", "'care'").raised_by(load, write(add=f"[strategy.outreach.Care]\n{twin}"))
    files = [write("one.toml", **{'"Small"': '"One"'}), write("two.toml", **{'"Small"': '"one"'})]
    Parts(expected="'One'").raised_by(load_many, files)


def test_conditions_name_a_thing_once(write: Write) -> None:
    twice = write(**{'["first_buyer", "repeater"]': '["repeater", "repeater"]'})
    Parts("care.who.stage", "['repeater', 'repeater']").raised_by(load, twice)


# --- single values ---------------------------------------------------------------------------------


def test_zones_sources_levels_and_windows(write: Write) -> None:
    mars = write(**{"[market]\n": "[market]\ntimezone = 'Mars/Base'\n"})
    Parts("market.timezone", "'Mars/Base'").raised_by(load, mars)
    source = "[market.people]\nfit = { value = '50 %', source = ' ' }\n"
    Parts("market.people.fit.source", "' '").raised_by(load, write(add=source))
    plan = '[sweep]\ndesign = "grid"\nlevels = 3\n[sweep.vary]\nx = { values = [1, 2] }\n'
    Parts("plan.toml:3: sweep.levels", "3").raised_by(load_plan, write("plan.toml", text=plan))
    days = TargetDays(date(2025, 1, 1), date(2025, 12, 31), "CNY")
    target = '[targets.optout_rate]\nvalue = "2 %"\ntolerance = "1 %"\nwindow = "1.5 d"\n'
    Parts("targets.optout_rate.window", "'1.5 d'").raised_by(read_targets, write("t.toml", text=target), days)


# --- lines of other files --------------------------------------------------------------------------


def test_the_root_of_all_files_is_no_project(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("q.toml", text='extends = "/etc/passwd"\n')
    assert project_folder(path) == path.parent
    monkeypatch.chdir("/")
    assert project_folder(path) == path.parent
    Parts("extends", "'/etc/passwd'", str(path.parent)).raised_by(load, path)


def test_no_line_of_another_file_is_repeated(write: Write) -> None:
    secret = write("notes.txt", text="password = hunter2\n")
    error = Parts("notes.txt:1", "", "*.toml").raised_by(load, secret)
    assert "hunter2" not in str(error)
    assert "hunter2" in str(Parts("notes.toml:1").raised_by(load, write("notes.toml", text="password = hunter2\n")))


# --- notes -----------------------------------------------------------------------------------------


def test_many_notes_of_a_kind_are_one(write: Write) -> None:
    lines = [("held", f"campaign {place} is never held") for place in range(1000)]
    assert folded([*lines, ("other", "another")]) == [
        "campaign 0 is never held (and 999 more notes of this kind)",
        "another",
    ]
    assert folded(lines[:12]) == [line for _, line in lines[:12]]
    assert listed([str(place) for place in range(1000)]).endswith(", 11 and 988 more")
    body = 'every = "30 d"\nfirst = 2036-01-01\nlasts = "3 d"\nchannel = "direct"\n'
    offer = 'offer = { format = "percent", depth = "10 %" }\n'
    add = "".join(f"[strategy.campaigns.c{place}]\n{body}{offer}" for place in range(40))
    many, held = notes([write(add=add)])
    assert len(many) < 400
    assert " and 30 more: up to" in many
    assert "campaigns.c0 has no day in the run" in held
    assert held.endswith("(and 39 more notes of this kind)")


def test_a_note_of_many_files_is_one(write: Write) -> None:
    add = '[strategy.campaigns.late]\nevery = "30 d"\nfirst = 2036-01-01\nlasts = "3 d"\nchannel = "moments"\n'
    add += 'offer = { format = "percent", depth = "10 %" }\n'
    files = [write(f"q{place}.toml", add=add) for place in range(14)]
    line = next(line for line in notes(files) if "late" in line)
    assert line.startswith("q0.toml: campaigns.late has no day")
    assert line.endswith("(and 13 more notes of this kind)")
    assert len(notes(files)) == 2


def test_a_programme_for_nobody_is_named(write: Write) -> None:
    nobody = "outreach.care is for nobody: no value lies in the range of who.tenure"
    for condition, said in (("< 0 d", True), ("<= 0 d", False), (">= 5 d, < 5 d", True), ("< 1 d", False)):
        lines = notes([write(**{"< 90 d": condition})])
        assert any(nobody in line for line in lines) == said
