"""The reference pages of this version, written from the code: scenario keys, commands, and the Python interface."""
