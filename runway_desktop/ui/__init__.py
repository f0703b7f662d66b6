"""Widgets, delegates, painting and theme. GUI thread only; changes things only through view-models.

To add
- a row of buttons, a dialog, a menu: `building`; buttons that fold into a popup when narrow: `FoldingLine` in
  `flow_layout`; the system's file dialogs: `file_dialogs`;
- a color: a role in `theme` and in `colors`; an animation: skip it where `Theme.is_calm`;
- text from outside: `PlainLabel` or `words` of `labels`; in a tool tip `tip`, on a button `caption`
  (`usecases/words/plain`), so that it is not shown as HTML;
- something to click: at least `TARGET` pixels; its place in the Tab order: `put_in_order` of `window/workspace`;
  similar buttons as one Tab stop: `tab_group`;
- a picture that is read from a file: `picture_reader`; a drawing (SVG): `media/drawing`, a process of its own;
- an argument with which a room is opened: a record in `room`; widgets that take long to build: `in_turns` of
  `building`.
"""
