"""Outbound: OData and SuccessFactors."""

from landbridge.checks.catalogue.failure import Cause, Failure, Side

OSCI_CONVERSION = Failure(
    "outbound.osci-conversion",
    Side.OUTBOUND,
    meaning="A request or an answer cannot be converted between XML and OData.",
    symptoms=(
        (
            "ConversionException, OsciException, ODataProcessingException, EdmSimpleTypeException, "
            "EntityProviderException"
        ),
    ),
    references=(
        "SAP note 2514249",
        "SAP note 2857920",
        "SAP note 2905000",
        "SAP note 3462180",
    ),
    commands=(
        "landbridge probe odata URL --login USER --secret-file FILE --public-trust",
        "landbridge destination find NAME --subaccount SUBACCOUNT",
    ),
    causes=(
        Cause(
            "payload-shape",
            what="Names or nesting of the XML are not those of the service.",
            tell="Check the body against the metadata; the first unknown element counts.",
            action="Correct the mapping.",
            reproduce="An unknown property.",
        ),
        Cause(
            "literal",
            what="A value does not have the form of its type.",
            tell="Name the property, its value and the expected form.",
            action="Format the value for its type.",
            reproduce="A wrong date.",
        ),
        Cause(
            "json-body",
            what="JSON is given where XML is expected.",
            tell="The body begins with a brace or bracket.",
            action="Convert to XML first.",
            reproduce="A JSON body.",
        ),
        Cause(
            "response-not-odata",
            what="The answer is a page, most often a login.",
            tell="Read the content type and the last address.",
            action="Correct address or logon; the conversion error only follows.",
            reproduce="A login page.",
        ),
        Cause(
            "metadata-call",
            what="The metadata are refused while the entity is not.",
            tell="Call $metadata alone.",
            action="Fill in what the metadata call needs.",
            reproduce="Metadata that want a header.",
        ),
        Cause(
            "metadata-stale",
            what="The service changed, and the kept metadata are old.",
            tell="Compare them with today's.",
            action="Restart the flow, or wait an hour.",
            reproduce="Change the metadata.",
        ),
        Cause(
            "filter-encoding",
            what="A special character cuts the filter.",
            tell="Look at the address on the wire.",
            action="Encode the character twice.",
            reproduce="An ampersand in a value.",
        ),
        Cause(
            "unsupported-option",
            what="The query uses what the adapter does not know.",
            tell="Look for formats, links and navigation.",
            action="Remove that option.",
            reproduce="A $format option.",
        ),
        Cause(
            "empty-response",
            what="The answer is successful and empty where an entity is expected.",
            tell="Its length is zero.",
            action="Treat the empty answer as a case of its own.",
            reproduce="204 to a read.",
        ),
        Cause(
            "backend-error",
            what="The service answered with an error of its own.",
            tell="Read the message inside.",
            action="Act on the inner error.",
            reproduce="An OData error.",
        ),
        Cause(
            "charset",
            what="The body is not in the encoding that was announced.",
            tell="Find the first wrong byte.",
            action="Set the encoding.",
            reproduce="Latin-1 as UTF-8.",
        ),
    ),
)

