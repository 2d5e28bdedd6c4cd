"""The values that a user of the Python interface meets: what goes in, and what the verbs answer."""

import rehearse.showing  # noqa: F401
from calibration import Calibration as Calibration, ReadingOptions as ReadingOptions
from experiments import (
    CheckResult as CheckResult,
    Comparison as Comparison,
    Diff as Diff,
    Sweep as Sweep,
    Timelines as Timelines,
)
from scenarios import InputError as InputError, MarketFile as MarketFile, Plan as Plan, Question as Question
from sim import (
    Actions as Actions,
    Ledger as Ledger,
    Mechanism as Mechanism,
    Offer as Offer,
    PublicView as PublicView,
    Who as Who,
)
