"""Alembic migrations, shipped inside the package and run by `landbridge.store.migrate`.

For: databases of older releases. Must never: change once released; add a new script instead.
"""
