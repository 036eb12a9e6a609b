"""How long a generated certificate is valid, and when it is time for the next one (destination-service §1.5)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from landbridge.model.certificate import TimeUnit

LONGEST = {TimeUnit.DAYS: 365, TimeUnit.MONTHS: 12, TimeUnit.YEARS: 5}
"""Beyond a year the original counts in years; our authority itself lives ten."""

_HOUR = 3600.0
_DAY = 24 * _HOUR
_THRESHOLDS = {
    TimeUnit.DAYS: ((1, 12 * _HOUR), (14, _DAY), (31, 3 * _DAY), (154, 7 * _DAY)),
    TimeUnit.MONTHS: ((1, 3 * _DAY), (5, 7 * _DAY)),
    TimeUnit.YEARS: (),
}
_LONG = 30 * _DAY


@dataclass(frozen=True, slots=True)
class Validity:
    """A number of days, months or years of the calendar."""

    unit: TimeUnit
    value: int

    @property
    def is_possible(self) -> bool:
        return 1 <= self.value <= LONGEST[self.unit]

    def end(self, begin: float) -> float:
        """When a certificate that is made at `begin` ends (seconds since the epoch)."""
        moment = datetime.fromtimestamp(begin, UTC)
        if self.unit is TimeUnit.DAYS:
            return (moment + timedelta(days=self.value)).timestamp()
        months = self.value * (12 if self.unit is TimeUnit.YEARS else 1)
        year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        return moment.replace(year=year, month=month + 1, day=day).timestamp()

    @property
    def renewed_before_end(self) -> float:
        """Seconds before the end from which on the periodic job makes the next one."""
        for longest, before in _THRESHOLDS[self.unit]:
            if self.value <= longest:
                return before
        return _LONG


DEFAULT = Validity(TimeUnit.MONTHS, 3)
"""What the original was seen to take when nothing is said."""
