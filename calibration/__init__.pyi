from .calibration_result import Calibration as Calibration
from .calibration_terminal import print_calibration as print_calibration
from .market_fit import calibrate as calibrate
from .model.likelihood import Parameters as Parameters, histories as histories, log_likelihood as log_likelihood
from .orders.order_history import Orders as Orders, read_history as read_history, read_orders as read_orders
from .orders.order_rows import ReadingOptions as ReadingOptions
from .orders.reading_files import over_reading as over_reading, reading_text as reading_text, until_day as until_day
from .reading_terminal import print_reading as print_reading
from .recovery import PlantedTruth as PlantedTruth, plant as plant, recover as recover
from .trial_calibration import calibrate_on_trials as calibrate_on_trials
from .trial_terminal import print_trials as print_trials
