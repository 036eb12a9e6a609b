"""Faults of enrolment: how a connector gets, or does not get, its certificate."""

from landbridge.faults.fault import FaultKind, Origin

ROWS = (
    FaultKind(
        "enrolment.secret-invalid",
        Origin.IDENTITY,
        401,
        "The one-time secret of the authentication data is not known here.",
        "Create new authentication data ('landbridge connector invite') on this installation.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "enrolment.secret-used",
        Origin.IDENTITY,
        401,
        "The authentication data was used already at {used}.",
        "Create new authentication data; each can be used once. If it was not you, revoke that connector.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "enrolment.secret-expired",
        Origin.IDENTITY,
        401,
        "The authentication data expired at {expired}.",
        "Create new authentication data and use it within its minutes.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "enrolment.request-invalid",
        Origin.CALLER,
        400,
        "The enrolment request cannot be used: {reason}.",
        "Enrol with 'landbridge connector enroll' of the same release.",
        exit=22,
        reference="design §5",
    ),
    FaultKind(
        "enrolment.data-malformed",
        Origin.CALLER,
        400,
        "This is not authentication data: {reason}.",
        "Paste the whole text that 'landbridge connector invite' printed, from the first to the last character.",
        exit=2,
        reference="design §5",
    ),
)
