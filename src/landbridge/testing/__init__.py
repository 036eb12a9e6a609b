"""A whole landbridge for tests: a sample backend, and `World` (cloud side, connector and backend on free ports).

For: our own tests, the demonstration, benchmarks, and people who test against landbridge.
Enters: `World`, `SampleBackend`. Leaves: addresses and bindings of what runs.
Must never: be imported by the services; import anything here, so that the sample backend starts in a moment.
"""
