from .additions import OwnKpi as OwnKpi, OwnStrategy as OwnStrategy, kpi as kpi, strategy as strategy
from .values import (
    Actions as Actions,
    Calibration as Calibration,
    CheckResult as CheckResult,
    Comparison as Comparison,
    Diff as Diff,
    InputError as InputError,
    Ledger as Ledger,
    Mechanism as Mechanism,
    Offer as Offer,
    Plan as Plan,
    PublicView as PublicView,
    Question as Question,
    Sweep as Sweep,
    Timelines as Timelines,
    Who as Who,
)
from .verbs import (
    calibrate as calibrate,
    check as check,
    compare as compare,
    diff as diff,
    environment as environment,
    load as load,
    run as run,
    sweep as sweep,
    timeline as timeline,
)
