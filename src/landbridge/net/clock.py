"""The real clock."""

from __future__ import annotations

import time

from landbridge.model.clock import Clock

system_clock: Clock = time.time