SF_ADAPTER = Failure(
    "outbound.sf-adapter",
    Side.OUTBOUND,
    meaning="Polling or calling SuccessFactors fails.",
    symptoms=(
        "LGN0001 to LGN0015; Invalid SFAPI session; INVALID_SESSION; SESS_INVAL",
        "COE_ENTITY_NOT_FOUND, COE_PROPERTY_NOT_FOUND; 412 inside an answer with 200",
    ),
    references=(
        "SAP note 2904498",
        "SAP note 2524436",
        "SAP note 2545055",
        "SAP note 2642240",
        "SAP note 3290097",
    ),
    commands=("landbridge destination find NAME --subaccount SUBACCOUNT",),
    causes=(
        Cause(
            "session-reuse-none",
            what="Each call logs in anew, and the next page is refused.",
            tell="Count the logins, look for the cookie.",
            action="Reuse the session within the exchange.",
            reproduce="A cookie that page two needs.",
        ),
        Cause(
            "session-idle",
            what="The pause between two calls was too long.",
            tell="Measure it.",
            action="Make pages smaller, or log in again.",
            reproduce="A short idle limit.",
        ),
        Cause(
            "session-shared",
            what="Parallel messages or users share a session.",
            tell="One cookie in several exchanges.",
            action="Reuse sessions per exchange.",
            reproduce="Two users.",
        ),
        Cause(
            "no-session-support",
            what="The adapter does not keep sessions.",
            tell="Look at its kind.",
            action="Expect no session there.",
            reproduce="An OData V4 channel.",
        ),
        Cause(
            "login-refused",
            what="The login is refused with a code that says why: host, permission, company, password.",
            tell="Read the LGN code.",
            action="Act on the code: API host, permission, company id or password.",
            reproduce="A table of codes.",
        ),
        Cause(
            "company-id",
            what="The company id is wrong, or the credential is of another kind.",
            tell="Compare it, letter case too.",
            action="Correct the credential.",
            reproduce="Another company.",
        ),
        Cause(
            "ip-restriction",
            what="Our address is not allowed.",
            tell="It works from elsewhere.",
            action="Have our outbound addresses allowed.",
            reproduce="A list without us.",
        ),
        Cause(
            "rate-limit",
            what="Too many calls.",
            tell="429 with Retry-After.",
            action="Call less at once, retry later.",
            reproduce="429.",
        ),
        Cause(
            "maintenance",
            what="The service is being maintained.",
            tell="503 says so.",
            action="Retry after the window.",
            reproduce="503 with that text.",
        ),
        Cause(
            "metadata-generating",
            what="Metadata are just being made.",
            tell="500 says so.",
            action="Retry.",
            reproduce="500 with that text.",
        ),
        Cause(
            "upsert-412-in-200",
            what="A successful answer holds a failed part.",
            tell="Read the parts.",
            action="Retry the part once, a minute later.",
            reproduce="412 inside.",
        ),
        Cause(
            "query",
            what="An entity or property does not exist, or is encoded wrongly.",
            tell="The code names it.",
            action="Correct the query.",
            reproduce="An unknown entity.",
        ),
        Cause(
            "firenow",
            what="Discarded runs are duplicates of the scheduler.",
            tell="They last less than a millisecond.",
            action="Ignore them.",
            reproduce="Two triggers.",
        ),
        Cause(
            "prior-error",
            what="An earlier failure spoiled the session.",
            tell="Look at the order of the calls.",
            action="Take a fresh session.",
            reproduce="An error before.",
        ),
    ),
)

SF_WEBSERVICE = Failure(
    "outbound.sf-webservice",
    Side.OUTBOUND,
    meaning="A SOAP call to SuccessFactors fails.",
    symptoms=(
        "Problem during invoking SuccessFactors Web service",
        "a SOAP fault with INVALID_SESSION or Invalid session",
    ),
    references=(
        "SAP note 2528664",
        "SAP note 2904498",
    ),
    commands=("landbridge destination find NAME --subaccount SUBACCOUNT",),
    causes=(
        *SF_ADAPTER.pick(
            "session-reuse-none",
            "session-idle",
            "session-shared",
            "login-refused",
            "ip-restriction",
            "rate-limit",
            "maintenance",
        ),
        Cause(
            "login-fault",
            what="The login itself failed, not the call after it.",
            tell="See which operation carried the fault.",
            action="Correct the credential.",
            reproduce="A wrong password.",
        ),
        Cause(
            "transport",
            what="TLS, a timeout or a proxy is below the fault.",
            tell="Read the innermost cause.",
            action="Act on that cause.",
            reproduce="A closed port.",
        ),
        Cause(
            "wsdl-or-entity",
            what="An entity or field is gone or not permitted.",
            tell="Compare with today's description.",
            action="Correct the query, or have it permitted.",
            reproduce="A removed field.",
        ),
        Cause(
            "timeouts",
            what="The query takes longer than the channel waits.",
            tell="Compare both times.",
            action="Raise the timeout, ask for less.",
            reproduce="A slow answer.",
        ),
        Cause(
            "cookie-lost",
            what="The cookie got lost between login and query.",
            tell="Compare the hosts of both.",
            action="Let both go to one host and keep the cookies.",
            reproduce="Two nodes.",
        ),
    ),
)

FAILURES = (
    OSCI_CONVERSION,
    SF_ADAPTER,
    SF_WEBSERVICE,
)
