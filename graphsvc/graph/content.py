"""Where the content folders are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def content(folder: str) -> Path:
    """The folder `cypher`, `loaders` or `viz`, wherever this installation keeps it.

    Raises FileNotFoundError for an installation that lacks it (a broken wheel).
    """
    for base in (_PACKAGE / "_content", _PACKAGE.parent):
        if (base / folder).is_dir():
            return base / folder
    raise FileNotFoundError(f"this installation of graphsvc lacks its content folder {folder!r}")
