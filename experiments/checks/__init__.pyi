from .check_files import write_check as write_check
from .check_result import CheckResult as CheckResult, ScenarioCheck as ScenarioCheck
from .check_steps import check as check
from .check_terminal import print_check as print_check
