"""Photographs: imported by hash, given out only for a sighting in view."""

from __future__ import annotations

import hashlib
import stat
from datetime import date
from pathlib import Path

import pytest

from graphsvc.errors import InputError, IntegrityError, NotFound
from graphsvc.graph.view import View
from graphsvc.sample.pictures import pictures
from graphsvc.sightings.photos import MOST_BYTES, PhotosAdded, add_photos, photo
from tests.sightings.conftest import BOTH, INQUIRY, READS, TODAY, Reads

PNG, JPEG = b"\x89PNG\r\n\x1a\nrest", b"\xff\xd8\xff\xe0rest"


def test_files_are_kept_under_their_hash_once(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    for name, data in (("a.png", PNG), ("b.jpg", JPEG), ("again.png", PNG)):
        (given / name).write_bytes(data)
    folder = tmp_path / "photos"
    assert add_photos(folder, "reads", [given]) == PhotosAdded(added=2, known=1, bytes=len(PNG) + len(JPEG))
    assert add_photos(folder, "reads", [given / "a.png"]) == PhotosAdded(0, 1, 0)
    kept = {path.name: path.read_bytes() for path in (folder / "reads").iterdir()}
    assert kept == {hashlib.sha256(data).hexdigest(): data for data in (PNG, JPEG)}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (folder / "reads").iterdir())


def test_all_is_looked_at_before_anything_is_imported(tmp_path: Path) -> None:
    good, bad, named = tmp_path / "good.png", tmp_path / "x.gif", tmp_path / f"{'0' * 64}.png"
    good.write_bytes(PNG)
    bad.write_bytes(b"GIF89a")
    named.write_bytes(PNG)
    folder = tmp_path / "photos"
    for wrong in (bad, named, tmp_path / "missing.png"):
        with pytest.raises(InputError):
            add_photos(folder, "reads", [good, wrong])
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.write(PNG)
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="at most"):
        add_photos(folder, "reads", [large])
    assert not folder.exists()
    for source in ("../reads", "Reads", ""):
        with pytest.raises(InputError):
            add_photos(folder, source, [good])
    with pytest.raises(InputError, match="No photographs"):
        add_photos(folder, "reads", [])


@pytest.mark.neo4j
class TestPhoto:
    def refer(self, reads: Reads, sha256: str, **properties: str) -> None:
        reads.read(reads.vehicle("reads", "AB12345"), "2024-06-01T10:00:00.000Z", photoOverview=sha256, **properties)

    def get(self, reads: Reads, sha256: str, view: View = READS, today: date = TODAY) -> bytes:
        given = photo(reads.graph, view, INQUIRY, sha256, folder=reads.photos, today=today)
        assert (given.sha256, given.media_type) == (sha256, "image/png")
        return given.data

    def test_either_photograph_of_a_sighting_is_given(self, reads: Reads, tmp_path: Path) -> None:
        overview, plate = reads.picture(tmp_path, "car"), reads.picture(tmp_path, "plate")
        self.refer(reads, overview, photoPlate=plate)
        assert self.get(reads, overview).endswith(b"car") and self.get(reads, plate).endswith(b"plate")

    def test_everything_else_is_not_found_in_the_same_words(self, reads: Reads, tmp_path: Path) -> None:
        refers, loose = reads.picture(tmp_path, "car"), reads.picture(tmp_path, "loose")
        self.refer(reads, refers, photoPlate="f" * 64)
        said = set()
        for sha256, view, today in (
            (refers, View((), "exact"), TODAY),  # not in view
            (refers, View(("tolls",), "exact"), TODAY),
            (refers, READS, date(2034, 2, 1)),  # after retention
            (loose, READS, TODAY),  # no sighting refers to it
            ("f" * 64, READS, TODAY),  # no file
            ("0" * 64, READS, TODAY),
            ("../../keys/deployment.key", READS, TODAY),
            ("", READS, TODAY),
        ):
            with pytest.raises(NotFound) as caught:
                self.get(reads, sha256, view, today)
            said.add(str(caught.value))
        assert len(said) == 1

    def test_a_photograph_of_one_source_is_not_given_for_another(self, reads: Reads, tmp_path: Path) -> None:
        sha256 = reads.picture(tmp_path, "car", source="tolls")
        self.refer(reads, sha256)
        with pytest.raises(NotFound):
            self.get(reads, sha256, BOTH)

    def test_a_changed_file_is_not_given(self, reads: Reads, tmp_path: Path) -> None:
        sha256 = reads.picture(tmp_path, "car")
        self.refer(reads, sha256)
        (reads.photos / "reads" / sha256).write_bytes(PNG)
        with pytest.raises(IntegrityError):
            self.get(reads, sha256)

    def test_the_pictures_of_the_sample_world_can_be_imported(self, tmp_path: Path) -> None:
        for n, png in enumerate(pictures(1, "plate")):
            (tmp_path / f"{n}.png").write_bytes(png)
        assert add_photos(tmp_path / "home", "plate_reads", [*tmp_path.glob("*.png")]).added == 64
