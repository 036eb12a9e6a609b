from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect

from landbridge.store.migrate import HEAD, migrate, revision
from landbridge.store.tables import metadata


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_an_empty_database_gets_all_tables(connection: Connection) -> None:
    assert revision(connection) is None
    migrate(connection)
    assert revision(connection) == HEAD
    assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_scripts_make_exactly_the_tables_of_the_code(connection: Connection) -> None:
    migrate(connection)
    assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_indexes_are_those_of_the_code(connection: Connection) -> None:
    migrate(connection)
    made = {i["name"] for table in metadata.tables for i in inspect(connection).get_indexes(table)}
    assert made == {index.name for table in metadata.tables.values() for index in table.indexes}


def test_migrating_twice_changes_nothing(connection: Connection) -> None:
    migrate(connection)
    migrate(connection)
    assert revision(connection) == HEAD


def test_head_is_the_newest_script() -> None:
    assert ScriptDirectory("src/landbridge/store/migrations").get_current_head() == HEAD
