"""Commands for selected tasks: which are possible and why not, what to ask first, and carrying them out.

A record has its keys; how it is shown (menus, buttons) does not belong here.

To add
- a command for tasks: a record with its function in the module of its subject, and its line in `MENU` of `tasks`, which
  is the order of the menu;
- a way to hand results on: `handing_on`, `Use` in `task_command`, `viewmodels/tasks/task_commands`, `ui/sharing`;
- something that can be done by dragging rows: `drag_payload`, `ui/window/drops`.
"""
