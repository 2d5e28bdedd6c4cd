"""The environment for learning a policy as one of Gymnasium, which must be installed: the same steps, with spaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium
import numpy as np

from experiments.questions.policy_environment import Decisions, Floats, PolicyEnvironment
from sim.scenario import Scenario


class GymnasiumEnvironment(PolicyEnvironment, gymnasium.Env):  # type: ignore[misc]
    """A `gymnasium.Env`: actions are `Discrete` or a `Box`, observations an unbounded `Box`, all of float64.

    Gymnasium's generator (`np_random`) is a learner's: nothing of the shop is drawn from it.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": []}

    def __init__(self, scenario: Scenario, decisions: Decisions, address: tuple[int, int]) -> None:
        super().__init__(scenario, decisions, address)
        self.render_mode = None
        if isinstance(decisions.choices, int):
            self.action_space = gymnasium.spaces.Discrete(decisions.choices)
        elif decisions.choices is not None:
            low, high = (np.asarray(end, dtype=np.float64) for end in decisions.choices)
            self.action_space = gymnasium.spaces.Box(low, high, dtype=np.float64)
        observed = PolicyEnvironment.reset(self, options={"replication": address[1]})[0]
        self.close()
        self._next = address[1]
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, observed.shape, dtype=np.float64)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Floats, dict[str, Any]]:
        """As `PolicyEnvironment.reset`; a seed starts Gymnasium's own generator, too."""
        first = PolicyEnvironment.reset(self, seed=seed, options=options)
        gymnasium.Env.reset(self, seed=None if seed is None else int(seed))
        return first
