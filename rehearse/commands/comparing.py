"""Commands that compare and sweep: compare, sweep, report, store."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from rehearse.commands.command_app import app
from rehearse.commands.options import (
    KEPT,
    Assumptions,
    Cluster,
    Draws,
    Enough,
    Jobs,
    Json,
    Kept,
    Market,
    Money,
    Most,
    MostDraws,
    Out,
    Precision,
    Python,
    Seed,
)
from rehearse.commands.shown_assumptions import show_assumptions

if TYPE_CHECKING:
    from scenarios import Question


MOST_DRAWS = 100
"""Draws up to which more are run by themselves where nobody states their number."""


@app.command(
    epilog="Example: rehearse compare my-shop/cadence.toml --replications auto --precision '5000 CNY' --out out/cadence"
)
def compare(
    files: Annotated[list[Path], typer.Argument(help="One question, or one file for each arm.", show_default=False)],
    market: Market = None,
    python: Python = None,
    draws: Draws = None,
    replications: Enough = None,
    precision: Precision = None,
    most: Most = None,
    most_draws: MostDraws = None,
    seed: Seed = None,
    money: Money = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Out = None,
    store: Kept = None,
    assumptions: Assumptions = True,
    json_: Json = None,
) -> None:
    """Simulate every arm on common random numbers, and say which is better and how certain that is."""
    import experiments
    from experiments.output import console as ui
    from scenarios import additions_of_files, load_many, load_question

    read = partial(load_question, files[0]) if len(files) == 1 else partial(load_many, files)
    question = read(market=market, additions=additions_of_files(python or ()))
    folder = out or Path("out") / question.path.stem
    ui.check_targets(folder, json_, store)
    ui.check_workers(jobs, cluster)
    ui.warm_up_for(question, cluster)
    kept = store or folder.absolute().parent / KEPT.name
    with ui.progress() as show:
        answer = experiments.compare(
            question,
            draws=draws,
            replications=_count_or_auto(replications),
            precision=precision,
            most=most,
            most_draws=_most_draws(question, most_draws, stated=draws is not None or replications == "auto"),
            jobs=jobs,
            cluster=cluster,
            store=kept,
            seed=seed,
            progress=ui.shown(show),
        )
    console = ui.results(json_)
    experiments.print_comparison(answer, console, money=money)
    if assumptions:
        answer = replace(answer, assumptions=show_assumptions(question, jobs, kept, console))
    report = experiments.write_report(answer, folder)  # drawn behind the verdict, which does not wait for it
    console.print(f"\nreport: {report}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse sweep my-shop/sweep.toml")
def sweep(
    plan: Annotated[Path, typer.Argument(help="A plan file.", show_default=False)],
    market: Market = None,
    python: Python = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
    out: Out = None,
    store: Kept = None,
    json_: Json = None,
) -> None:
    """Simulate a scenario at every point of a plan, and say what moves its KPIs. Continues where it was stopped."""
    from experiments import print_sweep, sweep
    from experiments.output import console as ui
    from scenarios import additions_of_files, load_plan

    asked = load_plan(plan, market=market, additions=additions_of_files(python or ()))
    folder = out or Path("out") / asked.path.stem
    ui.check_targets(folder, json_, store)
    ui.check_workers(jobs, cluster)
    if asked.question is not None:
        ui.warm_up_for(asked.question, cluster)
    with ui.progress() as show:
        answer = sweep(asked, jobs=jobs, cluster=cluster, out=folder, store=store, progress=ui.shown(show))
    console = ui.results(json_)
    print_sweep(answer, console)
    console.print(f"\nreport: {folder / 'report.html'}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json(folder))


@app.command(epilog="Example: rehearse report out/cadence")
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a comparison or a sweep.", show_default=False)],
    python: Python = None,
    store: Kept = None,
) -> None:
    """Write a report again from finished runs, without simulating."""
    from experiments import rebuild
    from scenarios import additions_of_files

    rebuild(folder, store=store, offers=additions_of_files(python or ()).offers)
    typer.echo(f"report: {folder / 'report.html'}")


@app.command(epilog="Example: rehearse store --prune --older 30")
def store(
    folder: Annotated[Path, typer.Argument(help="Folder of finished runs.")] = KEPT,
    prune: Annotated[bool, typer.Option("--prune", help="Remove runs that cannot be used any more.")] = False,
    older: Annotated[
        float | None,
        typer.Option(
            "--older",
            min=0,
            help="With --prune: also older runs, in days.",
            show_default=False,
        ),
    ] = None,
    json_: Json = None,
) -> None:
    """Show finished runs by question, and their size on disk."""
    from experiments import Store, print_store, prune as remove, store_json, stored_runs
    from experiments.output import console as ui
    from scenarios import InputError

    if older is not None and not prune:
        raise InputError(place="--older", expected="--prune with it", got=f"--older {older:g} alone")
    there = Store(folder)
    with ui.progress() as show:
        found = stored_runs(there, lambda done, total: show(done, total, "reading", None))
    gone = remove(there, found, older=older) if prune else []
    went = {one.path for one in gone}
    left = [one for one in found if one.path not in went]
    print_store(there, left, gone, ui.results(json_))
    ui.write_answer(json_, store_json(there, left, gone))


def _most_draws(question: Question, asked: int | None, *, stated: bool) -> int | None:
    """The ceiling of draws: that of the option, else `MOST_DRAWS` where only the library states how many there are."""
    if asked is not None or stated or question.states_draws:
        return asked
    return max(MOST_DRAWS, next(iter(question.arms.values())).run.draws)


def _count_or_auto(text: str | None) -> int | Literal["auto"] | None:
    from scenarios import InputError

    if text is None or text == "auto":
        return text  # type: ignore[return-value]
    if not text.isdecimal() or len(text) > 9:
        raise InputError(place="--replications", expected="a whole number from 1, or auto", got=repr(text))
    return int(text)
