"""The demonstration: everything at work on this machine, then broken piece by piece, each time with a named fault.

For: `landbridge demo`, and whoever wants to know in seconds whether an installation is sound.
Enters: `play` (`story.py`). `stage.py` starts the programs as a user would, `application.py` is the application.
Leaves: a `Result` for each step; `report.py` shows them.
Must never: reach into the programs; it sees what a user and an application see: commands, HTTP, headers.
"""
