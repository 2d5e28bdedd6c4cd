from .calibration_result import Calibration as Calibration
from .calibration_terminal import print_calibration as print_calibration
from .market_fit import calibrate as calibrate
from .model.likelihood import Parameters as Parameters, histories as histories, log_likelihood as log_likelihood
from .orders.order_history import Orders as Orders, read_orders as read_orders
from .recovery import PlantedTruth as PlantedTruth, plant as plant, recover as recover
