"""A plain, slow, independent simulation of the law: one SimPy process per customer, desk, parcel and programme.

Written from `docs/law.md` alone. It shares with the simulator only what both are given: the frozen scenario,
the names of stages, events and decisions, and the uniforms.
"""

from tests.reference.reference_run import ReferenceEvent, reference_events, reference_shop

__all__ = ["ReferenceEvent", "reference_events", "reference_shop"]
