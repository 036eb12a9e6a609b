"""How long requests take, by segment; counted for each door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landbridge.observe.metrics import Histogram, HistogramSample

BOUNDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0)
"""Seconds: a backend next door, one far away, a slow one, one that a time-out ends."""


class Latencies:
    """The segments of a request, each from its first byte at the door.

    open        until the connector has said that the backend is connected, which may come together with the answer
    connect     only the connector's way to a backend that was not connected yet, as the connector measured it
    first_byte  until the answer begins
    whole       until it has ended
    """

    __slots__ = ("connect", "first_byte", "open", "whole")

    def __init__(self) -> None:
        self.open = Histogram(BOUNDS)
        self.connect = Histogram(BOUNDS)
        self.first_byte = Histogram(BOUNDS)
        self.whole = Histogram(BOUNDS)

    def samples(self, labels: Mapping[str, str]) -> Iterator[HistogramSample]:
        """All of them for GET /metrics."""
        for segment in sorted(self.__slots__):
            histogram: Histogram = getattr(self, segment)
            more = {**labels, "segment": segment}
            yield HistogramSample("landbridge_door_seconds", histogram, "Duration of requests, by segment.", more)
