"""What a user adds in Python: KPIs and discount formats of one's own."""

from scenarios import OwnKpi as OwnKpi, kpi as kpi, offer as offer
from sim import units as units
