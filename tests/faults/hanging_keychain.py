"""A keychain that never answers."""

from __future__ import annotations

BACKEND = """
import os
import time
from keyring.backend import KeyringBackend


class Waiting(KeyringBackend):
    priority = 9

    def get_password(self, service, username):
        open(os.environ["ASKED"], "w").close()
        time.sleep(3_600)

    set_password = delete_password = get_password
"""
