"""Another program: a small window in the screen's corner, from which files or a text are dragged once."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        kind, *what = sys.argv[1:]
        mime = QMimeData()
        if kind == "files":
            mime.setUrls([QUrl.fromLocalFile(path) for path in what])
        else:
            mime.setText("\n".join(what))
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)
        # What was let go is read from here only afterwards.
        QTimer.singleShot(1500, QApplication.quit)


application = QApplication(sys.argv[:1])
source = Source("Drag me")
source.setWindowTitle("Drag source")
source.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
source.setGeometry(1840, 1010, 80, 60)
source.show()
sys.stdout.write("shown\n")
sys.stdout.flush()
sys.exit(application.exec())
