from .assumptions.assumption_text import print_assumptions as print_assumptions
from .assumptions.profit_assumptions import ProfitAssumptions as ProfitAssumptions, find_assumptions as find_assumptions
from .checks.check_files import write_check as write_check
from .checks.check_result import CheckResult as CheckResult
from .checks.check_steps import check as check
from .checks.check_terminal import print_check as print_check
from .comparison.comparison_result import Comparison as Comparison
from .comparison.comparison_terminal import print_answer as print_answer, print_comparison as print_comparison
from .differences.diff_terminal import print_diff as print_diff
from .differences.result_differences import Diff as Diff, diff as diff
from .execution.progress import Progress as Progress
from .execution.store import Store as Store
from .execution.store_admin import prune as prune, store_json as store_json, stored_runs as stored_runs
from .output.store_terminal import print_store as print_store
from .questions.arm_comparison import compare as compare
from .questions.one_run import run as run
from .questions.parameter_sweep import sweep as sweep
from .questions.policy_learning import environment as environment
from .questions.report_rebuild import rebuild as rebuild
from .questions.single_arm import run_arm as run_arm
from .reference.reference_files import write_reference as write_reference
from .report import (
    draw_replay as draw_replay,
    draw_staff as draw_staff,
    write_calibration as write_calibration,
    write_report as write_report,
    write_timelines as write_timelines,
)
from .runs.arm_summary import ArmSummary as ArmSummary
from .runs.executed_runs import execute as execute
from .runs.planned_runs import PlannedRun as PlannedRun, plan as plan
from .staffing.staff_answer import StaffAnswer as StaffAnswer
from .staffing.staff_search import least_staff as least_staff
from .staffing.staff_terminal import print_staff as print_staff
from .sweeps.sweep_result import Sweep as Sweep
from .sweeps.sweep_terminal import print_sweep as print_sweep
from .traces.gains import who_gained as who_gained
from .traces.person_timeline import lifeline as lifeline, timeline as timeline
from .traces.timeline_terminal import print_gains as print_gains, print_timelines as print_timelines
from .traces.timelines import Timelines as Timelines
