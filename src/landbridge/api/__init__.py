"""The HTTP API: one router per domain, and the answers they share.

For: applications (tokens, destinations), administrators, monitoring. Enters: `create_app` with the services it offers.
Leaves: a FastAPI application; every refusal is a fault with its headers. Must never: import store or wire, decide
what a service decides, show an error's text that a fault did not make.
"""
