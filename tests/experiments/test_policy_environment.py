"""A shop as an environment: the bits of a run, rewards that add up, Gymnasium's own checks, and mistakes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import rehearse as rh
import sim
from experiments.questions.policy_environment import OBSERVED, PolicyEnvironment
from experiments.questions.policy_learning import environment
from sim.scenario import Scenario
from tests.worlds import scenario

ACTIONS = [1, 0, 2, 2, 0, 1]


def world(**run: Any) -> Scenario:
    plain = scenario({"strategy.service.agents": 1}, days=38)
    plain = replace(plain, strategy=replace(plain.strategy, campaigns={}))
    return replace(plain, run=replace(plain.run, **{"warm_up": 4, "horizon": 32, "cool_down": 2} | run))


def act(view: rh.PublicView, action: int) -> rh.Actions:
    """None, a campaign, or a message, a note, an agent more and a budget."""
    if action == 0:
        return rh.Actions.nothing()
    if action == 1:
        return rh.Actions.campaign("deal", rh.Offer.percent(0.2), channel="direct", days=3)
    few = view.person[view.uniform("few") < 0.5]
    return (
        rh.Actions.touch(few, channel="direct", content="care")
        + rh.Actions.note(few, "written", view.day)
        + rh.Actions.staff(2)
        + rh.Actions.budget("search", 500.0)
    )


def played(env: PolicyEnvironment, actions: list[int], **reset: Any) -> tuple[list[float], list[Any]]:
    """Rewards and observations of an episode; it lasts as long as there are actions."""
    observation, _ = env.reset(**reset)
    rewards, seen = [], [observation.tolist()]
    for place, action in enumerate(actions):
        observation, reward, terminated, truncated, info = env.step(action)
        assert not terminated
        assert truncated == (place == len(actions) - 1)
        rewards.append(reward)
        seen.append(observation.tolist())
        assert info["day"] == min(4 + 6 * (place + 1), 36)
    return rewards, seen


def noted(view: rh.PublicView) -> list[float]:
    return [float(np.isfinite(view.note("written")).sum()), float(view.account("orders").sum())]


def test_an_environment_says_in_a_line_what_it_is() -> None:
    shop = environment(world(), act=act, actions=3, every=4)
    assert repr(shop).endswith("a decision every 4 days, actions 0 to 2; no episode has begun")
    shop.reset()
    shop.step(0)
    assert repr(shop).endswith("day 8")
    shop.close()


def test_the_same_actions_have_the_bits_of_a_run_with_a_strategy() -> None:
    env = environment(world(), act=act, actions=3, observe=noted, every="6 d", draw=0, replication=3)
    rewards, seen = played(env, ACTIONS)
    ledger, left = env.ledger(), iter(ACTIONS)
    run = sim.run(world().with_programme("policy", env.follow(lambda observed: next(left))), 0, 3)
    assert run.fingerprint == ledger.fingerprint
    assert all(np.array_equal(run.series[name], ledger.series[name]) for name in run.series)
    assert sum(rewards) == run.contribution()[4:36].sum()
    assert seen[3][0] > 0, "what was noted is observed"
    other = rh.run(world().with_programme("policy", env.follow(lambda observed: 0)), replication=3)
    assert other.fingerprint != ledger.fingerprint


def test_an_episode_follows_from_seed_replication_and_actions_alone() -> None:
    env = environment(world(), act=act, actions=3, every=6)
    first = played(env, ACTIONS, seed=5)
    np.random.default_rng(0).random(3)
    following = played(env, ACTIONS)
    assert played(env, ACTIONS, seed=5) == first
    assert played(env, ACTIONS) == following != first
    assert played(env, ACTIONS, options={"replication": 0}) == first
    assert len(first[1][0]) == len(OBSERVED)


@pytest.mark.parametrize(
    ("actions", "action"), [(3, 2), (([0.0, 0.0], [1.0, 1.0]), [1.0, 0.25])], ids=["numbers", "a box"]
)
def test_gymnasium_finds_no_fault(actions: Any, action: Any) -> None:
    gymnasium = pytest.importorskip("gymnasium")
    from gymnasium.utils.env_checker import check_env

    def of_either(view: rh.PublicView, chosen: Any) -> rh.Actions:
        return act(view, int(np.asarray(chosen).ravel()[0]))

    env = rh.environment(world(), act=of_either, actions=actions, every="6 d")
    assert isinstance(env, gymnasium.Env)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*Box observation space m.* value is.*")
        check_env(env, skip_render_check=True)
    assert env.action_space.contains(np.asarray(action) if isinstance(action, list) else action)
    plain = PolicyEnvironment(world(), env.decisions, (0, 0))
    one, other = env.reset(seed=9), plain.reset(seed=9)
    assert np.array_equal(one[0], other[0])
    assert env.step(action)[1] == plain.step(action)[1]


def test_without_gymnasium_it_is_a_plain_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    env = rh.environment(world(), act=act, actions=3, every="6 d")
    assert type(env) is PolicyEnvironment
    assert len(played(env, ACTIONS)[0]) == len(ACTIONS)


def mistake(call: Callable[[], object]) -> rh.InputError:
    with pytest.raises(rh.InputError) as caught:
        call()
    assert "\n" not in str(caught.value)
    return caught.value


def test_mistakes_are_one_line() -> None:
    env = environment(world(), act=act, actions=3, every="30 d")
    assert mistake(lambda: env.step(0)).expected == "reset() first"
    env.reset()
    for action, got in ((3, "3"), (-1, "-1"), (1.5, "1.5"), (float("nan"), "nan"), ("deep", "'deep'"), (True, "True")):
        wrong = mistake(lambda action=action: env.step(action))  # type: ignore[misc]
        assert (wrong.place, wrong.got) == ("step: action", got)
    env.step(0)
    env.step(0)
    assert mistake(lambda: env.step(0)).problem == "the episode is over"
    box = environment(world(), act=act, actions=([0.0], [1.0]))
    box.reset()
    for numbers in ([0.5, 0.5], [1.5], [float("nan")], "x", None):
        assert mistake(lambda numbers=numbers: box.step(numbers)).place == "step: action"  # type: ignore[misc]
    free = environment(world())
    free.reset()
    assert "expected Actions" in str(mistake(lambda: free.step(3)))
    free.reset()
    wrong = mistake(lambda: free.step(rh.Actions.campaign("deal", rh.Offer.percent(0.1), channel="fax")))
    assert str(wrong).startswith("programme 'policy', day 4 (2026-01-05): campaign deal: channel: ")
    for given, place in (
        ({"every": "0 d"}, "environment: every"),
        ({"every": "2.5 d"}, "environment: every"),
        ({"actions": 0, "act": act}, "environment: actions"),
        ({"actions": ([1.0], [0.0]), "act": act}, "environment: actions"),
        ({"actions": 3}, "environment: act"),
        ({"replication": -1}, "environment: replication"),
        ({"arm": "x"}, "environment: arm"),
    ):
        assert mistake(lambda given=given: environment(world(), **given)).place == place  # type: ignore[misc, arg-type]
    for reset, place in (({"seed": -1}, "reset: seed"), ({"options": {"speed": 2}}, "reset: options")):
        assert mistake(lambda reset=reset: env.reset(**reset)).place == place  # type: ignore[misc, arg-type]
    for seen in ([float("nan")], 3.0, "much"):
        blind = {"act": act, "actions": 3, "observe": lambda view, seen=seen: seen}
        assert mistake(lambda blind=blind: environment(world(), **blind).reset()).place == "environment: observe"  # type: ignore[misc]
