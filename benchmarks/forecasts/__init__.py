"""Forecasts of held-out orders at rolling origins, beside other forecasters: `python -m benchmarks.forecasts`."""
