"""What a user adds in Python: KPIs, discount formats and mechanisms of one's own."""

from scenarios import OwnKpi as OwnKpi, kpi as kpi, mechanism as mechanism, offer as offer
from sim import units as units
