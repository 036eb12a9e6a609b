"""What tests of applications and of landbridge itself need: a whole world in one process, and a backend to call.

For: tests, the demo. Enters: a landscape as nouns, settings. Leaves: `World` with a cloud side, connectors and a sample
backend on free ports. Must never: be imported by anything that runs in production.
"""
