"""One run over several processes: each simulates its part of the people, and one passes records around."""
