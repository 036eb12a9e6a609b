"""The master key changes, and nothing is lost: not a value, not a key, at whatever moment the power goes."""

from __future__ import annotations

import os
import random
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from landbridge.faults import FaultError
from landbridge.store import (
    Database,
    DestinationRepository,
    open_installation,
    rotate_master_key,
)
from landbridge.store.key_files import KEY_FILE, NEXT_FILE
from landbridge.store.sealed import OF_THE_ENVELOPE, REGISTER
from landbridge.store.tables import data_keys, metadata
from tests.store.content import check_content, fill
from tests.store.nouns import ACME, orders
from tests.store.victim import killed_at_random

pytestmark = pytest.mark.anyio


@pytest.fixture
async def filled(db: Database) -> Database:
    await fill(db)
    return db


def keys_in(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("master.key*")}


async def reopened(data: Path, url: str) -> None:
    """Everything that was put in can be read, and written, by whoever starts now."""
    db = await open_installation(data, url)
    await check_content(db)
    async with db.begin() as session:
        await DestinationRepository(session).put(ACME.id, None, orders(Name="afterwards", User=os.urandom(4).hex()))
    await db.close()


async def wrapped(db: Database) -> set[bytes]:
    async with db.read() as session:
        return set(await session.column(select(data_keys.c.wrapped)))


@pytest.mark.parametrize("data_keys_too", [False, True])
async def test_everything_is_readable_with_the_new_key_and_nothing_with_the_old(
    filled: Database, tmp_path: Path, url: str, data_keys_too: bool
) -> None:
    await filled.close()
    before = keys_in(tmp_path)[KEY_FILE]
    rotated = await rotate_master_key(tmp_path, url, data_keys_too=data_keys_too)
    assert rotated.data_keys == 3
    assert rotated.values == (11 if data_keys_too else 0)
    assert rotated.kept.read_bytes() == before != keys_in(tmp_path)[KEY_FILE]
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("master.key*")} == {0o600}
    await reopened(tmp_path, url)
    rotated.kept.replace(tmp_path / KEY_FILE)
    with pytest.raises(FaultError) as caught:
        await open_installation(tmp_path, url)
    assert caught.value.fault.code == "store.key-wrong"


async def test_a_new_master_key_leaves_values_alone_and_new_data_keys_change_all(
    filled: Database, tmp_path: Path, url: str
) -> None:
    async def sealed() -> set[bytes]:
        db = await open_installation(tmp_path, url)
        async with db.read() as session:
            columns = [select(place.table.c[place.column]) for place in REGISTER]
            values = {value for column in columns for value in await session.column(column) if value}
        await db.close()
        return values

    await filled.close()
    first = await sealed()
    await rotate_master_key(tmp_path, url)
    assert await sealed() == first
    await rotate_master_key(tmp_path, url, data_keys_too=True)
    assert not await sealed() & first


def test_every_sealed_column_is_in_the_register() -> None:
    columns = {
        (table.name, column.name)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == {(place.table.name, place.column) for place in REGISTER} | OF_THE_ENVELOPE


async def test_old_data_keys_are_not_left_in_the_file(sqlite_db: Database, tmp_path: Path) -> None:
    await fill(sqlite_db)
    before = await wrapped(sqlite_db)
    await sqlite_db.settle()
    content = (tmp_path / "landbridge.db").read_bytes()
    assert all(key in content for key in before), "this test looks at the right file"
    await sqlite_db.close()
    await rotate_master_key(tmp_path)
    content = b"".join(file.read_bytes() for file in tmp_path.glob("landbridge.db*"))
    assert not any(key in content for key in before)


async def test_a_deleted_subaccount_leaves_no_data_key_in_the_file(sqlite_db: Database, tmp_path: Path) -> None:
    await fill(sqlite_db)
    before = await wrapped(sqlite_db)
    await sqlite_db.clear()
    await sqlite_db.settle()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("landbridge.db*"))
    assert sum(key in content for key in before) == 1, "only the installation's own is there"


async def test_cut_off_before_the_database_changed(filled: Database, tmp_path: Path, url: str) -> None:
    """The next key is there, nothing is sealed with it: the old one goes on, a second attempt uses it."""
    await filled.close()
    old = keys_in(tmp_path)[KEY_FILE]
    await rotate_master_key(tmp_path, url)  # this one is only to have a key to leave behind
    (tmp_path / NEXT_FILE).write_bytes(b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n")
    (tmp_path / NEXT_FILE).chmod(0o600)
    left = (tmp_path / NEXT_FILE).read_bytes()
    await reopened(tmp_path, url)
    assert (tmp_path / NEXT_FILE).read_bytes() == left
    await rotate_master_key(tmp_path, url)
    assert keys_in(tmp_path)[KEY_FILE] == left != old
    await reopened(tmp_path, url)


@pytest.mark.parametrize("linked", [False, True], ids=["database changed", "old key kept"])
async def test_cut_off_after_the_database_changed(filled: Database, tmp_path: Path, url: str, linked: bool) -> None:
    """The database wants the next key, the files say the old one: whoever starts finishes it."""
    await filled.close()
    rotated = await rotate_master_key(tmp_path, url)
    (tmp_path / KEY_FILE).rename(tmp_path / NEXT_FILE)
    shutil.copy2(rotated.kept, tmp_path / KEY_FILE)
    if not linked:
        rotated.kept.unlink()
    await reopened(tmp_path, url)
    assert sorted(keys_in(tmp_path)) == [KEY_FILE, rotated.kept.name]
    again = await rotate_master_key(tmp_path, url)
    assert again.old == rotated.new
    await reopened(tmp_path, url)


async def test_a_next_key_does_not_make_a_wrong_key_right(filled: Database, tmp_path: Path, url: str) -> None:
    await filled.close()
    for name, key in ((KEY_FILE, b"B"), (NEXT_FILE, b"C")):
        (tmp_path / name).write_bytes(b"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU" + key + b"=\n")
        (tmp_path / name).chmod(0o600)
    before = keys_in(tmp_path)
    with pytest.raises(FaultError) as caught:
        await open_installation(tmp_path, url)
    assert caught.value.fault.code in ("store.key-wrong", "store.key-malformed")
    assert keys_in(tmp_path) == before


async def test_nothing_to_rotate_has_a_name(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        await rotate_master_key(tmp_path)
    assert caught.value.fault.code == "store.key-missing"
    assert list(tmp_path.iterdir()) == []


async def test_killed_at_any_moment_it_can_go_on(filled: Database, tmp_path: Path, url: str) -> None:
    await filled.close()
    chance = random.Random(8)
    seen = set(keys_in(tmp_path).values())
    for _ in range(6):
        await killed_at_random("rotate", tmp_path, url, chance)
        await reopened(tmp_path, url)
        now = keys_in(tmp_path)
        assert KEY_FILE in now
        assert seen <= set(now.values()) | {now[KEY_FILE]}, "a key that was in use is never lost"
        seen |= {key for name, key in now.items() if name != NEXT_FILE}
