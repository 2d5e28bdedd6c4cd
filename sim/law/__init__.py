"""The behavioural law: pure functions of numbers, shared by the day and by calibration.

Pages: `docs/law.md` says what a day does, `Law` holds a market's numbers in the form the functions take.
"""
