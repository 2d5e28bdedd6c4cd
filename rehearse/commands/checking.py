"""Commands that check: check, diff, bench."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from rehearse.commands.command_app import app
from rehearse.commands.options import KEPT, Cluster, Draws, Jobs, Json, Kept, Market, Python, Replications, Seed


@app.command(epilog="Example: rehearse check my-shop --baseline my-shop/baselines --junit check.xml")
def check(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", show_default=False)],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="Folder of baselines to compare with.", show_default=False),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baselines again; needs --why.")] = False,
    why: Annotated[
        str | None, typer.Option("--why", help="With --update: why the results changed, in a line.", show_default=False)
    ] = None,
    may: Annotated[
        list[str] | None,
        typer.Option(
            "--may", metavar="KPI[:up|down]", help="An expected change; also verdict or all.", show_default=False
        ),
    ] = None,
    market: Market = None,
    python: Python = None,
    draws: Draws = None,
    replications: Replications = None,
    seed: Seed = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    store: Kept = KEPT,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Markdown file for a pull request.", show_default=False)
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", help="JUnit XML file for CI.", show_default=False)] = None,
    json_: Json = None,
) -> None:
    """Test the expectations of scenarios, and compare with baselines: exit 0 pass, 1 fail, 3 inconclusive."""
    from experiments import check, print_check, write_check
    from experiments.output import console as ui
    from scenarios import additions_of_files, load_expecting, load_questions

    ui.check_targets(None, json_, store)
    ui.check_files({"--markdown": markdown, "--junit": junit})
    ui.check_workers(jobs, cluster)
    read = load_expecting if baseline is None else load_questions
    questions = read(paths, market=market, additions=additions_of_files(python or ()))
    ui.warm_up_for(questions[0], cluster)
    with ui.progress() as show:
        answer = check(
            questions,
            baseline=baseline,
            update=update,
            why=why,
            may=may or (),
            draws=draws,
            replications=replications,
            seed=seed,
            jobs=jobs,
            cluster=cluster,
            store=store,
            progress=ui.shown(show),
        )
    print_check(answer, ui.results(json_))
    write_check(answer, markdown=markdown, junit=junit)
    ui.write_answer(json_, answer.to_json())
    raise typer.Exit({"pass": 0, "fail": 1, "inconclusive": 3}[answer.verdict])


@app.command(epilog="Example: rehearse diff out/before out/after")
def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run or a comparison.", show_default=False)],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run or comparison.", show_default=False)],
    json_: Json = None,
) -> None:
    """Say what differs between two results: inputs, the first event, KPIs."""
    from experiments import diff, print_diff
    from experiments.output import console as ui

    ui.check_targets(None, json_)
    with ui.progress() as show:
        answer = diff(a, b, progress=ui.shown(show))
    print_diff(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse bench --baseline tests/baselines/speed.baseline")
def bench(
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            help="Only compare the speed with this file: exit 0 no slower, 1 slower, 3 inconclusive.",
            show_default=False,
        ),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the baseline again; needs --why.")] = False,
    why: Annotated[str | None, typer.Option("--why", help="With --update: the reason.", show_default=False)] = None,
    json_: Json = None,
) -> None:
    """Measure the speed of this machine, beside other simulators (4 minutes); or compare it with a baseline."""
    from experiments.output import console as ui
    from scenarios import InputError

    if baseline is None and (update or why is not None):
        got = "--update" if update else "--why"
        raise InputError(place="--update, --why", expected="--baseline FILE beside them", got=f"{got} alone")
    if update != bool((why or "").strip()):
        got = "--update without a reason" if update else "--why alone"
        raise InputError(place="--update, --why", expected="both or none", got=got)
    ui.check_targets(None, json_)
    root = Path(__file__).resolve().parents[2]
    if not (root / "benchmarks" / "speed.py").is_file():
        raise InputError(place=str(root), expected="a checkout with its benchmarks and tests folders", got="none")
    sys.path.insert(0, str(root))
    if baseline is not None:
        raise typer.Exit(_speed(baseline, why, json_))
    from benchmarks.speed import bench
    from benchmarks.speed_table import print_bench

    with ui.progress() as show:
        answer = bench(show=show)
    print_bench(answer, ui.results(json_))
    ui.write_answer(json_, answer)


def _speed(file: Path, why: str | None, json_: str | None) -> int:
    """Measure, and compare with a baseline; or write one, if a reason is given. Returns the exit code."""
    from benchmarks import speed_check as speed
    from experiments.output import console as ui

    held = None if why else speed.read_baseline(file)
    console = ui.results(json_)
    ui.warm_up_for(speed.any_question(), None)
    with ui.progress() as show:
        measured = speed.measure(progress=show)
    if held is None:
        speed.write_baseline(file, measured, (why or "").strip())
        console.print(f"{speed.format_measurement(measured)}\nwritten: {file}", highlight=False, soft_wrap=True)
        ui.write_answer(json_, {"schema": 1, "written": str(file), "measured": vars(measured)})
        return 0
    answer = speed.judge(measured, held)
    speed.print_speed(answer, console)
    ui.write_answer(json_, answer.to_json())
    return speed.EXIT[answer.verdict]
