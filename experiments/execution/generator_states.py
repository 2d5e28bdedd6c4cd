"""The states of Python's and numpy's own generators, which no function that is added to a run may move."""

from __future__ import annotations

import pickle
import random

import numpy as np


def generator_states() -> bytes:
    """Both states, to be compared."""
    numpy_state = np.random.get_state()  # noqa: NPY002
    return pickle.dumps((random.getstate(), numpy_state))
