"""The cloud side of connectivity: the HTTP door that applications use, and the listener that connectors dial.

For: applications (proxy requests) and connectors. Enters: HTTP requests, tunnel connections. Leaves: streams in
tunnels, backends' answers, faults. Must never: decide about mappings or users (the connector does), touch the
database (verifier and certificates are given to it), let one tenant near another's tunnel.
"""
