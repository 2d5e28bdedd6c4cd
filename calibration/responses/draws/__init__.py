"""Draws of a log density near a normal one: importance sampling from an emulator, and chains behind it."""
