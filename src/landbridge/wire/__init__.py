"""The tunnel's and the doors' protocols as plain state: bytes in, events out.

For: gateway and connector, which meet only here. Enters: received bytes and calls. Leaves: events and bytes to send.
Must never: open a socket, read a clock, log, import anything of ours.
Two exceptions say who is to blame: `RemoteProtocolError` (the peer) and `LocalProtocolError` (a mistake in our code).
"""
