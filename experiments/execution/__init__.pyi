from .progress import Progress as Progress
from .scheduler import ExecutionSettings as ExecutionSettings, run_tasks as run_tasks
from .store import RunRecord as RunRecord, Store as Store
from .task import Task as Task, TaskFailure as TaskFailure
