"""Forecasts of known customers: expectations, averaging over models by their record, level shifts and bands."""
