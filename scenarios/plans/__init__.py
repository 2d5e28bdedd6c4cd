"""Sweep plans: the axes that vary, and the points of a design in the scenarios of the arms."""
