"""What a user adds in Python: KPIs, discount formats, mechanisms and strategies of one's own."""

from scenarios import (
    OwnKpi as OwnKpi,
    OwnStrategy as OwnStrategy,
    kpi as kpi,
    mechanism as mechanism,
    offer as offer,
    strategy as strategy,
)
from sim import units as units
