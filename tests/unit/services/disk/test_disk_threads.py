"""A hanging drive blocks no other thread and does not keep the program from ending."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from runway_desktop.services.disk.disk_threads import DiskThreads


def test_disk_work_returns_its_result_or_error():
    threads = DiskThreads(2, "test")
    assert threads.submit(lambda: 7).result(30) == 7
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result(30)
    threads.shutdown()


def test_disk_work_runs_in_no_more_threads_than_allowed():
    threads, gate = DiskThreads(2, "bounded"), threading.Event()
    assert threads.submit(lambda: 1).result(30) == 1
    held = [threads.submit(gate.wait, 30) for _ in range(5)]
    assert sum(thread.name.startswith("bounded") for thread in threading.enumerate()) <= 2
    gate.set()
    assert all(future.result(30) for future in held)
    threads.shutdown()


def test_closing_does_not_wait_for_hanging_disk_work_and_cancels_what_waits():
    threads, gate = DiskThreads(1, "closing", patience=0.05), threading.Event()
    hangs = threads.submit(gate.wait, 30)
    waiting = threads.submit(lambda: 1)
    before = time.monotonic()
    threads.shutdown(cancel_futures=True)
    assert time.monotonic() - before < 20
    assert not hangs.done()
    assert waiting.cancelled()
    gate.set()
    with pytest.raises(RuntimeError):
        threads.submit(lambda: 1)


def test_program_ends_though_a_disk_thread_hangs():
    program = (
        "import time; from runway_desktop.services.disk.disk_threads import DiskThreads\n"
        "threads = DiskThreads(1, 'hangs', patience=0.1); threads.submit(time.sleep, 600); threads.shutdown()"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_idle_disk_thread_ends_and_another_starts_on_demand():
    threads = DiskThreads(1, "idle pool", idle=0.02)
    thread = threads.submit(threading.current_thread).result(30)
    assert thread.name.startswith("idle pool")
    thread.join(60)
    assert not thread.is_alive()
    assert threads.submit(lambda: 2).result(30) == 2
    threads.shutdown()
