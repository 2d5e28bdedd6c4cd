"""Sweeps: designs of points, indices of sensitivity with noise floors, effects, and findings in words."""
