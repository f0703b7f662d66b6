"""What a screen reader sees of one program, told as JSON: run by the system's Python, which has pyatspi.

Started with the program's process id; each line of its input is a request, each line of its output the answer. It keeps
nothing from one request to the next, so that no answer is old. With `listen` as second argument it writes a line for
each announcement and each move of the focus instead, until it is ended. Standard library and pyatspi only, Python
3.9 or later.
"""

import json
import sys

import pyatspi

_STATES = (
    (pyatspi.STATE_FOCUSABLE, "focusable"),
    (pyatspi.STATE_FOCUSED, "focused"),
    (pyatspi.STATE_SHOWING, "showing"),
    (pyatspi.STATE_ENABLED, "enabled"),
    (pyatspi.STATE_CHECKED, "checked"),
    (pyatspi.STATE_SELECTED, "selected"),
    (pyatspi.STATE_ACTIVE, "active"),
    (pyatspi.STATE_MODAL, "modal"),
)
_MOST_CHILDREN = 400


def main(pid):
    """Answers until the input ends."""
    pyatspi.setCacheLevel(0)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"tree": tree(pid, asked)} if asked["do"] == "look" else {"done": act(pid, asked)}
        except Exception as error:  # noqa: BLE001 - a widget went while it was looked at
            answer = {"error": repr(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def listen(pid):
    """Writes what the program announces, and where its focus goes."""

    def write(event, kind, text):
        if event.host_application is not None and event.host_application.get_process_id() == pid:
            sys.stdout.write(json.dumps({"kind": kind, "text": text}) + "\n")
            sys.stdout.flush()

    def focused(event):
        if event.detail1:
            write(event, "focus", event.source.name)

    pyatspi.Registry.registerEventListener(lambda event: write(event, "said", event.any_data), "object:announcement")
    pyatspi.Registry.registerEventListener(focused, "object:state-changed:focused")
    sys.stdout.write(json.dumps({"kind": "ready", "text": ""}) + "\n")
    sys.stdout.flush()
    pyatspi.Registry.start()


def tree(pid, asked):
    """Every accessible thing of the program that is on the screen and is asked for, outer ones first, as a flat list.
    Asked for may be a role with the beginning of a name, words, or a state; each thing not asked for saves ten calls to
    the program."""
    found = []
    for root in roots(pid):
        walk(root, (), asked, found)
    return found


def roots(pid):
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        program = desktop.getChildAtIndex(number)
        if program is not None and program.get_process_id() == pid:
            for place in range(program.childCount):
                window = program.getChildAtIndex(place)
                if window is not None:
                    yield window


def walk(thing, path, asked, found):
    states = thing.getState()
    if path and not states.contains(pyatspi.STATE_SHOWING):
        return
    held = [word for state, word in _STATES if states.contains(state)]
    if is_wanted(thing, held, asked):
        found.append(described(thing, path, held))
    for number in range(min(thing.childCount, _MOST_CHILDREN)):
        child = thing.getChildAtIndex(number)
        if child is not None:
            walk(child, (*path, number), asked, found)


def is_wanted(thing, held, asked):
    if "state" in asked:
        return asked["state"] in held
    if "role" in asked:
        return thing.getRoleName() == asked["role"] and thing.name.startswith(asked["name"])
    if "words" in asked:
        said = " ".join(part for part in (thing.name, text(thing), thing.description) if part)
        return all(word in said for word in asked["words"])
    return True


def text(thing):
    return thing.queryText().getText(0, -1) if "Text" in pyatspi.listInterfaces(thing) else None


def described(thing, path, held):
    words = {
        "path": list(path),
        "role": thing.getRoleName(),
        "name": thing.name,
        "description": thing.description,
        "states": held,
        "box": None,
        "text": text(thing),
        "actions": [],
    }
    interfaces = pyatspi.listInterfaces(thing)
    if "Component" in interfaces:
        box = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
        words["box"] = [box.x, box.y, box.width, box.height]
    if "Action" in interfaces:
        actions = thing.queryAction()
        words["actions"] = [actions.getName(number) for number in range(actions.nActions)]
    return words


def act(pid, asked):
    """Presses the first thing of this role and name, or types into it, as a screen reader's user does."""
    for root in roots(pid):
        thing = search(root, asked["role"], asked["name"], top=True)
        if thing is None:
            continue
        if asked["do"] == "type":
            return bool(thing.queryEditableText().setTextContents(asked["text"]))
        actions = thing.queryAction()
        names = [actions.getName(number) for number in range(actions.nActions)]
        return bool(actions.doAction(names.index(asked["action"])))
    return False


def search(thing, role, name, top=False):
    if not top and not thing.getState().contains(pyatspi.STATE_SHOWING):
        return None
    if thing.getRoleName() == role and thing.name == name:
        return thing
    for number in range(min(thing.childCount, _MOST_CHILDREN)):
        child = thing.getChildAtIndex(number)
        found = search(child, role, name) if child is not None else None
        if found is not None:
            return found
    return None


if __name__ == "__main__":
    (listen if "listen" in sys.argv else main)(int(sys.argv[1]))
