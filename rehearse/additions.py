"""What a user adds in Python: KPIs of one's own."""

from scenarios import OwnKpi as OwnKpi, kpi as kpi
