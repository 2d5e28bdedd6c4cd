"""Figures of a shop that have no likelihood: the draws of a market under which the engine gives them."""
