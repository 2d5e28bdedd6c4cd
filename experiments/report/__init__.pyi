from .report_files import write_report as write_report, write_sweep as write_sweep
from .timeline_page import write_timelines as write_timelines
