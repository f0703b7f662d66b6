"""Another program: a small window at the screen's corner that takes what is dropped on it, and writes down what it was
offered and what it could read from it: a line of JSON for each drop.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QLabel


class Target(QLabel):
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # As a file manager does that would rather move than copy.
        wanted = Qt.DropAction.MoveAction
        event.setDropAction(wanted if event.possibleActions() & wanted else Qt.DropAction.CopyAction)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        paths = [Path(url.toLocalFile()) for url in mime.urls()]
        picture = mime.imageData() if mime.hasImage() else None
        seen = {
            "formats": mime.formats(),
            "links": [url.toString() for url in mime.urls()],
            "contents": [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()],
            "text": mime.text(),
            "png": hashlib.sha256(mime.data("image/png").data()).hexdigest() if mime.hasFormat("image/png") else "",
            "picture": [picture.width(), picture.height()] if isinstance(picture, QImage) else [],
            "may_move": bool(event.possibleActions() & Qt.DropAction.MoveAction),
        }
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        sys.stdout.write(f"{json.dumps(seen)}\n")
        sys.stdout.flush()


application = QApplication(sys.argv)
target = Target("Drop here")
target.setWindowTitle("Drop target")
target.setAcceptDrops(True)
target.setWindowFlags(Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
target.setGeometry(1760, 940, 160, 140)
target.show()
sys.stdout.write("shown\n")
sys.stdout.flush()
sys.exit(application.exec())
