"""Files damaged at random: order files, scenarios, plans and what belongs to them; each comes again by its number."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.damages import TABLE, TREE, bytes_changed, packed
from scenarios.toml.toml_document import LIBRARY
from tests.calibration.profile_exports import EXPORTS

Kind = Literal["orders", "cases", "scenarios"]
KINDS: tuple[Kind, ...] = ("orders", "cases", "scenarios")
MOST_DAMAGE = 4
"""Damages to one file at most."""
WHOLE = 0.04
"""Share of files that are not damaged."""
PACKED = 0.15
"""Share of order files that are packed; most of them are damaged as such."""
EVERYTHING = Path(__file__).parents[1] / "tests" / "scenarios" / "everything.toml"
TABLES = (".csv", ".txt")


@dataclass(frozen=True)
class DamagedFile:
    """A damaged file: its kind and number, the shape that it was, its name, its bytes, and what was done to it."""

    kind: Kind
    number: int
    shape: str
    name: str
    content: bytes
    damages: tuple[str, ...]


def damaged_file(kind: Kind, number: int) -> DamagedFile:
    """The file of this number; the same bytes each time, as long as the shapes of its kind are the same."""
    dice = np.random.default_rng((KINDS.index(kind), number))
    shapes = shapes_of(kind)
    shape = sorted(shapes)[number % len(shapes)]
    content, done = shapes[shape], []
    damages = TABLE if shape.endswith(TABLES) else TREE
    for _ in range(0 if dice.random() < WHOLE else int(dice.integers(1, MOST_DAMAGE + 1))):
        damage = list(damages)[int(dice.integers(len(damages)))]
        content = damages[damage](content, dice)
        done.append(damage)
    name = shape.rpartition("/")[2]
    if kind != "scenarios" and dice.random() < PACKED:
        name, content = packed(name, content, dice)
        done.append(f"packed as {name.rpartition('.')[2]}")
        if dice.random() < 1.0 - PACKED:
            content = bytes_changed(content, dice)
            done.append("bytes changed")
    return DamagedFile(kind, number, shape, name, content, tuple(done))


@cache
def shapes_of(kind: Kind) -> Mapping[str, bytes]:
    """Whole files of a kind, by name; `cases` are the files beside the folder that REHEARSE_DATA names, if any."""
    if kind == "cases":
        folder = Path(os.environ.get("REHEARSE_DATA", "/none")).absolute().parent / "cases" / "orders"
        return {f"cases/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.*"))}
    return _order_shapes() if kind == "orders" else _scenario_shapes()


# --- shapes of order files -------------------------------------------------------------------------

HEADER = "order_id,customer_id,order_date,amount\n"
ROWS = "".join(
    f"{1000 + i},c{i % 20:02d},2025-{i % 9 + 1:02d}-{i % 28 + 1:02d} 10:00:00,{10 + i}.50\n" for i in range(80)
)


def _order_shapes() -> Mapping[str, bytes]:
    """The exports of platforms, and small tables in other encodings, delimiters and dates."""
    tables = {
        "plain.csv": (HEADER + ROWS).encode(),
        "semicolons.csv": (HEADER + ROWS).replace(",", ";").replace(".50", ",50").encode(),
        "chinese.csv": ("订单号,客户,下单时间,金额\n" + ROWS).encode("gb18030"),
        "tabs.txt": (HEADER + ROWS).replace(",", "\t").encode("utf-16"),
        "stamps.csv": (HEADER + ROWS).replace("2025-", "").replace(" 10:00:00", "/2025").encode(),
    }
    return {f"exports/{name}.csv": export.content() for name, export in EXPORTS.items()} | {
        f"tables/{name}": content for name, content in tables.items()
    }


# --- shapes of scenario files ----------------------------------------------------------------------

PLAN = 'scenario = "library:campaign_rhythm"\n[sweep]\ndesign = "{}"\n{}\n'
VARY = '[sweep.vary]\n"strategy.service.agents" = { values = [1, 2] }\n"market.fatigue.half_life" = "belief"\n'
RANGE = VARY + '"strategy.campaigns.rhythm.offer.depth" = { low = "5 %", high = "30 %", scale = "log" }\n'
PLANS = {
    "latin": PLAN.format("latin", 'points = 20\nkpis = ["ltv"]\nseed = 3') + RANGE,
    "grid": PLAN.format("grid", "levels = 2\ndraws = 1") + RANGE,
    "sobol": PLAN.format("sobol", "points = 8\nreplications = 1") + RANGE,
    "morris": PLAN.format("morris", "points = 4\nlevels = 4\nanalyse = { sensitivity = true }") + RANGE,
    "points": PLAN.format("file", 'file = "points.csv"'),
}
POINTS = 'strategy.service.agents,market.fatigue.half_life\n1,"10 d"\n2,"20 d"\n3,"30 d"\n'
TRIAL = """people = "people.csv"
arm = "group"
control = "none"
person = "id"
window = "14 d"
recency = "months"
recency_unit = "30 d"
outcomes = [{ column = "bought", shows = "order" }]
arms = [{ name = "mail", messages = [{ channel = "direct", content = "offer" }] }]
"""
PEOPLE = "id,group,months,bought\n1,none,1,0\n2,none,2,1\n3,mail,1,1\n4,mail,2,0\n5,mail,2,3\n"
TARGETS = '[targets.optout_rate]\nvalue = "2 %"\ntolerance = "1 %"\n[targets.cac]\nbetween = ["5 CNY", "9 CNY"]\n'
READING = 'until = 2026-01-31\ntime_zone = "Asia/Shanghai"\n[columns]\namount = "amount"\n[states]\n"done" = "sale"\n'


def _scenario_shapes() -> Mapping[str, bytes]:
    """Scenarios, markets, plans, tables of points, trials, targets and readings."""
    files = {f"library/{path.name}": path.read_bytes() for path in sorted(LIBRARY.rglob("*.toml"))}
    files |= {f"plans/{design}.toml": text.encode() for design, text in PLANS.items()}
    return files | {
        "everything/everything.toml": EVERYTHING.read_bytes(),
        "points/points.csv": POINTS.encode(),
        "trials/trial.toml": TRIAL.encode(),
        "people/people.csv": PEOPLE.encode(),
        "targets/targets.toml": TARGETS.encode(),
        "readings/reading.toml": READING.encode(),
    }
