from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from landbridge.model.secret import Secret
from landbridge.store import Database, SubaccountRepository, UserRepository, load_or_create_vault
from landbridge.store.passwords import Passwords
from tests.store.nouns import ACME, ALICE
from tests.tables import sqlite_with_tables

pytestmark = pytest.mark.anyio


async def test_a_hash_matches_its_password_alone() -> None:
    passwords = Passwords()
    stored = await passwords.hash("acme/alice", Secret("right"))
    assert stored.startswith("$argon2id$")
    assert "right" not in stored
    assert await passwords.matches("acme/alice", stored, Secret("right"))
    assert not await passwords.matches("acme/alice", stored, Secret("wrong"))


async def test_the_event_loop_turns_while_a_password_is_checked() -> None:
    stored = await Passwords().hash("acme/alice", Secret("right"))
    checking = asyncio.create_task(Passwords().matches("acme/alice", stored, Secret("wrong")))
    turns = 0
    while not checking.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20, "argon2 on the event loop would let it turn two or three times"


async def test_a_new_process_needs_no_memory() -> None:
    stored = await Passwords().hash("acme/alice", Secret("right"))
    assert await Passwords().matches("acme/alice", stored, Secret("right"))
    assert not await Passwords().matches("acme/alice", stored, Secret("wrong"))


async def test_a_remembered_password_is_not_good_for_a_newer_hash() -> None:
    passwords = Passwords()
    await passwords.hash("acme/alice", Secret("old"))
    newer = await passwords.hash("acme/alice", Secret("new"))
    assert not await passwords.matches("acme/alice", newer, Secret("old"))


async def test_owners_do_not_share_hashes() -> None:
    passwords = Passwords()
    assert await passwords.hash("a", Secret("bc")) != await passwords.hash("ab", Secret("c"))


async def test_the_same_password_of_the_same_owner_is_hashed_once() -> None:
    passwords = Passwords()
    assert await passwords.hash("acme/alice", Secret("p")) == await passwords.hash("acme/alice", Secret("p"))


async def test_text_that_is_no_hash_matches_nothing() -> None:
    assert not await Passwords().matches("acme/alice", "", Secret("p"))
    assert not await Passwords().matches("acme/alice", "$argon2id$broken", Secret("p"))


async def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    passwords = Passwords(remembered=2)
    first = await passwords.hash("a", Secret("p"))
    second = await passwords.hash("b", Secret("p"))
    await passwords.hash("c", Secret("p"))
    assert await passwords.hash("b", Secret("p")) == second
    assert await passwords.hash("a", Secret("p")) != first, "forgotten, so hashed with a new salt"


async def test_a_memory_belongs_to_one_database_unless_it_is_shared(tmp_path: Path) -> None:
    """A salt that occurs twice would show that two installations know the same password."""

    async def stored(name: str, passwords: Passwords | None = None) -> str:
        folder = tmp_path / name
        folder.mkdir()
        url, vault = sqlite_with_tables(folder), load_or_create_vault(folder)
        database = await Database.open(url, vault, passwords=passwords)
        async with database.begin() as session:
            await SubaccountRepository(session).put(ACME)
            await UserRepository(session).put(ACME.id, ALICE)
            check = await UserRepository(session).check(ACME.id, ALICE.name)
        await database.close()
        return check.stored

    shared = Passwords()
    assert await stored("one") != await stored("two")
    assert await stored("three", shared) == await stored("four", shared)
