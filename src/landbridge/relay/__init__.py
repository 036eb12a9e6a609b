"""Bare TCP connections in a tunnel: raw bytes both ways, each direction ending by itself.

For: gateway and connector, each for both directions (SOCKS5 goes from cloud to on-premise, service channels the other
way). `inward` carries a local client's connection into a stream, `outward` a stream to a server.
Enters: streams and connections. Leaves: bytes, in order; a fault when there is no server. Must never: decide who may
reach what, know mappings or tokens.
"""
