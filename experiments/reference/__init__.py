"""The reference pages of this version, written from the code: scenario keys and commands."""
