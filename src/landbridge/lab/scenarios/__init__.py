"""All scenarios, a module for each failure."""

from __future__ import annotations

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios import healthy_tls, outbound_cert_path

SCENARIOS: tuple[Scenario, ...] = (*outbound_cert_path.SCENARIOS, *healthy_tls.SCENARIOS)
