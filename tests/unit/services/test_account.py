"""The key, the balance, and the state of the connection to Runway."""

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


async def test_key_from_the_environment_wins_and_is_not_stored():
    async with account(secret=f" {SECRET}\n", secrets=MemorySecrets({"test": "other"})) as rig:
        assert rig.account.key.source is KeySource.ENVIRONMENT
        assert rig.runway.secret == SECRET
        assert rig.secrets.secrets == {"test": "other"}


async def test_key_in_the_keychain_is_used_and_its_store_named():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        assert (rig.account.key.source, rig.account.key.store_name) == (KeySource.KEYCHAIN, "Test keychain")
        assert rig.account.key.ending == SECRET[-4:]
        assert rig.account.organization is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_runway_is_not_contacted_without_a_key():
    async with account() as rig:
        await rig.clock.advance(7_200)
        assert rig.runway.calls == []
        assert rig.account.connection.link is Link.NO_KEY
        assert not rig.account.can_ask


@pytest.mark.parametrize("trouble", list(SecretTrouble))
async def test_keychain_failure_gets_a_sentence(trouble):
    async with account(secrets=MemorySecrets(trouble=trouble)) as rig:
        assert rig.account.key.source is KeySource.NONE
        assert "keychain" in str(rig.account.key.problem)


async def test_keychain_waiting_for_the_person_is_reported_after_a_second():
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


async def test_key_typed_while_the_keychain_waits_is_used():
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


async def test_tested_key_is_not_stored():
    async with account() as rig:
        organization = await rig.account.test_key(f" {SECRET} ")
        assert organization.balance == 1000.0
        assert rig.account.key.source is KeySource.NONE
        assert rig.runway.secret is None
        assert rig.tested[0].secret == SECRET
        assert rig.tested[0].is_closed


async def test_key_refused_by_runway_is_reported_by_its_test():
    async with account() as rig:
        rig.runway.then("organization", KeyRefused("The key was refused.", status=401))
        with pytest.raises(KeyRefused):
            await rig.account.test_key(SECRET)
        assert rig.tested[0].is_closed
        assert rig.account.connection.link is Link.NO_KEY


async def test_key_to_remember_is_stored_in_the_keychain():
    async with account() as rig:
        status = await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert (status.source, status.store_name, status.problem) == (KeySource.KEYCHAIN, "Test keychain", "")
        assert rig.secrets.secrets == {"test": SECRET}
        assert rig.account.connection.link is Link.CONNECTED


async def test_key_that_cannot_be_stored_is_used_for_this_session_with_a_reason():
    async with account(secrets=MemorySecrets(trouble=SecretTrouble.LOCKED)) as rig:
        status = await rig.account.use_key(SECRET, remember=True)
        assert status.source is KeySource.MEMORY
        assert str(status.problem).endswith("The key is kept for this session only.")
        assert rig.runway.secret == SECRET


async def test_forgotten_key_is_removed_from_memory_and_keychain():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        await rig.account.forget_key()
        assert rig.secrets.secrets == {}
        assert rig.runway.secret is None
        assert rig.account.organization is None
        assert rig.account.connection.link is Link.NO_KEY


async def test_key_that_the_keychain_keeps_is_reported_and_removed_from_memory():
    async with account(secrets=MemorySecrets({"test": SECRET})) as rig:
        rig.secrets.trouble = SecretTrouble.REFUSED
        with pytest.raises(SecretStoreError):
            await rig.account.forget_key()
        assert rig.runway.secret is None


async def test_no_event_contains_the_key():
    async with account() as rig:
        await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert rig.told(KeyChanged)
        assert all(SECRET not in repr(event) for event in rig.events)


async def test_balance_is_read_seldom_and_sooner_after_a_sending():
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


async def test_simultaneous_balance_requests_share_one_reading():
    async with account(loops=(), secret=SECRET) as rig:
        answers = await asyncio.gather(*(rig.account.refresh() for _ in range(5)))
        assert len(rig.runway.named("organization")) == 1
        assert len({id(answer) for answer in answers}) == 1


async def test_balance_is_read_again_if_a_task_ended_meanwhile_or_the_reading_failed():
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


