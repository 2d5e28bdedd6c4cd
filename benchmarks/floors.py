"""`make floors`: the project with the lowest versions of its dependencies that pyproject.toml allows.

A fresh environment in a temporary folder gets the project and exactly those versions. Then commands are run in it, and
the golden test of integers. The first step that fails ends it with exit code 1.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import tomllib
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

QUESTION = """
extends = "shop.toml"

[market]
start_with = 200

[variants.mild]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "5 %" }
[variants.deep]
strategy.campaigns.rhythm.offer = { format = "percent", depth = "25 %" }

[run]
start        = 2026-01-01
horizon      = "20 d"
cool_down    = "0 d"
draws        = 2
replications = 2
"""

PLAN = """
scenario = "small.toml"

[sweep]
design       = "morris"
points       = 2
draws        = 1
replications = 1
kpis         = ["orders"]

[sweep.vary]
"strategy.campaigns.rhythm.lasts" = { low = "3 d", high = "7 d" }
"strategy.service.agents"         = { low = 1, high = 4 }
"""

COMMANDS = (
    ("--help", 0, "compare"),
    ("new .", 0, "shop.toml"),
    ("validate .", 0, "all good"),
    ("compare small.toml --jobs 2 --out out", 0, "report: out/report.html"),
    ("timeline small.toml gained --out out", 0, "out/lifeline.html"),
    ("sweep plan.toml --jobs 2 --out swept", 0, "report: swept/report.html"),
    ("orders orders.csv", 0, "order-days by month"),
    ("calibrate orders.csv --draws 30 --holdout 4w --out fitted", 0, "fitted"),
    ("validate fitted/market.toml", 0, "all good"),
    ("run gone.toml", 2, "rehearse: gone.toml: "),
    ("dance", 2, "rehearse: No such command 'dance'"),
    ("compare", 2, "rehearse: Missing argument"),
)
"""Arguments, exit code, and a part of the output. An exit code of 2 comes with exactly one line."""


def lowest(pyproject: Path) -> list[str]:
    """The lowest version of each dependency at run time, such as "numpy==2.0.0". ValueError where one has no floor."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["cluster"]]
    if without := [line for line in wanted if line.count(">=") != 1]:
        raise ValueError(f"{pyproject}: no floor: {', '.join(without)}")
    return [line.replace(">=", "==") for line in wanted]


def main() -> None:
    """Install, run the commands, run the golden test."""
    with tempfile.TemporaryDirectory(prefix="rehearse-floors-") as name:
        folder = Path(name)
        python = folder / "venv" / "bin" / "python"
        versions = lowest(ROOT / "pyproject.toml")
        print(f"installing {', '.join(versions)}", flush=True)
        step([sys.executable, "-m", "venv", str(folder / "venv")], folder)
        step([str(python), "-m", "pip", "install", "--quiet", str(ROOT), *versions, "pytest", "hypothesis"], folder)
        work = folder / "work"
        work.mkdir()
        (work / "small.toml").write_text(QUESTION, encoding="utf-8")
        (work / "plan.toml").write_text(PLAN, encoding="utf-8")
        (work / "orders.csv").write_text(orders(), encoding="utf-8")
        for words, code, part in COMMANDS:
            print(f"rehearse {words}", flush=True)
            done = step([str(python.with_name("rehearse")), *words.split()], work, code)
            said = done.stdout + done.stderr
            if part not in said or (code and len(said.splitlines()) != 1):
                sys.exit(f"expected {part!r}, got\n{said}")
        print("tests/sim/test_golden.py", flush=True)
        step([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/sim/test_golden.py"], ROOT)
    print("the lowest versions work")


def step(command: list[str], folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder; end with exit code 1 where its exit code is not `code`."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
    return done


def orders() -> str:
    """An order export of 60 customers over two years, as CSV."""
    dice = random.Random(3)
    lines = ["customer_id,order_date,amount"]
    for customer in range(60):
        day = date(2023, 1, 1) + timedelta(days=dice.randrange(300))
        for _ in range(4):
            lines.append(f"c{customer},{day},{dice.gammavariate(4.0, 20.0):.2f}")
            day += timedelta(days=dice.randrange(5, 90))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
