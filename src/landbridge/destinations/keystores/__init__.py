"""Files with certificates and private keys: PEM, CER/CRT, P12/PFX and JKS, read and written.

For: `destinations.certificates` (what applications upload, what we make) and, through it, authentication types.
Enters: `reading.read(name, content, password)`; the name's extension chooses the format, as clients do.
Leaves: a `Keystore` of entries (key, certificates), one fault for what cannot be used, or bytes of a new file.
Must never: crash or hang on a hostile file, hold a key in a message, open a file or a socket.

Inside: `material` (the nouns), a module for each format (`pem`, `der`, `pkcs12`, `jks`), `bounds` (refuses what would
cost minutes to decrypt), `keys` (which keys are usable), `reading`.
"""
