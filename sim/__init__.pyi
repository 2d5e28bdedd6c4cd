from .engine import run as run
from .output.ledger import Ledger as Ledger
from .output.measures import MEASURES as MEASURES, measure as measure
from .scenario import Actions as Actions, Mechanism as Mechanism, Offer as Offer, PublicView as PublicView, Who as Who
from .shards.local_shards import run_in_shards as run_in_shards
