"""Both official readings of a status."""

from __future__ import annotations

import pytest

from landbridge.checks.official import Advice, is_success, reading

OK, VERIFY, ERROR = Advice.OK, Advice.VERIFY, Advice.SERVER_ERROR


@pytest.mark.parametrize(
    ("status", "success", "advice"),
    [
        (200, True, OK),
        (204, True, OK),
        (302, True, OK),
        (304, True, OK),
        (399, True, OK),
        (400, True, VERIFY),
        (401, True, VERIFY),
        (404, True, VERIFY),
        (407, True, VERIFY),
        (429, True, VERIFY),
        (499, True, VERIFY),
        (500, False, ERROR),
        (502, False, ERROR),
        (503, False, ERROR),
        (599, False, ERROR),
        (0, False, ERROR),
    ],
)
def test_a_status_is_read_in_both_ways(status: int, success: bool, advice: Advice) -> None:
    assert is_success(status) is success
    assert reading(status).success is success
    assert reading(status).advice is advice
