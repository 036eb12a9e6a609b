"""Metrics: plain integers while counting, Prometheus text when somebody asks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
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


class Histogram:
    """How often something took how long: plain integers, one for each bound and one for what is above them.

    bounds  upper bounds in seconds, ascending
    """

    __slots__ = ("_bounds", "_counts", "_microseconds")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._microseconds = 0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._microseconds += int(seconds * 1e6)

    @property
    def count(self) -> int:
        """How many were counted."""
        return sum(self._counts)

    @property
    def seconds(self) -> float:
        """How long all of them took together."""
        return self._microseconds / 1e6

    def buckets(self) -> list[tuple[str, float]]:
        """Upper bound → how many were not above it."""
        names = [*(f"{bound:g}" for bound in self._bounds), "+Inf"]
        return [(name, float(number)) for name, number in zip(names, accumulate(self._counts), strict=True)]


@dataclass(frozen=True, slots=True)
class HistogramSample:
    """A histogram at one moment."""

    name: str
    histogram: Histogram
    help: str
    labels: Mapping[str, str] = field(default_factory=dict)


SampleSource = Callable[[], Iterable[Sample | HistogramSample]]
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


def _families(samples: Iterable[Sample | HistogramSample]) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    numbers: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    histograms: dict[str, HistogramMetricFamily] = {}
    for sample in samples:
        names = tuple(sorted(sample.labels))
        labels = [sample.labels[name] for name in names]
        if isinstance(sample, HistogramSample):
            if sample.name not in histograms:
                histograms[sample.name] = HistogramMetricFamily(sample.name, sample.help, labels=names)
            histogram = sample.histogram
            histograms[sample.name].add_metric(labels, histogram.buckets(), histogram.seconds)
            continue
        kind = CounterMetricFamily if sample.name.endswith("_total") else GaugeMetricFamily
        if sample.name not in numbers:
            numbers[sample.name] = kind(sample.name, sample.help, labels=names)
        numbers[sample.name].add_metric(labels, sample.value)
    yield from numbers.values()
    yield from histograms.values()
