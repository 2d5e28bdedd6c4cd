"""What a user adds in Python: KPIs and mechanisms of one's own."""

from scenarios import OwnKpi as OwnKpi, kpi as kpi, mechanism as mechanism
