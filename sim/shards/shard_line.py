"""Lines between the coordinator of a run and its shards: TCP, the same on one machine and between several."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from typing import Any, Literal, NamedTuple

Kind = Literal["start", "gather", "events", "done", "failed"]

PATIENCE = 0.2
"""Seconds between two looks whether a process that is waited for has ended."""


class ShardFailure(RuntimeError):
    """A shard ended before the run was over; in one line."""


class Meeting(NamedTuple):
    """Where shards meet their coordinator, and the key that they have to know."""

    host: str
    port: int
    key: bytes


class ShardLine:
    """One end of a line. Messages are a kind and a value, pickled: only who knows the key can send any."""

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(None)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._connection: Connection[Any, Any] = Connection(end.detach())

    @classmethod
    def to(cls, meeting: Meeting) -> ShardLine:
        """A shard's line to its coordinator. Raises OSError and AuthenticationError."""
        line = cls(socket.create_connection((meeting.host, meeting.port)))
        answer_challenge(line._connection, meeting.key)
        deliver_challenge(line._connection, meeting.key)
        return line

    def check(self, key: bytes) -> None:
        """The coordinator's side of the same. Raises AuthenticationError."""
        deliver_challenge(self._connection, key)
        answer_challenge(self._connection, key)

    def send(self, kind: Kind, value: Any) -> None:
        """Send one message. Raises OSError where the other end is closed."""
        self.send_packed(packed(kind, value))

    def send_packed(self, message: bytes) -> None:
        """Send a message that goes to several."""
        self._connection.send_bytes(message)

    def receive(self, look: Callable[[], None] | None = None) -> tuple[Kind, Any]:
        """The next message; `look` is called now and then while there is none. Raises EOFError and OSError."""
        while look is not None and not self._connection.poll(PATIENCE):
            look()
        kind, value = pickle.loads(self.take_packed())
        return kind, value

    def take_packed(self) -> bytes:
        """The next message as it comes."""
        return self._connection.recv_bytes()

    def close(self) -> None:
        """End the line: whoever waits at the other end gets an EOFError."""
        self._connection.close()


def packed(kind: Kind, value: Any) -> bytes:
    """A message as bytes."""
    return pickle.dumps((kind, value), protocol=5)


def meeting_socket(host: str) -> socket.socket:
    """A socket on which shards are waited for; any free port."""
    waiting = socket.create_server((host, 0))
    waiting.settimeout(PATIENCE)
    return waiting


def next_line(waiting: socket.socket, look: Callable[[], None]) -> ShardLine:
    """The line of the next shard that comes; `look` is called while none does."""
    while True:
        try:
            return ShardLine(waiting.accept()[0])
        except TimeoutError:
            look()
