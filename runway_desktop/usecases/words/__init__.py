"""Texts that people read: states, files, folders, money, time. A text is made from a state or code when it is shown.

Decisions do not belong here.

To add
- a notification for a person who is not at the window: `announcements`, shown by `ui/tray`;
- a notice of the engine: `EngineNoticeCode` in `domain/events`, its text in `notices`.
"""
