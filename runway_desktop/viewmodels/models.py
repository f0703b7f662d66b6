"""The main window's view-models, as one struct."""

from __future__ import annotations

from runway_desktop.usecases.use_cases import Memory
from runway_desktop.values import Struct
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.folder_watch import FolderWatch
from runway_desktop.viewmodels.key_choices import KeyChoices
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.status import Status
from runway_desktop.viewmodels.tasks.details import DetailsModel
from runway_desktop.viewmodels.tasks.list_filter import ListFilter
from runway_desktop.viewmodels.tasks.pages import Pages
from runway_desktop.viewmodels.tasks.posters import Posters
from runway_desktop.viewmodels.tasks.task_commands import TaskCommands
from runway_desktop.viewmodels.tasks.task_list import TaskListModel
from runway_desktop.viewmodels.unsaved import Unsaved


class Models(Struct, frozen=True, kw_only=True, eq=False):
    """View-models of one window."""

    activity: Activity
    bridge: Bridge
    rows: TaskListModel
    filter: ListFilter
    pages: Pages
    details: DetailsModel
    composer: Composer
    status: Status
    task_commands: TaskCommands
    unsaved: Unsaved
    posters: Posters
    memory: Memory
    keys: KeyChoices
    folder: FolderWatch
    profiles: ProfilesModel
