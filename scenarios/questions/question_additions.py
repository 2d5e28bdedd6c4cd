"""All that a user adds to questions in Python, as one value: KPIs, discount formats and mechanisms of one's own.

Public functions take each kind under a word of its own (`load`); what they call takes the value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from scenarios.errors import InputError, shown
from scenarios.questions.question import Question
from scenarios.values.own_formats import checked_formats
from scenarios.values.own_kpis import OwnKpi, checked_kpis
from scenarios.values.own_mechanisms import checked_mechanisms
from sim.offers.own_format import OwnFormat
from sim.scenario import Mechanism


@dataclass(frozen=True)
class Additions:
    """What is added to questions: of each kind, each addition once and under a name of its own."""

    kpis: tuple[OwnKpi, ...] = ()
    """KPIs of one's own, which files may name and every run measures."""
    offers: tuple[type[OwnFormat], ...] = ()
    """Discount formats of one's own, in which offers may be."""
    mechanisms: tuple[Mechanism, ...] = ()
    """Mechanisms, which are in the world of every arm."""

    @property
    def kinds(self) -> dict[str, int]:
        """How many additions there are of each kind that there is one of."""
        return {kind.name: len(own) for kind in fields(self) if (own := getattr(self, kind.name))}


NOTHING_ADDED = Additions()


def checked_additions(
    kpis: Iterable[OwnKpi] = (), offers: Iterable[type[OwnFormat]] = (), mechanisms: Iterable[Mechanism] = ()
) -> Additions:
    """The additions as one value. Raises InputError for what is none, and for two of one kind and name."""
    for kind, given, decorator in (
        ("kpis", kpis, "functions under @kpi(...)"),
        ("offers", offers, "classes under @offer(...)"),
        ("mechanisms", mechanisms, "functions under @mechanism(...)"),
    ):
        if callable(given) or not isinstance(given, Iterable):
            raise InputError(place=kind, expected=f"a list of {decorator}", got=shown(repr(given)))
    return Additions(checked_kpis(kpis), checked_formats(offers), checked_mechanisms(mechanisms))


def additions_among(values: Iterable[Any]) -> Additions:
    """Those of these values that are additions, in their order. Raises InputError for two of one kind and name."""
    found = list(values)
    return checked_additions(
        kpis=[one for one in found if isinstance(one, OwnKpi)],
        offers=[one for one in found if isinstance(one, type) and issubclass(one, OwnFormat) and one is not OwnFormat],
        mechanisms=[one for one in found if isinstance(one, Mechanism)],
    )


def with_additions(question: Question, additions: Additions) -> Question:
    """The question with these besides its own. Raises InputError for two of one kind and name."""
    with_words = question.with_kpis(*additions.kpis).with_offers(*additions.offers)
    return with_words.with_mechanisms(*additions.mechanisms)
