"""Format values, write files whole or not at all, and talk to the terminal."""
