"""A mechanism that is added to the law in one file: a process that keeps columns, and a response that reads them.

    rain = Mechanism("rain", process, response)

`process(env, context)` is a SimPy generator that starts at midnight of day 0; time is in days.
`response(context, market)` is called once a day, after all that happens at midnight and before the day is simulated.
It returns log multipliers of today's hazards, `order` and `leave`: numbers, or arrays of shape (context.size,). The
responses of all mechanisms are summed into two columns that the compiled day reads anyway, so that adding a mechanism
compiles nothing anew. `context` is a `sim.extend.mechanism_context.MechanismContext`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True)
class Mechanism:
    """One added mechanism. `process` may be None where the response needs no state.

    `version` stands for what the two functions do in the key of a run; runs without one are neither stored nor reused.
    """

    name: str
    process: Callable[..., Generator[Any, Any, None]] | None
    response: Callable[..., Mapping[str, npt.ArrayLike]]
    version: str | None = None
