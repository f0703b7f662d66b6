"""Environment variables that are set for Qt when the application is created."""

from __future__ import annotations

import pytest

from runway_desktop.app.program import variables_for_qt


@pytest.mark.parametrize(
    ("given", "methods"),
    [
        ({"QT_IM_MODULE": "fcitx"}, "fcitx;ibus;wayland;compose"),
        ({"QT_IM_MODULE": "fcitx5"}, "fcitx5;ibus;wayland;compose"),
        ({"QT_IM_MODULE": "xim", "QT_IM_MODULES": "wayland;fcitx"}, "wayland;fcitx;ibus;wayland;compose"),
    ],
)
def test_fcitx_is_used_through_ibus_where_qt_has_no_plugin_for_it(given: dict[str, str], methods: str):
    told = variables_for_qt(given)

    assert told["QT_IM_MODULES"] == methods
    assert told["IBUS_USE_PORTAL"] == "1"


@pytest.mark.parametrize("given", [{}, {"QT_IM_MODULE": "ibus"}, {"QT_IM_MODULES": "wayland;ibus"}])
def test_other_input_methods_are_left_as_configured(given: dict[str, str]):
    assert variables_for_qt(given) == {"QT_XCB_GL_INTEGRATION": "none"}
