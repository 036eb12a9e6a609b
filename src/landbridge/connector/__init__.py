"""The on-premise program: dials the gateway, decides what may pass, speaks to backends.

For: administrators of the internal network. Enters: its own configuration and streams of the tunnel. Leaves: requests
to backends, answers and faults into the tunnel. Must never: import the cloud side's packages, take a mapping from
the cloud, trust what the gateway sends (it checks every stream itself).
"""
