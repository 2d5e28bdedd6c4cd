"""Discount formats: one class each, which holds its keys, its value, what it makes of a basket, and its words."""
