"""The days before a run: what was done to the shop's own customers goes through the law, and is scored by their orders.

`past_numbers` makes arrays of a market and a history, `walk` goes through the days, `evidence` and `past_state` ask.
"""
