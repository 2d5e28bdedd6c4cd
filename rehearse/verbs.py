"""What a user asks for from Python, one verb each. They are the functions that the commands call.

They run in this process alone unless more are asked for (`jobs=2`), so that a script without a main guard works, and
show a bar in a terminal or a notebook where work takes long.
"""

import rehearse.showing  # noqa: F401
from calibration import calibrate as calibrate
from experiments import (
    check as check,
    compare as compare,
    diff as diff,
    environment as environment,
    run as run,
    sweep as sweep,
    timeline as timeline,
)
from scenarios import load as load, load_market as load_market
