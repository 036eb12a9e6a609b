"""Faults of certificates, keystores and the key pairs that subaccounts sign with (destination-service §1.5, §1.7)."""

from landbridge.faults.fault import FaultKind, Origin

CALLER = Origin.CALLER
DESTINATIONS = Origin.DESTINATIONS

_FILES = (
    FaultKind(
        "certificate.extension-unknown",
        CALLER,
        400,
        "The name '{name}' has no extension that says how the file is to be read; known are {known}.",
        "Name the file with the extension of its format, for example client.p12.",
        exit=45,
        reference="destination-service §1.5",
    ),
    FaultKind(
        "certificate.too-large",
        CALLER,
        413,
        "The file '{name}' has {size} bytes; {limit} are allowed.",
        "Upload only the certificates that the destination needs.",
        exit=45,
        reference="destination-service §10",
    ),
    FaultKind(
        "certificate.unusable",
        CALLER,
        400,
        "The file '{name}' cannot be used: {reason}.",
        "Look at it with 'openssl' or 'keytool'; if its format is another, give the name the right extension.",
        exit=45,
        reference="destination-service §1.5",
    ),
    FaultKind(
        "certificate.password-wrong",
        CALLER,
        400,
        "The password does not open '{name}'.",
        "Correct the password (KeyStorePassword of the destination), or upload the file again.",
        exit=45,
        reference="destination-service §1.5",
    ),
    FaultKind(
        "certificate.password-missing",
        CALLER,
        400,
        "The file '{name}' is encrypted, and no password is given.",
        "Give the password of the file (KeyStorePassword of the destination).",
        exit=45,
        reference="destination-service §1.5",
    ),
    FaultKind(
        "certificate.keystore-closed",
        CALLER,
        400,
        "The keystore '{name}' is protected by a password that the service does not know.",
        "Read the file itself, or store its certificates as PEM beside it.",
        exit=45,
        body="The keystore is password-protected and public keys cannot be retrieved",
        reference="destination-service §2.6",
    ),
    FaultKind(
        "certificate.no-private-key",
        CALLER,
        400,
        "The file '{name}' holds no private key with a certificate of its own.",
        "Upload a file that holds both, and the chain above the certificate.",
        exit=45,
        reference="destination-service §1.5",
    ),
)

_ENTITIES = (
    FaultKind(
        "certificate.not-found",
        CALLER,
        404,
        "There is no certificate '{name}' {place}.",
        "Correct the name (upper and lower case matter, and the extension belongs to it), or upload it on that level.",
        exit=41,
        body="Configuration with the specified name was not found",
        reference="destination-service §2.6",
    ),
    FaultKind(
        "certificate.invalid",
        CALLER,
        400,
        "The certificate cannot be stored: {field} must be {expected}.",
        "Send Name, Type and Content (base64 of the file), or Name, Type and Attributes to have one made.",
        exit=45,
        reference="destination-service §1.5",
    ),
    FaultKind(
        "certificate.csr-invalid",
        CALLER,
        400,
        "The certificate signing request cannot be used: {reason}.",
        "Make a request with an RSA key of 2048 bits or more or an EC key, and send the base64 of its PEM text.",
        exit=45,
        reference="destination-service §1.5",
    ),
)

_TRUST = (
    FaultKind(
        "trust.no-key-pair",
        CALLER,
        404,
        "Subaccount {subaccount} has no active key pair to sign SAML assertions with.",
        "Make one with POST /destination-configuration/v1/saml2Metadata/certificate.",
        exit=46,
        body="Keypair for subaccount - {subaccount} does not exist",
        reference="destination-service §2.7",
    ),
    FaultKind(
        "trust.no-passive-key-pair",
        CALLER,
        404,
        "Subaccount {subaccount} has no passive key pair.",
        "Make one with POST /destination-configuration/v1/saml2Metadata/certificate/passive, then rotate.",
        exit=46,
        body="Passive Keypair for subaccount - {subaccount} does not exist",
        reference="destination-service §2.7",
    ),
    FaultKind(
        "trust.body-unexpected",
        CALLER,
        400,
        "A key pair is made without any input, but the request has a body.",
        "Send the request without a body.",
        exit=46,
        body="Request body should be empty!",
        reference="destination-service §2.7",
    ),
)

ROWS: tuple[FaultKind, ...] = (*_FILES, *_ENTITIES, *_TRUST)
