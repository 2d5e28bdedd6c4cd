"""The state of a run: all that one run carries from event to event, as values without services."""
