"""Every KPI can be computed again, to the cent, by somebody who has the written event log alone."""
