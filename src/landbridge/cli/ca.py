"""`landbridge ca`: the certificate that clients of the TLS listener have to trust."""

from __future__ import annotations

from landbridge.cli.options import DATA, AsJson, Data, give, give_json

HELP = """Print the CA certificate (PEM).

\b
Examples:
  landbridge ca > landbridge-ca.pem
  NODE_EXTRA_CA_CERTS=landbridge-ca.pem node app.js
"""


def ca(data: Data = DATA, as_json: AsJson = False) -> None:
    """Print the CA certificate; it exists from the first start on."""
    from landbridge.cli.running import start_command
    from landbridge.data_folder import read_ca
    from landbridge.faults import FaultError, fault

    pem = read_ca(data)
    if pem is None:
        raise FaultError(fault("platform.not-running", folder=data, command=start_command(data)))
    give_json({"certificate": pem}) if as_json else give(pem.rstrip("\n"))
