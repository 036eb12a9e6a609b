"""Faults of reading and writing what the Destination service keeps (destination-service §2)."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER

_LISTS = (
    FaultKind(
        "destination.filter-invalid",
        CALLER,
        400,
        "The $filter cannot be read from character {position} on: expected is {expected}.",
        "Correct the filter, for example: Name in ('a','b').",
        exit=42,
        reference="destination-service §2.4",
    ),
    FaultKind(
        "destination.filter-missing",
        CALLER,
        400,
        "The request does not say what to delete: it has no $filter.",
        "Add $filter=Name in ('a','b') with the names to delete.",
        exit=42,
        reference="destination-service §2.4",
    ),
    FaultKind(
        "destination.option-invalid",
        CALLER,
        400,
        "The option {option} is '{value}'; expected is {expected}.",
        "Correct the option.",
        exit=42,
        reference="destination-service §2.4",
    ),
    FaultKind(
        "destination.option-alone",
        CALLER,
        400,
        "The option {option} has a meaning only together with {other}.",
        "Add {other}, or leave {option} out.",
        exit=42,
        reference="destination-service §2.4",
    ),
    FaultKind(
        "destination.options-exclusive",
        CALLER,
        400,
        "The options {first} and {second} exclude each other.",
        "Send one of them.",
        exit=42,
        reference="destination-service §2.4",
    ),
)

_WRITES = (
    FaultKind(
        "destination.body-invalid",
        CALLER,
        400,
        "The body of the request is not {expected}: {reason}.",
        "Send JSON in UTF-8 as the description of the API shows it.",
        exit=42,
        reference="destination-service §2.4",
    ),
    FaultKind(
        "destination.content-invalid",
        CALLER,
        400,
        "Property '{property}' of {entity} must be {expected}.",
        "Correct the property and send the request again; nothing was written.",
        exit=42,
        reference="destination-service §1.3",
    ),
    FaultKind(
        "destination.exists",
        CALLER,
        409,
        "There is already a {kind} '{name}' on this level.",
        "Choose another name, or send PUT to replace it.",
        exit=42,
        body="Duplicate key",
        reference="destination-service §2.1",
    ),
    FaultKind(
        "destination.in-use",
        CALLER,
        400,
        "Destination '{name}' yields the client assertion of destination '{consumer}', so it stays as it is.",
        "Change clientAssertion.destinationName of '{consumer}' first.",
        exit=42,
        body="Cannot perform operation on the destination '{name}' because it is used as an assertion provider for "
        "destination '{consumer}'",
        reference="destination-service §2.1",
    ),
    FaultKind(
        "destination.removal-refused",
        CALLER,
        400,
        "Nothing was deleted: {names} yield client assertions of other destinations.",
        "Change clientAssertion.destinationName of those first, or delete them in the same request.",
        exit=42,
        body='Unable to remove Configurations "[{names}]".',
        reference="destination-service §2.1",
    ),
    FaultKind(
        "destination.label-invalid",
        CALLER,
        400,
        "The labels cannot be kept: {reason}.",
        "Send at most {limit} labels, each with a key of its own and at most {limit} values.",
        exit=42,
        reference="destination-service §2.8",
    ),
    FaultKind(
        "destination.subscriber-access",
        CALLER,
        403,
        "The provider lets subscribers {doing} this only with the scopes {scopes}; the token lacks some.",
        "Assign the scopes to the user, or ask the provider to change subscriber_access of the instance.",
        exit=40,
        proves=(("dest.403", "scope-lacking"),),
        reference="destination-service §8.3",
    ),
)

_FIND = (
    FaultKind(
        "destination.level-unknown",
        CALLER,
        400,
        "There is no level '{level}'.",
        "Use one of: {known}.",
        exit=42,
        reference="destination-service §2.3",
    ),
    FaultKind(
        "destination.levels-mixed",
        CALLER,
        403,
        "A subscriber's destination and its fragments come from different levels, one of them 'subaccount'.",
        "Take the destination and its fragments from one level.",
        exit=42,
        reference="destination-service §2.3",
    ),
    FaultKind(
        "destination.issuer-unfit",
        CALLER,
        422,
        "The token comes from an identity provider of its own; the second version of the API does not take such.",
        "Use the first version, or a token of the token service of the binding.",
        exit=40,
        reference="destination-service §2.3",
    ),
    FaultKind(
        "destination.header-mix",
        CALLER,
        400,
        "The client assertion comes both in a header and from a destination.",
        "Send X-client-assertion with its type, or X-client-assertion-destination-name.",
        exit=42,
        body="Cannot mix header X-client-assertion with header X-client-assertion-destination-name",
        reference="destination-service §2.1",
    ),
)

ROWS: tuple[FaultKind, ...] = (*_LISTS, *_WRITES, *_FIND)
