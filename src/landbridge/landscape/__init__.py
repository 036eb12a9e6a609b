"""The landscape file: one YAML text that describes subaccounts and connectors.

For: the command line and the composition root.
Enters: `read.read(path)` turns a file into a `Landscape` of frozen nouns; `apply.apply(...)` brings the store to it.
Leaves: nouns of `landbridge.model`, `Changes`, and one fault for each problem, with file, line and field.
Must never: apply a mapping (only the connector does), keep half of a file, show a password in a message.

Inside, from the text upwards: `source` (YAML to a tree that knows its lines), `problems` (collects what is wrong),
`fields` (takes a mapping apart), the sections (`subaccounts`, `destinations`, `connectors`, `mappings`, `addresses`),
`read` (the file as a whole), `apply` (the store follows, with `clients` and `changes`).
"""
