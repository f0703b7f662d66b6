"""A fake file manager on D-Bus, which logs the files it is asked to select, one JSON line each."""

from __future__ import annotations

import json
import sys

from jeepney import HeaderFields, MessageType, message_bus, new_method_return
from jeepney.io.blocking import open_dbus_connection

with open_dbus_connection(bus="SESSION") as bus:
    bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.FileManager1"))
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    while True:
        message = bus.receive()
        is_call = message.header.message_type is MessageType.method_call
        if is_call and message.header.fields.get(HeaderFields.member) == "ShowItems":
            sys.stdout.write(f"{json.dumps(message.body[0])}\n")
            sys.stdout.flush()
            bus.send(new_method_return(message))
