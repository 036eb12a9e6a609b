"""Files of single destinations: what people import and export (destination-service §8.1, §8.4).

For: `landbridge destination import|export` and the administration.
Enters: `reading.read_file(name, content)`; `writing.write_file(destinations, form, secrets)`.
Leaves: destinations, checked; bytes of a file; one fault (`file.…`) for what is no destination.
Must never: write a secret that was not asked for, trust the sizes that an archive names, keep half of a file.

Inside: a module for each format (`properties`, `json_text`, `yaml_text`, `archive`), `environment` (the variable
`destinations` that clients read), `reading`, `writing`.
"""
