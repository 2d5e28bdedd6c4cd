from .building.placement import place_point as place_point, with_draw as with_draw
from .errors import InputError as InputError
from .file_validation import notes as notes, validate as validate
from .plans.axes import Axis as Axis
from .plans.plan_reading import Plan as Plan, load_plan as load_plan
from .questions.belief_draws import belief_table as belief_table
from .questions.question import MarketFile as MarketFile, Question as Question
from .questions.question_additions import (
    NOTHING_ADDED as NOTHING_ADDED,
    Additions as Additions,
    checked_additions as checked_additions,
    with_additions as with_additions,
)
from .reading.loading import (
    load as load,
    load_many as load_many,
    load_market as load_market,
    load_question as load_question,
)
from .reading.python_files import additions_of_files as additions_of_files
from .reading.question_folders import (
    load_expecting as load_expecting,
    load_questions as load_questions,
    questions_among as questions_among,
)
from .toml.origins import Origin as Origin
from .validation.plan_notes import limits_text as limits_text, plan_notes as plan_notes
from .validation.untried_plans import untried_notes as untried_notes
from .values.beliefs import Belief as Belief
from .values.criteria import (
    Compare as Compare,
    Limit as Limit,
    Smallest as Smallest,
    Tolerances as Tolerances,
)
from .values.expectations import (
    BestClaim as BestClaim,
    BetweenClaim as BetweenClaim,
    Claim as Claim,
    CurveClaim as CurveClaim,
    Expectation as Expectation,
    Lever as Lever,
    OrderClaim as OrderClaim,
    RatioClaim as RatioClaim,
    Reading as Reading,
)
from .values.own_formats import offer as offer
from .values.own_kpis import OwnKpi as OwnKpi, kpi as kpi
from .values.own_mechanisms import mechanism as mechanism
from .values.own_strategies import OwnStrategy as OwnStrategy, strategy as strategy
from .values.paths import get as get, list_paths as list_paths, with_values as with_values
from .writing.explanation import explain as explain
from .writing.json_schema import schema as schema
from .writing.run_keys import people_key as people_key, run_key as run_key
from .writing.starter import new as new
from .writing.write_scenario import resolved_toml as resolved_toml, write_market as write_market
