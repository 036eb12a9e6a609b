"""Inbound: nothing there that could answer."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

HTTP_404 = Failure(
    "inbound.http-404",
    Side.INBOUND,
    meaning="No endpoint has the called address.",
    symptoms=("404 Not Found, No service was found",),
    references=(
        "manage integration content: endpoints",
        "set-up of logical ports in SOAMANAGER",
    ),
    commands=("landbridge destination show NAME --subaccount SUBACCOUNT",),
    causes=(
        Cause(
            "case",
            what="Only the letter case differs from an endpoint that exists.",
            tell="Compare the two letter by letter.",
            action="Copy the address as the endpoint shows it.",
            reproduce="/Orders instead of /orders.",
        ),
        Cause(
            "not-deployed",
            what="The flow exists in the design only.",
            tell="It is in the workspace and not among the running ones.",
            action="Deploy the flow.",
            reproduce="Take the deployment back.",
        ),
        Cause(
            "error-or-starting",
            what="The flow is deployed and does not run.",
            tell="Read its state and its start error.",
            action="Remove the reason of the start error and start it again.",
            reproduce="Two flows with one address.",
        ),
        Cause(
            "prefix",
            what="The same name exists under the prefix of another adapter.",
            tell="Compare the ends of the addresses.",
            action="Use the prefix that belongs to the adapter.",
            reproduce="A SOAP address called as HTTP.",
        ),
        Cause(
            "typo",
            what="A letter, a slash or a blank too many or too few.",
            tell="Look at the nearest addresses that exist.",
            action="Correct the path in the sender.",
            reproduce="A doubled slash.",
        ),
        Cause(
            "wildcard",
            what="The address takes no sub-paths and is called with one, or the reverse.",
            tell="Compare the pattern with the call.",
            action="Add the wildcard, or shorten the address.",
            reproduce="A sub-path on an exact address.",
        ),
        Cause(
            "wrong-tenant",
            what="The host belongs to another tenant, or to the API instead of the runtime.",
            tell="Compare the called host with the tenant's.",
            action="Use this tenant's runtime host.",
            reproduce="A second tenant.",
        ),
        Cause(
            "one-worker",
            what="Only one of several nodes lacks it.",
            tell="It happens now and then; compare the nodes.",
            action="Restart the flow, or the node that lags.",
            reproduce="Register on one node only.",
        ),
        Cause(
            "renamed-odata",
            what="The service was renamed, and its address with it.",
            tell="Look for its earlier name.",
            action="Use the new address.",
            reproduce="Rename it.",
        ),
    ),
)

NOT_ACTIVE = Failure(
    "inbound.not-active",
    Side.INBOUND,
    meaning="The capability is not switched on for this subaccount, or not for this user.",
    symptoms=(
        "Cloud Integration is not active for this subaccount",
        "empty tiles, 403 or 404 on everything of the tenant",
    ),
    references=(
        "Configuring User Access",
        "Activating and Managing Capabilities",
    ),
    commands=(
        "landbridge subscription list --subaccount SUBACCOUNT",
        "landbridge role list --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "capability-off",
            what="Subscribed, but the capability was never activated.",
            tell="Read the list of activated capabilities.",
            action="Activate the capability.",
            reproduce="Leave it off.",
        ),
        Cause(
            "not-subscribed",
            what="The opened subaccount has no subscription, perhaps another has.",
            tell="Compare the subscriptions with the opened subaccount.",
            action="Subscribe, or open the right subaccount.",
            reproduce="A subaccount without it.",
        ),
        Cause(
            "provisioning",
            what="Activation is still going on, or has failed.",
            tell="Read state and age of the job.",
            action="Wait, or start the job again.",
            reproduce="A job that does not end.",
        ),
        Cause(
            "user-role",
            what="Others get in, this user lacks the role collection.",
            tell="Compare the roles of both users.",
            action="Give the role collection and log in again.",
            reproduce="A user without it.",
        ),
        Cause(
            "stale-session",
            what="The role came after the login.",
            tell="Compare the login time with the change.",
            action="Log out and in, and clear the cookies.",
            reproduce="Give the role during a session.",
        ),
        Cause(
            "entitlement",
            what="The plan's quota is missing or used up.",
            tell="Read the entitlements of the subaccount.",
            action="Assign the entitlement.",
            reproduce="No quota.",
        ),
        Cause(
            "engine-down",
            what="The runtime is not registered with its management.",
            tell="Look when it was last heard of.",
            action="Start the runtime.",
            reproduce="Stop the node.",
        ),
    ),
)

FAILURES = (
    HTTP_404,
    NOT_ACTIVE,
)
