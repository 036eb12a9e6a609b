"""A small internal system to try things with: OData-like orders, slow, large, broken and echoing paths.

For: `landbridge demo`, `World`, tests and benchmarks of the data path, the README.
Enters: HTTP/1.1 connections (`server.py`), read by `messages.py`, answered by `routes.py`, `orders.py`, `websocket.py`.
Leaves: answers; in process also `SampleBackend.seen` and `.connections`, so that tests know what arrived.
Must never: import anything of landbridge, or anything that is not in the standard library: it starts in a moment.
"""

from landbridge.testing.sample_backend.server import Connections, SampleBackend, Seen

__all__ = ["Connections", "SampleBackend", "Seen"]
