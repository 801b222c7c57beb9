"""The measures for Prometheus: text exposition over HTTP, on an address of this machine's choice."""

import asyncio
from collections.abc import Iterable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from corolle_gateway.errors import StartError
from corolle_gateway.service.inside import Inside
from corolle_gateway.service.measures import Measure, measures

_ANSWER_S = 5.0
_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


class _Asked(Collector):
    """Asks the gateway in its own thread, for nothing there expects another one."""

    def __init__(self, inside: Inside, loop: asyncio.AbstractEventLoop):
        self._inside = inside
        self._loop = loop

    def collect(self) -> Iterable[Metric]:
        """TimeoutError when the gateway does not answer; whoever asked sees that it failed."""
        asked = asyncio.run_coroutine_threadsafe(self._now(), self._loop)
        return [_family(measure) for measure in asked.result(_ANSWER_S)]

    async def _now(self) -> list[Measure]:
        return measures(self._inside)


class Metrics:
    """A small web server in a thread of its own. StartError when the port cannot be had."""

    def __init__(self, inside: Inside, bind: str, port: int):
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Asked(inside, asyncio.get_running_loop()))
        ProcessCollector(registry=registry)
        try:
            self._server: WSGIServer
            self._server, self._thread = start_http_server(port, bind, registry)
        except OSError as error:
            raise StartError(f"TCP {bind}:{port} cannot be had for metrics: {error.strerror}") from error

    def close(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


def _family(measure: Measure) -> Metric:
    family = _FAMILIES[measure.kind](measure.name, measure.meaning, labels=measure.labels)
    for labels, value in measure.values.items():
        family.add_metric(labels, value)
    return family
