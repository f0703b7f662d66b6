"""The key, the balance, and how the program stands with Runway."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from runway_desktop.domain.account import KeySource, Link
from runway_desktop.domain.errors import KeyRefused, NoReply, NotReached, SecretStoreError, SecretTrouble
from runway_desktop.domain.events import ConnectionChanged, KeyChanged, OrganizationChanged
from runway_desktop.domain.task import State
from runway_desktop.services.account import OFFLINE_GAP, REFUSED_FIRST, REFUSED_SELDOM
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.fakes import MemorySecrets, settle

SECRET = "key_" + "0123456789abcdef" * 8


def account(**more) -> Rig:
    return Rig(**{"loops": ("account",), "secret": None, **more})


class SlowSecrets(MemorySecrets):
    """A keychain that waits for a person: until its gate is set."""

    def __init__(self, secrets: dict[str, str]) -> None:
        super().__init__(secrets)
        self.gate = asyncio.Event()

    async def get(self, profile: str) -> str | None:
        await self.gate.wait()
        return await super().get(profile)


async def test_a_key_from_the_environment_wins_and_is_not_stored():
    async with account(secret=f" {SECRET}\n", secrets=MemorySecrets({"test": "other"})) as rig:
        assert rig.account.key.source is KeySource.ENVIRONMENT
        assert rig.runway.secret == SECRET
        assert rig.secrets.secrets == {"test": "other"}


async def test_the_key_in_the_keychain_is_used_and_its_store_named():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        assert (rig.account.key.source, rig.account.key.store_name) == (KeySource.KEYCHAIN, "Test keychain")
        assert rig.account.key.ending == SECRET[-4:]
        assert rig.account.organization is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_without_a_key_nothing_is_asked():
    async with account() as rig:
        await rig.clock.advance(7_200)
        assert rig.runway.calls == []
        assert rig.account.connection.link is Link.NO_KEY
        assert not rig.account.can_ask


@pytest.mark.parametrize("trouble", list(SecretTrouble))
async def test_a_keychain_in_trouble_is_a_sentence_and_not_a_crash(trouble):
    async with account(secrets=MemorySecrets(trouble=trouble)) as rig:
        assert rig.account.key.source is KeySource.NONE
        assert "keychain" in str(rig.account.key.problem)


async def test_a_keychain_that_waits_for_a_person_is_said_after_a_second():
    secrets = SlowSecrets({"test": SECRET})
    rig = account(secrets=secrets)
    starting = asyncio.create_task(rig.account.start())
    await rig.clock.advance(0.9)
    assert rig.account.key.problem == ""
    await rig.clock.advance(0.2)
    assert str(rig.account.key.problem).startswith("Waiting for your keychain.")
    assert rig.account.key.is_awaited
    secrets.gate.set()
    await starting
    assert not rig.account.key.is_awaited
    assert rig.account.key.source is KeySource.KEYCHAIN
    assert rig.account.key.problem == ""


async def test_a_key_typed_while_the_keychain_waits_counts():
    secrets = SlowSecrets({"test": SECRET})
    rig = account(secrets=secrets)
    starting = asyncio.create_task(rig.account.start())
    await settle()
    await rig.account.use_key("key_typed", remember=False)
    await starting
    assert rig.runway.secret == "key_typed"
    secrets.gate.set()
    await settle()
    assert rig.runway.secret == "key_typed"
    assert rig.account.key.source is KeySource.MEMORY


async def test_a_tested_key_is_not_kept():
    async with account() as rig:
        organization = await rig.account.test_key(f" {SECRET} ")
        assert organization.balance == 1000.0
        assert rig.account.key.source is KeySource.NONE
        assert rig.runway.secret is None
        assert rig.tested[0].secret == SECRET
        assert rig.tested[0].is_closed


async def test_a_key_that_runway_does_not_take_says_so_when_tested():
    async with account() as rig:
        rig.runway.then("organization", KeyRefused("The key was refused.", status=401))
        with pytest.raises(KeyRefused):
            await rig.account.test_key(SECRET)
        assert rig.tested[0].is_closed
        assert rig.account.connection.link is Link.NO_KEY


async def test_a_key_to_be_remembered_goes_into_the_keychain():
    async with account() as rig:
        status = await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert (status.source, status.store_name, status.problem) == (KeySource.KEYCHAIN, "Test keychain", "")
        assert rig.secrets.secrets == {"test": SECRET}
        assert rig.account.connection.link is Link.CONNECTED


async def test_a_key_that_cannot_be_remembered_is_kept_for_this_session_and_says_why():
    async with account(secrets=MemorySecrets(trouble=SecretTrouble.LOCKED)) as rig:
        status = await rig.account.use_key(SECRET, remember=True)
        assert status.source is KeySource.MEMORY
        assert str(status.problem).endswith("The key is kept for this session only.")
        assert rig.runway.secret == SECRET


async def test_a_forgotten_key_is_gone_from_memory_and_keychain():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        await rig.account.forget_key()
        assert rig.secrets.secrets == {}
        assert rig.runway.secret is None
        assert rig.account.organization is None
        assert rig.account.connection.link is Link.NO_KEY


async def test_a_keychain_that_does_not_forget_is_said_and_memory_has_forgotten():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        rig.secrets.trouble = SecretTrouble.REFUSED
        with pytest.raises(SecretStoreError):
            await rig.account.forget_key()
        assert rig.runway.secret is None


async def test_no_event_holds_the_key():
    async with account() as rig:
        await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert rig.told(KeyChanged)
        assert all(SECRET not in repr(event) for event in rig.events)


async def test_the_balance_is_asked_for_seldom_and_sooner_after_a_sending():
    async with Rig(loops=("account", "lane")) as rig:
        await rig.clock.advance(60)
        asked = len(rig.runway.named("organization"))
        assert asked == 1
        await rig.submit(request())
        await rig.submit(request())
        await rig.clock.advance(60)
        assert len(rig.runway.named("organization")) <= asked + 2
        await rig.clock.advance(3_600)
        assert len(rig.runway.named("organization")) <= asked + 2 + 4


async def test_all_who_ask_at_once_share_one_question():
    async with account(loops=(), secret=SECRET) as rig:
        answers = await asyncio.gather(*(rig.account.refresh() for _ in range(5)))
        assert len(rig.runway.named("organization")) == 1
        assert len({id(answer) for answer in answers}) == 1


async def test_a_balance_is_read_again_though_something_ended_while_it_was_read_or_the_reading_failed():
    async with Rig(loops=("account", "lane", "poller")) as rig:
        await rig.clock.advance(60)
        [task_id] = await rig.submit(request())
        remote_id = (await rig.task(task_id)).remote_id
        assert remote_id is not None
        await rig.clock.advance(60)
        gate = rig.runway.hold("organization")
        asking = asyncio.create_task(rig.account.refresh())
        await settle()
        rig.runway.finish(remote_id, "https://out.example/1.mp4", cost=20)
        await rig.clock.advance(15)
        gate.open()
        await asking
        asked = len(rig.runway.named("organization"))
        rig.runway.then("organization", NotReached("There is no network."))
        await rig.clock.advance(60)
        assert len(rig.runway.named("organization")) == asked + 2, "the first was not answered"


async def test_the_same_balance_is_told_again_if_something_was_spent_since():
    async with Rig(loops=("lane",)) as rig:
        await rig.account.refresh()
        told = len(rig.told(OrganizationChanged))
        await rig.submit(request())
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == told + 1
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == told + 1


async def test_a_balance_that_did_not_change_is_not_told_again():
    async with account(loops=(), secret=SECRET) as rig:
        for _ in range(3):
            await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == 1
        rig.runway.account = replace(rig.runway.account, balance=5.0)
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == 2


async def test_a_balance_that_comes_after_another_key_is_not_taken_for_its():
    async with account(loops=(), secret=SECRET) as rig:
        gate = rig.runway.hold("organization")
        asking = asyncio.create_task(rig.account.refresh())
        await settle()
        await rig.account.use_key("key_other", remember=False)
        gate.open()
        await asking
        assert rig.account.organization is None


async def test_offline_is_found_out_and_ended_without_anyone_else_asking():
    async with account(secret=SECRET) as rig:
        rig.runway.always("organization", NotReached("There is no network."))
        rig.account.note_failure(NotReached("There is no network."))
        assert rig.account.is_offline
        assert rig.account.connection.next_try_at is not None
        await rig.clock.advance(600)
        assert 90 <= len(rig.runway.named("organization")) <= 125
        rig.runway.always("organization", ...)
        await rig.clock.advance(OFFLINE_GAP + 1.1)
        assert rig.account.connection.link is Link.CONNECTED


async def test_a_wall_clock_that_is_set_back_does_not_keep_the_program_offline():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NotReached("There is no network."))
        rig.clock.jump(-86_400)
        await rig.clock.advance(62)
        assert rig.account.connection.link is Link.CONNECTED


REFUSED = KeyRefused("The key was refused.", status=401)


async def test_a_refused_key_is_tried_again_by_itself_and_each_time_later():
    async with account(secret=SECRET) as rig:
        times: list[float] = []
        ask = rig.runway.organization

        async def noted():
            times.append(rig.clock.monotonic())
            return await ask()

        rig.runway.organization = noted  # type: ignore[method-assign]
        rig.runway.always("organization", REFUSED)
        rig.account.note_failure(REFUSED)
        begun = rig.clock.monotonic()
        assert rig.account.connection.next_try_at is not None
        await rig.clock.advance(3_600)
        gaps = [later - earlier for earlier, later in pairwise([begun, *times])]
        assert 12 <= len(gaps) <= 18
        assert gaps[0] < gaps[1] < gaps[2]
        assert min(gaps) >= REFUSED_FIRST
        assert max(gaps) <= REFUSED_SELDOM + 0.001
        assert not rig.account.can_ask
        rig.runway.always("organization", ...)
        await rig.clock.advance(REFUSED_SELDOM)
        assert rig.account.connection.link is Link.CONNECTED


async def test_a_refused_key_is_tried_at_once_when_the_person_asks():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(REFUSED)
        assert await rig.account.refresh() is None, "others do not ask with a key in doubt"
        assert await rig.account.try_now() is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_whoever_asks_at_once_does_not_wait_for_the_next_try_while_offline():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NotReached("There is no network."))
        assert await rig.account.try_now() is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_without_a_key_nobody_can_ask_at_once():
    async with account() as rig:
        assert await rig.account.try_now() is None
        assert rig.runway.calls == []


async def test_a_key_that_is_stored_anew_is_tried_at_once():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(REFUSED)
        await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert rig.account.connection.link is Link.CONNECTED


async def test_a_late_answer_to_another_key_does_not_speak_for_one_that_is_refused():
    async with account(secret=SECRET) as rig:
        earlier = rig.account.key.fingerprint
        rig.runway.always("organization", REFUSED)
        await rig.account.use_key("key_other", remember=False)
        await settle()
        rig.account.note_success(earlier)
        assert rig.account.connection.link is Link.KEY_REFUSED


async def test_nothing_paid_is_sent_while_the_key_is_in_doubt_and_all_goes_on_when_it_is_good():
    async with Rig(loops=("account", "lane", "poller")) as rig:
        rig.runway.always("organization", REFUSED)
        rig.account.note_failure(REFUSED)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3_600)
        assert (await rig.state(task_id), rig.runway.named("create")) == (State.QUEUED, [])
        rig.runway.always("organization", ...)
        await rig.clock.advance(REFUSED_SELDOM)
        assert (await rig.state(task_id)).is_live


async def test_trouble_is_shown_with_its_sentence_and_forgotten_at_the_next_answer():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NoReply("Runway did not answer.", advice="It is asked again."))
        assert rig.account.connection.link is Link.TROUBLED
        assert str(rig.account.connection.message) == "Runway did not answer. It is asked again."
        assert rig.account.can_ask
        rig.account.note_success()
        assert (rig.account.connection.link, rig.account.connection.message) == (Link.CONNECTED, "")


async def test_answers_that_change_nothing_are_not_told():
    async with account(secret=SECRET) as rig:
        told = len(rig.told(ConnectionChanged))
        for _ in range(10):
            rig.account.note_success()
        assert len(rig.told(ConnectionChanged)) == told


async def test_a_late_success_does_not_undo_that_the_key_was_forgotten():
    async with account(secret=SECRET) as rig:
        await rig.account.forget_key()
        rig.account.note_success()
        assert rig.account.connection.link is Link.NO_KEY
