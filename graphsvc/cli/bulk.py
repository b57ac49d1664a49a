"""What `graphsvc load --bulk` is given, and its entries in the log: one before and one after for each source. A thin door."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphsvc.errors import InputError
from graphsvc.inquiry.office import Office
from graphsvc.loading.bulk.run import Given
from graphsvc.loading.specfile import find_source, load_source


def sources_given(name: str, paths: Sequence[Path], loaders: Path | None) -> list[Given]:
    """`SOURCE PATH...`, or several `SOURCE=PATH`, where a folder stands for the files in it. Raises InputError, NotFound."""
    if "=" not in name:
        return [Given(load_source(find_source(name, loaders)), list(paths))]
    found: dict[str, list[Path]] = {}
    for pair in [name, *map(str, paths)]:
        source, sign, path = pair.partition("=")
        if not (source and sign and path):
            raise InputError(f"{pair!r} names no source and path.", hint="graphsvc load --bulk SOURCE=PATH SOURCE=PATH ...")
        found.setdefault(source, []).extend(_files(Path(path)))
    return [Given(load_source(find_source(source, loaders)), files) for source, files in found.items()]


def in_the_log(
    office: Office, given: Sequence[Given], parameters: Mapping[str, Any], run: Callable[[], dict[str, dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """What `run` tells of each source, by its id, with the entries of a load of each."""
    told: dict[str, dict[str, Any]] = {}

    def enter(rest: Sequence[Given]) -> None:
        if not rest:
            told.update(run())
            return

        def load_it() -> dict[str, Any]:
            enter(rest[1:])
            return told[one.source.spec.id]

        one = rest[0]
        files = [path.name for path in one.paths]
        office.load(one.source.spec.id, one.source.policy, {"files": files, **parameters, "bulk": True}, load_it)

    enter(given)
    return told


def _files(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_file()) if path.is_dir() else [path]
