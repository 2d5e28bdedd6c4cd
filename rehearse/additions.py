"""What a user adds in Python: KPIs and strategies of one's own."""

from scenarios import OwnKpi as OwnKpi, OwnStrategy as OwnStrategy, kpi as kpi, strategy as strategy
