"""Probes: measurements of one thing each. They gather facts and never judge.

For: plans, run by the command line, the API and connectors, with the same files everywhere.
Enters: a `Scene` and the evidence so far. Leaves: observations.
Must never: judge, put a secret into an observation, touch a target that the dialler does not permit, wait without end.
"""
