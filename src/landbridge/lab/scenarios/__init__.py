"""All scenarios, a module for each failure."""

from __future__ import annotations

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios import (
    healthy_tls,
    outbound_cert_path,
    rotated,
)

SCENARIOS: tuple[Scenario, ...] = (
    *outbound_cert_path.SCENARIOS,
    *rotated.SCENARIOS,
    *healthy_tls.SCENARIOS,
)
