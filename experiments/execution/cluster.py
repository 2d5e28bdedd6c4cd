"""A worker pool on a Dask cluster."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import TYPE_CHECKING

from experiments.execution.task import Outcome, Task, TaskFailure
from scenarios import InputError
from sim.fingerprint import model_fingerprint
from sim.scenario import Customers

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10.0
"""Seconds to wait for the scheduler and for its first worker."""


class ClusterPool:
    """The workers of the scheduler at `address`. Raises InputError where they cannot be used.

    Tasks of a worker that dies are run by the others; a task during which three workers died is a failed run.
    """

    def __init__(self, address: str, customers: Sequence[Customers | None]) -> None:
        self._client = connected(address)
        self._width = 2
        self._executor: Executor = self._client.get_executor(pure=False)
        real = [one for one in customers if one is not None]
        self._sent = {id(one): self._client.scatter(one, broadcast=True) for one in real}

    @property
    def width(self) -> int:
        """Two for each thread of the workers that are there now; the last number where the scheduler is lost."""
        with suppress(OSError):
            threads = [int(count) for count in self._client.nthreads().values()]
            self._width = max(2, 2 * sum(threads))
        return self._width

    def submit(self, task: Task) -> Future[Outcome]:
        customers = self._sent.get(id(task.customers))
        return self._executor.submit(_on_worker, task.without_customers(), customers, model_fingerprint())

    def restart(self) -> None: ...

    def close(self) -> None:
        self._executor.shutdown(wait=False)
        self._client.close()


def connected(address: str) -> Client:
    """A client of the scheduler at `address`, whose workers have this model. Raises InputError."""
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise InputError(
            "the packages of the extra `cluster` are not installed",
            place=f"--cluster {address}",
            expected="pip install --editable '.[cluster]' in the checkout",
        ) from None
    try:
        get_address_host_port(address)  # a client that cannot read its address never ends
        client = Client(address, timeout=PATIENCE, set_as_default=False)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            "cannot be reached",
            place=f"--cluster {address}",
            expected="the address of a running scheduler with workers, such as tcp://127.0.0.1:8786",
            got=reason,
        ) from None
    _check_models(client, address)
    return client


def _check_models(client: Client, address: str) -> None:
    """Workers with another model would give other results under the same key."""
    for worker, found in client.run(_model, on_error="return").items():
        if found != model_fingerprint():
            raise InputError(
                f"the worker {worker} cannot be used",
                place=f"--cluster {address}",
                expected=f"the same checkout and package versions as here, model {model_fingerprint()}",
                got=f"model {found}" if isinstance(found, str) else f"{type(found).__name__}: {found}",
            )


def _model() -> str:
    """The worker's own."""
    from sim.fingerprint import model_fingerprint as own

    return own()


def on_other_model(model: str) -> str | None:
    """What is wrong with this worker, where it has another model."""
    from distributed import get_worker

    return None if _model() == model else f"{get_worker().address} joined with another model, {_model()}"


_one_at_a_time = threading.Lock()


def _on_worker(task: Task, customers: Customers | None, model: str) -> Outcome:
    """One run at a time in a process, with all its threads: compiled code that shares a pool allows no two."""
    from distributed import get_worker

    other = on_other_model(model)
    if other is not None:
        return TaskFailure("worker", other)
    with _one_at_a_time:
        return task.run(customers, get_worker().state.nthreads)
