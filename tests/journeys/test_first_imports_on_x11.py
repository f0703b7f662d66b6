"""What the first paint does not wait for, on X11: a window that is shown there is told more than one nobody sees."""

from __future__ import annotations

from tests.benchmarks.test_first_imports import (  # noqa: F401 - the same tests, where there is a display
    at_paint,
    imported,
    test_module_is_imported_after_the_first_paint,
    test_no_classes_are_made_of_widgets_that_are_not_there,
    test_nobody_reads_the_source_of_what_is_imported,
    test_the_first_paint_needs_few_modules_of_our_own,
)
