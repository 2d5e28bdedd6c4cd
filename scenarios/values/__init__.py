"""The values of a scenario: their types, units, notation and paths, and what is known of the uncertain ones."""
