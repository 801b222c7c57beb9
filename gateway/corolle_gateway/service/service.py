"""All that a gateway in service has and one on a bench need not: log files, watchdog, metrics."""

from types import TracebackType
from typing import Self

from corolle_gateway.config import Config
from corolle_gateway.log import Log
from corolle_gateway.logs.file import LogFile
from corolle_gateway.logs.folder import FOLDER_NAME
from corolle_gateway.service.attendant import Attendant
from corolle_gateway.service.inside import Inside
from corolle_gateway.service.notify import Notifier
from corolle_gateway.tasks import Tasks

_MB = 1_000_000


class Service:
    """Begun before the gateway and ended after it, so that the log has all of its life."""

    def __init__(self, settings: Config, log: Log):
        self._settings = settings
        self._log = log
        self._notifier = Notifier()
        self.log_file: LogFile | None = None
        self._metrics = None
        if settings.log.max_mb:
            folder = settings.gateway.data_dir / FOLDER_NAME
            self.log_file = LogFile(folder, settings.log.max_mb * _MB)
            log.add(self.log_file.take)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._metrics:
            self._metrics.close()
        if self.log_file:
            self._log.remove(self.log_file.take)
            self.log_file.close()
        self._notifier.close()

    def begin(self, inside: Inside, tasks: Tasks) -> None:
        """The gateway runs: say so. StartError when the port for metrics cannot be had."""
        metrics = self._settings.metrics
        if metrics.port is not None:
            # Who is not measured need not have the library either.
            from corolle_gateway.service.metrics import Metrics

            self._metrics = Metrics(inside, metrics.bind, metrics.port)
            self._log.info("metrics_listening", bind=metrics.bind, port=metrics.port)
        tasks.keep(Attendant(self._notifier, self._log, inside).run)
        self._notifier.tell(READY=1)
