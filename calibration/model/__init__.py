"""Models of order histories and of order values: likelihood, best fit, posterior and simulation."""
