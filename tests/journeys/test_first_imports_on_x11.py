"""Modules that the first paint must not import, on X11, where a visible window receives more events than offscreen."""

from __future__ import annotations

from tests.benchmarks.test_first_imports import (  # noqa: F401 - the same tests, where there is a display
    at_paint,
    imported,
    test_module_is_imported_after_the_first_paint,
    test_no_classes_are_made_of_widgets_that_are_not_there,
    test_nobody_reads_the_source_of_what_is_imported,
    test_the_first_paint_needs_few_modules_of_our_own,
)
