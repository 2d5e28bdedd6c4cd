from .engine import run as run
from .extend.mechanism import Mechanism as Mechanism
from .extend.strategy_function import Actions as Actions
from .output.ledger import Ledger as Ledger
from .output.measures import MEASURES as MEASURES, measure as measure
from .scenario import Offer as Offer, Who as Who
