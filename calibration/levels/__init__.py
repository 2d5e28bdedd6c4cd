"""How the level of orders moves with the calendar: lasting shifts, the season, and shocks of single weeks."""
