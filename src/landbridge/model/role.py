"""What people may do, and who administers the installation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.model.secret import Secret


class Role(StrEnum):
    """Roles that a subaccount gives to people, by the names of the original."""

    DESTINATION_VIEWER = "Destination Viewer"
    DESTINATION_ADMINISTRATOR = "Destination Administrator"
    CERTIFICATE_VIEWER = "Certificate Viewer"
    CERTIFICATE_ADMINISTRATOR = "Certificate Administrator"
    CLOUD_CONNECTOR_ADMINISTRATOR = "Cloud Connector Administrator"


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """`person` (a user name) has `role` in a subaccount; with `instance_id` on that instance's level alone."""

    subaccount_id: str
    person: str
    role: Role
    instance_id: str | None = None


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who may do everything on this installation. One that is read has an empty password.

    subaccount_id  the only subaccount that this administrator sees; None for all of the installation
    """

    name: str
    password: Secret
    subaccount_id: str | None = None
