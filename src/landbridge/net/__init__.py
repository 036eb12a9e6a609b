"""The one place that opens sockets, does TLS and DNS and reads the clock.

For: gateway, connector, identity, destinations, checks. Enters: addresses, TLS material, protocol machines.
Leaves: connected transports, or `DialFailed` with what went wrong, told by type and errno.
Must never: decide what a failure means to a user (that is a fault, made by the caller), know tunnels or HTTP.
"""
