"""GET /metrics is what Prometheus reads."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from landbridge.observe.metrics import Histogram, HistogramSample, Sample, exposition


def test_samples_of_all_sources_are_read_when_asked() -> None:
    answers = {"200": 1}

    def api() -> list[Sample]:
        return [Sample("landbridge_api_answers_total", n, "Answers", {"status": s}) for s, n in answers.items()]

    def tunnels() -> list[Sample]:
        return [Sample("landbridge_connectors", 2, "Connected connectors")]

    answers["404"] = 3
    families = {family.name: family for family in text_string_to_metric_families(exposition([api, tunnels]).decode())}
    counted = {sample.labels["status"]: sample.value for sample in families["landbridge_api_answers"].samples}
    assert counted == {"200": 1, "404": 3}
    assert families["landbridge_api_answers"].type == "counter"
    assert families["landbridge_connectors"].type == "gauge"
    assert families["landbridge_connectors"].samples[0].value == 2


def test_label_values_are_escaped() -> None:
    odd = 'a"b\nc'
    text = exposition([lambda: [Sample("x", 1, "X", {"l": odd})]]).decode()
    (family,) = [family for family in text_string_to_metric_families(text) if family.name == "x"]
    assert family.samples[0].labels == {"l": odd}


def test_a_histogram_counts_by_upper_bounds_and_keeps_the_sum() -> None:
    histogram = Histogram((0.001, 0.1, 2.0))
    for seconds in (0.0, 0.001, 0.0011, 0.5, 2.5):
        histogram.observe(seconds)
    assert histogram.buckets() == [("0.001", 2.0), ("0.1", 3.0), ("2", 4.0), ("+Inf", 5.0)]
    assert histogram.count == 5
    assert histogram.seconds == pytest.approx(3.0021, abs=1e-5)
    text = exposition([lambda: [HistogramSample("took_seconds", histogram, "Took", {"door": "http"})]]).decode()
    (family,) = [family for family in text_string_to_metric_families(text) if family.name == "took_seconds"]
    assert family.type == "histogram"
    found = {sample.labels.get("le", sample.name): sample.value for sample in family.samples}
    assert found["+Inf"] == found["took_seconds_count"] == 5
    assert found["0.1"] == 3
