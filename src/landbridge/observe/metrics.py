"""Metrics: plain integers while counting, Prometheus text when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value at one moment. Names of counters end in `_total`; everything else is a gauge."""

    name: str
    value: float
    help: str
    labels: Mapping[str, str] = field(default_factory=dict)


SampleSource = Callable[[], Iterable[Sample]]
"""Reads its integers when it is called; a part that counts registers one."""


def exposition(sources: Iterable[SampleSource]) -> bytes:
    """The text of GET /metrics: all samples of all sources, and what the platform knows about this process."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.registry import Collector

    class Samples(Collector):
        def collect(self) -> Iterator[Metric]:
            return _families(sample for source in sources for sample in source())

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Samples())
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def _families(samples: Iterable[Sample]) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for sample in samples:
        labels = tuple(sorted(sample.labels))
        kind = CounterMetricFamily if sample.name.endswith("_total") else GaugeMetricFamily
        if sample.name not in families:
            families[sample.name] = kind(sample.name, sample.help, labels=labels)
        families[sample.name].add_metric([sample.labels[label] for label in labels], sample.value)
    yield from families.values()