async def test_equal_balance_is_signaled_again_if_credits_were_spent_since():
    async with Rig(loops=("lane",)) as rig:
        await rig.account.refresh()
        told = len(rig.told(OrganizationChanged))
        await rig.submit(request())
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == told + 1
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == told + 1


async def test_unchanged_balance_is_not_signaled_again():
    async with account(loops=(), secret=SECRET) as rig:
        for _ in range(3):
            await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == 1
        rig.runway.account = replace(rig.runway.account, balance=5.0)
        await rig.account.refresh()
        assert len(rig.told(OrganizationChanged)) == 2


async def test_balance_of_a_former_key_is_not_taken_for_the_present_one():
    async with account(loops=(), secret=SECRET) as rig:
        gate = rig.runway.hold("organization")
        asking = asyncio.create_task(rig.account.refresh())
        await settle()
        await rig.account.use_key("key_other", remember=False)
        gate.open()
        await asking
        assert rig.account.organization is None


async def test_offline_state_is_detected_and_ended_without_other_requests():
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


async def test_clock_set_back_does_not_keep_the_program_offline():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NotReached("There is no network."))
        rig.clock.jump(-86_400)
        await rig.clock.advance(62)
        assert rig.account.connection.link is Link.CONNECTED


REFUSED = KeyRefused("The key was refused.", status=401)


async def test_refused_key_is_retried_automatically_ever_later():
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


async def test_refused_key_is_retried_at_once_on_request():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(REFUSED)
        assert await rig.account.refresh() is None, "others do not ask with a key in doubt"
        assert await rig.account.try_now() is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_manual_retry_does_not_wait_for_the_next_automatic_one_while_offline():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NotReached("There is no network."))
        assert await rig.account.try_now() is not None
        assert rig.account.connection.link is Link.CONNECTED


async def test_manual_retry_needs_a_key():
    async with account() as rig:
        assert await rig.account.try_now() is None
        assert rig.runway.calls == []


async def test_key_stored_again_is_tried_at_once():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(REFUSED)
        await rig.account.use_key(SECRET, remember=True)
        await settle()
        assert rig.account.connection.link is Link.CONNECTED


async def test_late_answer_for_another_key_does_not_accept_a_refused_one():
    async with account(secret=SECRET) as rig:
        earlier = rig.account.key.fingerprint
        rig.runway.always("organization", REFUSED)
        await rig.account.use_key("key_other", remember=False)
        await settle()
        rig.account.note_success(earlier)
        assert rig.account.connection.link is Link.KEY_REFUSED


async def test_nothing_is_sent_while_the_key_is_in_doubt_and_sending_resumes_when_accepted():
    async with Rig(loops=("account", "lane", "poller")) as rig:
        rig.runway.always("organization", REFUSED)
        rig.account.note_failure(REFUSED)
        [task_id] = await rig.submit(request())
        await rig.clock.advance(3_600)
        assert (await rig.state(task_id), rig.runway.named("create")) == (State.QUEUED, [])
        rig.runway.always("organization", ...)
        await rig.clock.advance(REFUSED_SELDOM)
        assert (await rig.state(task_id)).is_live


async def test_connection_trouble_is_shown_and_cleared_by_the_next_answer():
    async with account(secret=SECRET) as rig:
        rig.account.note_failure(NoReply("Runway did not answer.", advice="It is asked again."))
        assert rig.account.connection.link is Link.TROUBLED
        assert str(rig.account.connection.message) == "Runway did not answer. It is asked again."
        assert rig.account.can_ask
        rig.account.note_success()
        assert (rig.account.connection.link, rig.account.connection.message) == (Link.CONNECTED, "")


async def test_answers_without_a_change_are_not_signaled():
    async with account(secret=SECRET) as rig:
        told = len(rig.told(ConnectionChanged))
        for _ in range(10):
            rig.account.note_success()
        assert len(rig.told(ConnectionChanged)) == told


async def test_late_success_does_not_restore_a_forgotten_key():
    async with account(secret=SECRET) as rig:
        await rig.account.forget_key()
        rig.account.note_success()
        assert rig.account.connection.link is Link.NO_KEY
