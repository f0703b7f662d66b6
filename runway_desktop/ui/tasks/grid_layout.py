"""Geometry of the grid: groups from top to bottom, each with a header and rows of equal cells.

Pure arithmetic; each query is a binary search over the groups, independent of the number of tasks. Lengths are
device-independent pixels from the top of the first group.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from runway_desktop.values import Struct


class Box(Struct, frozen=True):
    """A rectangle in device-independent pixels."""

    left: int
    top: int
    width: int
    height: int


class GridLayout:
    """`headers` are the line numbers of group headers, ascending; `lines` is the total number of lines."""

    def __init__(
        self, lines: int, headers: Sequence[int], *, width: int, cell: tuple[int, int], gap: int, header_height: int
    ) -> None:
        self._lines = lines
        self._width = width
        self._gap = gap
        self.columns = max(1, (width - gap) // (cell[0] + gap))
        # Leftover width is distributed to the cells.
        self.cell_width = max(1, (width - gap) // self.columns - gap)
        self.cell_height = cell[1] + max(0, round((self.cell_width - cell[0]) * 9 / 16))
        self._starts: list[int] = []
        """First line of each block: a header, or the first task without groups."""
        self._tops: list[int] = []
        self._has_header = bool(headers)
        self._header = header_height if headers else 0
        starts = list(headers) if headers else ([0] if lines else [])
        top = 0
        for position, start in enumerate(starts):
            self._starts.append(start)
            self._tops.append(top)
            end = starts[position + 1] if position + 1 < len(starts) else lines
            top += self._height_of(end - start)
        self.height = top

    def box(self, line: int) -> Box:
        """Rectangle of a line: a full-width header, or a task's cell."""
        block = self._block_of(line)
        top, within = self._tops[block], line - self._starts[block]
        if self._has_header:
            if within == 0:
                return Box(0, top, self._width, self._header)
            top += self._header
            within -= 1
        row, column = divmod(within, self.columns)
        pitch = self.cell_height + self._gap
        return Box(
            self._gap + column * (self.cell_width + self._gap),
            top + self._gap + row * pitch,
            self.cell_width,
            self.cell_height,
        )

    def line_at(self, x: int, y: int) -> int:
        """Line at a point; −1 between cells."""
        if not self._starts or y < 0 or y >= self.height:
            return -1
        block = bisect_right(self._tops, y) - 1
        start, end = self._span(block)
        y -= self._tops[block]
        if self._has_header:
            if y < self._header:
                return start
            y -= self._header
            start += 1
        row, below = divmod(y - self._gap, self.cell_height + self._gap)
        column, beside = divmod(x - self._gap, self.cell_width + self._gap)
        if below >= self.cell_height or beside >= self.cell_width or row < 0 or not 0 <= column < self.columns:
            return -1
        line = start + row * self.columns + column
        return line if line < end else -1

    def lines_between(self, top: int, bottom: int) -> range:
        """Lines that may be visible between two heights, inclusive."""
        if not self._starts:
            return range(0)
        first = max(0, bisect_right(self._tops, top) - 1)
        last = max(0, bisect_right(self._tops, bottom) - 1)
        return range(self._first_at(first, top), self._last_at(last, bottom) + 1)

    def beside(self, line: int, columns: int, rows: int) -> int:
        """The task `columns` cells to the right and `rows` rows below, for keyboard navigation; stays if there is none.
        Moving by rows skips headers and keeps the column if possible."""
        if columns:
            return self._walk(line, columns)
        step = 1 if rows > 0 else -1
        found = line
        for _ in range(abs(rows)):
            found = self._row_beside(found, step)
        return found

    def _walk(self, line: int, by: int) -> int:
        step = 1 if by > 0 else -1
        found = line
        for _ in range(abs(by)):
            position = found + step
            while 0 <= position < self._lines and self.is_header(position):
                position += step
            if not 0 <= position < self._lines:
                break
            found = position
        return found

    def _row_beside(self, line: int, step: int) -> int:
        block = self._block_of(line)
        first = self._first_task(block)
        row, column = divmod(line - first, self.columns)
        _, end = self._span(block)
        target_row = row + step
        last_row = (end - 1 - first) // self.columns
        if 0 <= target_row <= last_row:
            return min(first + target_row * self.columns + column, end - 1)
        block += step
        while 0 <= block < len(self._starts):
            _, end = self._span(block)
            first = self._first_task(block)
            if first < end:
                target_row = 0 if step > 0 else (end - 1 - first) // self.columns
                return min(first + target_row * self.columns + column, end - 1)
            block += step
        return line

    def is_header(self, line: int) -> bool:
        return self._has_header and self._starts[self._block_of(line)] == line

    def _height_of(self, lines: int) -> int:
        tasks = lines - 1 if self._has_header else lines
        rows = -(-tasks // self.columns)
        cells = rows * (self.cell_height + self._gap) + self._gap if rows else 0
        return cells + self._header

    def _block_of(self, line: int) -> int:
        return max(0, bisect_right(self._starts, line) - 1)

    def _span(self, block: int) -> tuple[int, int]:
        end = self._starts[block + 1] if block + 1 < len(self._starts) else self._lines
        return self._starts[block], end

    def _first_task(self, block: int) -> int:
        return self._starts[block] + (1 if self._has_header else 0)

    def _first_at(self, block: int, y: int) -> int:
        start, end = self._span(block)
        rows = self._rows_above(block, y)
        # Below a block's last cell, the next line is the next block's header.
        return start if rows <= 0 else min(end, self._first_task(block) + rows * self.columns)

    def _last_at(self, block: int, y: int) -> int:
        _, end = self._span(block)
        return min(end - 1, self._first_task(block) + (max(0, self._rows_above(block, y)) + 1) * self.columns - 1)

    def _rows_above(self, block: int, y: int) -> int:
        """Number of the block's rows that end above `y`."""
        return (y - self._tops[block] - self._header) // (self.cell_height + self._gap)
