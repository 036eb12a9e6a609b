"""The Destination service."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

DEST_401 = Failure(
    "dest.401",
    Side.OUTBOUND,
    meaning="The Destination service does not accept the token.",
    symptoms=(
        "401 Unauthorized from /destination-configuration/v1",
        "Failed to fetch destination; Unable to parse the JWT in Authorization Header",
    ),
    references=(
        "Consuming the Destination Service",
        "Destination Service REST API",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge binding --subaccount SUBACCOUNT",
        "landbridge destination list --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "missing",
            what="The request carries no bearer token.",
            tell="Look at its headers.",
            action="Send Authorization: Bearer with a token.",
            reproduce="A call without it.",
        ),
        Cause(
            "malformed",
            what="What was sent is no token.",
            tell="Count its parts.",
            action="Send the token as it was issued.",
            reproduce="A cut token.",
        ),
        Cause(
            "expired",
            what="The token's time is over.",
            tell="Compare its end with the clock.",
            action="Fetch a new token.",
            reproduce="A token of yesterday.",
        ),
        Cause(
            "signature-or-issuer",
            what="Another issuer or key signed it.",
            tell="Compare issuer and key id.",
            action="Get it at the token address of the binding.",
            reproduce="A second issuer.",
        ),
        Cause(
            "audience",
            what="The token is for another service.",
            tell="Compare client and audience.",
            action="Use the credentials of the destination instance.",
            reproduce="A connectivity client's token.",
        ),
    ),
)

DEST_403 = Failure(
    "dest.403",
    Side.OUTBOUND,
    meaning="The Destination service knows the caller, who may not do this.",
    symptoms=("403 Forbidden from /destination-configuration/v1",),
    references=(
        "Destination Service REST API",
        "User Roles",
    ),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge role list --subaccount SUBACCOUNT",
        "landbridge instance list --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "scope-lacking",
            what="The token lacks the scope for this.",
            tell="Compare required and present scopes: reading, managing, level.",
            action="Give the role, or use the right instance.",
            reproduce="A token without scopes.",
        ),
        Cause(
            "other-tenant",
            what="The token is for a tenant that this instance does not serve.",
            tell="Compare both tenants.",
            action="Subscribe the tenant, or use its own instance.",
            reproduce="A stranger's token.",
        ),
        Cause(
            "viewer-writes",
            what="Someone who may only look tries to change.",
            tell="The method changes something, the role only reads.",
            action="Give the administrator's role.",
            reproduce="A write by a viewer.",
        ),
        Cause(
            "wrong-level",
            what="The caller may use the other level only.",
            tell="Compare subaccount and instance in the path.",
            action="Call the level that the caller may use.",
            reproduce="The other level.",
        ),
    ),
)

DEST_404 = Failure(
    "dest.404",
    Side.OUTBOUND,
    meaning="There is no such destination where it is looked for.",
    symptoms=(
        "404 from /destination-configuration/v1 with: Configuration with the specified name was not found",
        "could not be found in destination service",
    ),
    references=("Destination Service REST API",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT",
        "landbridge destination list --subaccount SUBACCOUNT",
        "landbridge destination find NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "name-or-level",
            what="The name is written differently, or is on the other level.",
            tell="Look at the nearest names, and at both levels.",
            action="Correct the name, or create it on that level.",
            reproduce="Another letter case.",
        ),
        Cause(
            "fragment-name",
            what="The destination is there, the fragment is not.",
            tell="The text says fragment.",
            action="Correct the fragment's name, or create it.",
            reproduce="An unknown fragment.",
        ),
        Cause(
            "certificate-name",
            what="The destination names a key store that is not there.",
            tell="Compare with the stored certificates.",
            action="Upload the certificate under that name.",
            reproduce="An unknown key store.",
        ),
        Cause(
            "other-tenant",
            what="It exists for another tenant.",
            tell="Compare the token's tenant.",
            action="Use a token of the tenant that has it.",
            reproduce="A provider's token.",
        ),
        Cause(
            "deleted",
            what="It was there and was deleted.",
            tell="Look into the audit log or an earlier export.",
            action="Create it again.",
            reproduce="Delete it.",
        ),
    ),
)

DEST_409 = Failure(
    "dest.409",
    Side.OUTBOUND,
    meaning="There is already something with that name.",
    symptoms=("409 Conflict from /destination-configuration/v1 with: Duplicate key",),
    references=("Destination Service REST API",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT --new FILE",
        "landbridge destination show NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "exists",
            what="It exists on this level.",
            tell="Read it and compare.",
            action="Change the one that exists, or delete it first.",
            reproduce="Create it twice.",
        ),
        Cause(
            "concurrent",
            what="Two created it at the same moment.",
            tell="The audit records have a creation and a refusal of the name at the same moment.",
            action="Read it and decide whether yours is still needed.",
            reproduce="Two at once.",
        ),
        Cause(
            "import-duplicates",
            what="A file names it twice, or what is there already.",
            tell="Look for the name in the file.",
            action="Remove the duplicate.",
            reproduce="A file with two.",
        ),
    ),
)

DEST_UI_LOAD = Failure(
    "dest.ui-load",
    Side.OUTBOUND,
    meaning="The editor of destinations stays empty.",
    symptoms=(
        "an empty or endlessly loading Destinations editor",
        "Failed to load destinations; Could not load destinations",
    ),
    references=("User Roles",),
    commands=(
        "landbridge check NAME --subaccount SUBACCOUNT --person USER",
        "landbridge role list --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "roles-missing",
            what="The person lacks the role to view destinations.",
            tell="Read the person's roles.",
            action="Give the viewer's role.",
            reproduce="No role.",
        ),
        Cause(
            "half-of-the-pair",
            what="Only one of the two roles is given that are needed together.",
            tell="Destinations or certificates are refused, the other is not.",
            action="Give the second role.",
            reproduce="One role.",
        ),
        Cause(
            "instance-roles",
            what="On the level of an instance its own roles are needed too.",
            tell="The subaccount's list loads, the instance's does not.",
            action="Give the roles for the instance.",
            reproduce="The subaccount's roles only.",
        ),
        Cause(
            "api-error",
            what="A call behind the editor failed.",
            tell="Find it in the browser, with its status.",
            action="Act on that status.",
            reproduce="An API that answers 500.",
        ),
        Cause(
            "stale-session",
            what="The login is older than the roles.",
            tell="Compare both times.",
            action="Log out and in.",
            reproduce="Give the role during a session.",
        ),
    ),
)

FAILURES = (
    DEST_401,
    DEST_403,
    DEST_404,
    DEST_409,
    DEST_UI_LOAD,
)
