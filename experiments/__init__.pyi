from .checks.check_files import write_check as write_check
from .checks.check_result import CheckResult as CheckResult
from .checks.check_steps import check as check
from .checks.check_terminal import print_check as print_check
from .comparison.comparison import Comparison as Comparison, compare as compare
from .comparison.comparison_terminal import print_answer as print_answer, print_comparison as print_comparison
from .differences.diff_terminal import print_diff as print_diff
from .differences.result_differences import Diff as Diff, diff as diff
from .execution.scheduler import Progress as Progress
from .execution.store import Store as Store
from .execution.store_admin import held as held, held_json as held_json, prune as prune
from .rebuild_report import rebuild as rebuild
from .report import write_lifeline as write_lifeline, write_report as write_report
from .runs.executed_runs import execute as execute
from .runs.planned_runs import PlannedRun as PlannedRun, plan as plan
from .runs.single_arm import ArmSummary as ArmSummary, run_arm as run_arm
from .sweeps.sweep_result import Sweep as Sweep
from .sweeps.sweep_runs import sweep as sweep
from .sweeps.sweep_terminal import print_held as print_held, print_sweep as print_sweep
from .traces.gains import who_gained as who_gained
from .traces.person_timeline import Timelines as Timelines, lifeline as lifeline
from .traces.timeline_terminal import print_gains as print_gains, print_lifeline as print_lifeline
