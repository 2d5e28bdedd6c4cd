"""Cross-field validation of the service desk: shifts, skills, and who goes first."""

from __future__ import annotations

from datetime import timedelta

from scenarios.toml.entries import Entry
from scenarios.validation.market_validation import validate_days, validate_who
from sim.scenario import TICKET_KINDS, Market, RunSettings, Service

WHOLE_DAY = (0.0, 1.0)


def validate_service(service: Service, market: Market, run: RunSettings, entry: Entry) -> None:
    """Raise InputError where a desk contradicts itself, or a kind of ticket has nobody who takes it."""
    _validate_once(service.priority, "each kind of ticket once", entry.at("priority"))
    validate_days(service.closed_on, entry.at("closed_on"))
    for key, who in (("first", service.first), ("escalate", service.escalate)):
        if who is not None:
            validate_who(who, market, entry.at(key))
    for key, stated in (("agents", service.agents is not None), ("hours", service.hours != WHOLE_DAY)):
        if service.shifts and stated:
            raise entry.at(key).error("shifts have agents and hours of their own", expected=f"no {key}, or no shifts")
    for number, shift in enumerate(service.shifts, start=1):
        own = entry.at("shifts", str(number))
        _validate_once(shift.days, "each weekday once", own.at("days"))
        _validate_once(shift.skills, "each kind of ticket once", own.at("skills"))
        if shift.hired is not None and shift.hired >= run.start + timedelta(days=run.days):
            expected = f"a date before {run.start + timedelta(days=run.days)}, the end of the run"
            raise own.at("hired").error(expected=expected, got=str(shift.hired))
    taken = {kind for shift in service.shifts for kind in shift.skills or TICKET_KINDS}
    for kind in TICKET_KINDS:
        if service.shifts and kind not in taken:
            raise entry.at("shifts").error(f"nobody takes {kind} tickets", expected="a shift with that skill", got="")
    paid = service.compensation
    if paid is not None and paid.kind != "none" and paid.share is None:
        raise entry.at("compensation", "share").error(
            expected='a share of the order, such as share = "20 %"', got="no share"
        )
    _validate_desk(service, market, entry)


def _validate_desk(service: Service, market: Market, entry: Entry) -> None:
    """Raise InputError where people write and nobody is said to be there, or where it is said twice who is."""
    response = market.service
    write = response.questions_per_touch + response.questions_per_order + response.problems_per_order > 0.0
    if write and not service.staff and not service.unlimited:
        expected = (
            "agents = 2 (and hours), or shifts; or unlimited = true, for a desk that answers at once and for nothing"
        )
        raise entry.error("people write, and nobody is there to answer", expected=expected, got="")
    if service.unlimited and service.staff:
        key = "shifts" if service.shifts else "agents"
        raise entry.at(key).error("the desk is unlimited", expected=f"no {key}, or unlimited = false")
    if service.unlimited and service.bot:
        raise entry.at("bot").error("the desk is unlimited", expected="no bot, or unlimited = false")


def _validate_once(words: tuple[str, ...], expected: str, entry: Entry) -> None:
    if len(set(words)) < len(words):
        raise entry.error(expected=expected, got=", ".join(words))
