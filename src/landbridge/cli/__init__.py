"""The command line: one file per command.

For: people and scripts. Enters: `main.main()`. Leaves: data on stdout, talk on stderr, an exit code of the catalogue.
Must never: show a traceback (unless LANDBRIDGE_DEBUG=1), import a heavy part before a command needs it.
"""
