"""Commands that run one arm or one person: run, timeline, staff, and the compiled model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from rehearse.commands.command_app import app
from rehearse.commands.options import (
    KEPT,
    Assumptions,
    Cluster,
    Draws,
    File,
    Jobs,
    Json,
    Kept,
    Market,
    Money,
    Out,
    Python,
    Replications,
    Seed,
)
from rehearse.commands.shown_assumptions import show_assumptions


@app.command(epilog="Example: rehearse run my-shop/shop.toml --draws 1 --out out/shop")
def run(
    file: File,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
    market: Market = None,
    python: Python = None,
    draws: Draws = None,
    replications: Replications = None,
    seed: Seed = None,
    events: Annotated[bool, typer.Option("--events", help="Write the event log of the first run to --out.")] = False,
    money: Money = False,
    jobs: Jobs = None,
    cluster: Cluster = None,
    shards: Annotated[
        int | None,
        typer.Option(
            "--shards",
            min=1,
            show_default=False,
            help="Cut each run into so many processes, or workers of the cluster, each with its part of the people.",
        ),
    ] = None,
    out: Out = None,
    store: Kept = None,
    assumptions: Assumptions = True,
    json_: Json = None,
) -> None:
    """Simulate one arm of a scenario and show its KPIs, and on what its profit rests."""
    from experiments import print_answer, run_arm
    from experiments.output import console as ui
    from experiments.questions.single_arm import with_assumptions
    from scenarios import InputError, additions_of_files, load_question

    ui.check_targets(out, json_, store)
    ui.check_workers(jobs, cluster)
    if events and out is None:
        raise InputError(place="--events", expected="--out FOLDER for events.parquet and event-log", got="no --out")
    if shards is not None and (jobs is not None or events):
        got = "--events" if events else f"--jobs {jobs}"
        raise InputError(place="--shards", expected="neither --jobs nor --events beside it", got=got)
    question = load_question(file, market=market, additions=additions_of_files(python or ()))
    ui.warm_up_for(question, cluster)
    with ui.progress() as show:
        answer = run_arm(
            question, variant, draws=draws, replications=replications, jobs=jobs, cluster=cluster, shards=shards,
            seed=seed, events=events, out=out, store=store, progress=ui.shown(show),
        )  # fmt: skip
    print_answer(answer, ui.results(json_), money=money)
    if assumptions:
        kept = store or (KEPT if out is None else out.absolute().parent / KEPT.name)
        answer = with_assumptions(answer, show_assumptions(question, jobs, kept, ui.results(json_)), out)
    ui.write_answer(json_, answer.to_json())


@app.command("lifeline", hidden=True, epilog="Example: rehearse timeline my-shop/cadence.toml gained")
@app.command(epilog="Example: rehearse timeline my-shop/cadence.toml gained")
def timeline(
    ctx: typer.Context,
    file: File,
    person: Annotated[str | None, typer.Argument(help="A person's number, gained or lost.", show_default=False)] = None,
    market: Market = None,
    python: Python = None,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="Names of arms; by default all.", show_default=False)
    ] = None,
    draw: Annotated[int, typer.Option("--draw", min=0, help="Number of the plausible market, from 0.")] = 0,
    replication: Annotated[int, typer.Option("--replication", min=0, help="Number of the replication, from 0.")] = 0,
    draws: Draws = None,
    seed: Seed = None,
    out: Out = None,
    json_: Json = None,
) -> None:
    """Show one person under each arm: where timelines diverge, and why. Without PERSON: who gained and lost most."""
    from experiments import print_gains, print_timelines, timeline, who_gained, write_timelines
    from experiments.output import console as ui
    from experiments.traces.gains import find_person, gains_json, parse_person, two_arms
    from scenarios import additions_of_files, load_question

    question = load_question(file, market=market, additions=additions_of_files(python or ()))
    folder = out or Path("out") / f"{question.path.stem}-{ctx.info_name}"
    ui.check_targets(folder, json_)
    parse_person(person)
    ui.warm_up_for(question, None)
    options: Any = {"draw": draw, "replication": replication, "draws": draws, "seed": seed}
    console = ui.results(json_)
    with ui.progress() as show:
        options["progress"] = ui.shown(show)
        if person is None:
            table = who_gained(question, *two_arms(question, variant), **options)
        else:
            number = find_person(question, person, variant, **options)
            answer = timeline(question, number, arms=variant, **options)
    if person is None:
        print_gains(table, question, console)
        ui.write_answer(json_, gains_json(table))
        return
    picture = write_timelines(answer, folder)
    print_timelines(answer, console)
    console.print(f"\npicture: {picture}, page: {picture.with_suffix('.html')}", highlight=False, soft_wrap=True)
    ui.write_answer(json_, answer.to_json())


@app.command(epilog="Example: rehearse staff my-shop/desk.toml --goal '80% in 2 min' --picture desk.png")
def staff(
    file: File,
    variant: Annotated[str | None, typer.Option("--variant", help="Name of the arm.", show_default=False)] = None,
    goal: Annotated[
        str, typer.Option("--goal", help="Share of the questions while the desk is open, and in what time.")
    ] = "80% in 2 min",
    chance: Annotated[
        float, typer.Option("--chance", min=0.01, max=1.0, help="Share of plausible markets in which it is kept.")
    ] = 0.9,
    market: Market = None,
    python: Python = None,
    draws: Draws = None,
    json_: Json = None,
    picture: Annotated[
        Path | None,
        typer.Option("--picture", help="Picture by hour of the day, FILE.png or FILE.svg.", show_default=False),
    ] = None,
) -> None:
    """The least staff by shift that keeps a goal, and by hour of the day what it reaches."""
    from experiments import draw_staff, least_staff, print_staff
    from experiments.output import console as ui
    from scenarios import additions_of_files, load_question

    ui.check_targets(None, json_)
    ui.check_picture("--picture", picture, json_)
    question = load_question(file, market=market, additions=additions_of_files(python or ()))
    ui.warm_up_for(question, None)
    with ui.progress() as show:
        answer = least_staff(
            question, variant, goal=goal, chance=chance, draws=draws,
            progress=lambda done, total, words: show(done, total, words, None),
        )  # fmt: skip
    print_staff(answer, ui.results(json_))
    ui.write_answer(json_, answer.to_json())
    if picture is not None:
        draw_staff(answer, picture)
        ui.results(json_).print(f"picture: {picture}", soft_wrap=True)


@app.command("machine-code", epilog="Example: rehearse machine-code --compile")
def machine_code(
    compile_: Annotated[
        bool, typer.Option("--compile", help="Compile the model now, if it is not compiled yet.")
    ] = False,
) -> None:
    """Show the folder of the compiled model. Its name changes with the code, the packages and the processor."""
    from sim.fingerprint import cache_folder

    if compile_:
        from experiments.output import console as ui
        from scenarios import load

        ui.warm_up_for(load("library:shop"), None)
    typer.echo(cache_folder())
