"""`python -m rehearse`: the commands."""

from rehearse.commands.entry import main

main()
