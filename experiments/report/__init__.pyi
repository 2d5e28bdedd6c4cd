from .calibration_page import write_calibration as write_calibration
from .replay_figures import draw_replay as draw_replay
from .report_files import write_report as write_report, write_sweep as write_sweep
from .staff_figures import draw_staff as draw_staff
from .timeline_page import write_timelines as write_timelines
