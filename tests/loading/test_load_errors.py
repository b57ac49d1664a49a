"""What people give wrongly, and the message that each gets: what was wrong, where, and what to do."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from testbed import HEAD, POLICY, Bench

from graphsvc.errors import Conflict, InputError, NotFound, SpecError
from graphsvc.loading.specfile import LoadedSource, find_source, load_source
from graphsvc.settings import Settings
from tests.people import set_up

SPEC = """\
id: dogs
title: Dogs
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  dogs:
    files: ["dogs-*.csv", "dogs-*.csv.gz"]
    format: {kind: csv, delimiter: ";"}
    key: [tag]
    entities:
      keeper:
        type: {column: kind, map: {person: Person, firm: Company}}
        key_space: LegalEntity
        key: [keeper]
        properties:
          name: {column: name, required: true}
          birthDate: {column: born, formats: ["%d.%m.%Y"]}
      home: {type: Address, key: {full: home}}
    links:
      lives: {type: LIVES_AT, from: keeper, to: home}
"""
HEADER = "tag;kind;keeper;name;born;home\n"
GOOD = "1;person;k1;Ann;02.03.1980;High Street 1\n"


@pytest.fixture
def dogs(make_source: Callable[..., LoadedSource]) -> LoadedSource:
    return make_source(SPEC)


def told(error: InputError | Conflict | NotFound, folder: Path | None = None) -> str:
    """The message with its hint as it is printed, without the test's folder."""
    return str(error).replace(f"{folder}/", "")


class TestRows:
    """Bad rows: each goes to the rejects file with its line and reason, the others are loaded."""

    pytestmark = pytest.mark.neo4j

    @pytest.mark.parametrize(
        ("row", "code", "reason"),
        [
            ("2;person;k2;Bob\n", "too_few_fields", "4 fields where the header has 6"),
            ("2;person;k2;Bob;;x;y\n", "too_many_fields", "7 fields where the header has 6"),
            ("2;person;k2;Bob;31.02.1980;\n", "bad_date", "born: '31.02.1980' is not a date in the form %d.%m.%Y"),
            ("2;person;k2;Bob;soon;\n", "bad_date", "born: 'soon' is not a date in the form %d.%m.%Y"),
            (
                "2;robot;k2;Bob;;\n",
                "unknown_type",
                "type of keeper: kind: 'robot' is not one of the texts that the spec knows here (person, firm)",
            ),
            (";person;k2;Bob;;\n", "missing_key", "the record's key (tag) is missing"),
            ("2;person;;Bob;;\n", "missing_key", "the key of keeper is missing"),
            ("2;person;k2;;;\n", "missing_value", "name is missing, and is required"),
            ('2;person;k2;"Bob;;\n', "unterminated_quote", "the quoted field that opens in line 3 is never closed"),
        ],
    )
    def test_rejected(self, bench: Bench, dogs: LoadedSource, tmp_path: Path, row: str, code: str, reason: str) -> None:
        path = tmp_path / "dogs-2024-06-30.csv"
        path.write_text(HEADER + GOOD + row)
        result = bench.load(dogs, [path])
        report = result.report
        assert (report.rows, report.accepted, report.rejected) == (2, 1, {code: 1})
        assert result.rejects is not None
        assert result.rejects.stat().st_mode & 0o777 == 0o600
        (line,) = map(json.loads, result.rejects.read_text().splitlines())
        assert line == {"file": path.name, "line": 3, "code": code, "reason": reason, "raw": row.rstrip("\n")}

    def test_a_key_given_twice_with_other_content(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        path = tmp_path / "dogs-2024-06-30.csv"
        path.write_text(HEADER + GOOD + GOOD.replace("Ann", "Anna") + GOOD)
        report = bench.load(dogs, [path]).report
        assert (report.accepted, report.conflicts, report.duplicates) == (3, 1, 1)
        assert report.conflict_examples == [
            "dogs-2024-06-30.csv, line 3: the key dogs/record/dogs/1 was already given in line 2 with other content"
        ]
        # Both are kept; which one is in force does not depend on which came first.
        assert bench.one("MATCH (r:Record) RETURN count(r)") == 2
        assert bench.one("MATCH (r:Record) WHERE r.seq_to IS NULL RETURN count(r)") == 1

    def test_bytes_that_are_no_text_are_kept_in_base64(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        path = tmp_path / "dogs-2024-06-30.csv"
        path.write_bytes(HEADER.encode() + b"2;person;k2;B\xf6b;;\n")
        result = bench.load(dogs, [path])
        assert result.rejects is not None
        line = json.loads(result.rejects.read_text())
        assert (line["code"], line["reason"]) == ("bad_encoding", "byte 0xf6 at position 14 of the line is not utf-8")
        assert line["raw_base64"] == "MjtwZXJzb247azI7QvZiOzs="


class TestFiles:
    """Files that can't be of the source: the load ends with one message, and nothing of it or only what was whole is kept."""

    pytestmark = pytest.mark.neo4j

    def refused(self, bench: Bench, source: LoadedSource, *paths: Path, **options: object) -> str:
        with pytest.raises(InputError) as caught:
            bench.load(source, list(paths), **options)
        return told(caught.value, paths[0].parent if paths else None)

    def test_a_wrong_delimiter(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        path = tmp_path / "dogs-2024-06-30.csv"
        path.write_text((HEADER + GOOD).replace(";", ","))
        assert self.refused(bench, dogs, path) == (
            "dogs-2024-06-30.csv, line 1: the file lacks the columns 'born', 'home', 'keeper', 'kind', 'name', 'tag' that the spec uses;"
            " its header has 'tag,kind,keeper,name,born,home'\n"
            'It looks as if the delimiter is ",", not ";".'
        )

    def test_a_gzip_file_that_is_cut_off(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        path = tmp_path / "dogs-2024-06-30.csv.gz"
        rows = "".join(f"{n};person;k{n};Name {n * 7919 % 10007};;Street {n * 104729 % 10007}\n" for n in range(3000))
        whole = gzip.compress((HEADER + rows).encode())
        path.write_bytes(whole[: len(whole) // 2])
        message = self.refused(bench, dogs, path, batch_rows=100)
        rows_read = int(message.split(" rows could")[0].split()[-1].replace(",", ""))
        assert message == (
            f"dogs-2024-06-30.csv.gz: the gzip file is cut off; {rows_read:,} rows could be read before that\n"
            "Fetch the file again, compare its size or checksum with the publisher's, and load it again."
        )
        assert 1000 < rows_read < 2500
        # The whole batches before the damage are in the graph; the load says that it failed and why.
        (load,) = bench.ask("MATCH (l:Load) RETURN l.status AS status, l.error AS error, l.rows_done AS rows")
        assert (load["status"], load["rows"]) == ("failed", rows_read // 100 * 100)
        assert "cut off" in load["error"]
        path.write_bytes(whole)
        assert bench.load(dogs, [path]).report.accepted == 3000

    def test_a_name_that_fits_no_table(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        (path := tmp_path / "cats-2024-06-30.csv").touch()
        assert self.refused(bench, dogs, path) == (
            "cats-2024-06-30.csv fits no table of dogs.\nIts tables take: dogs: dogs-*.csv, dogs-*.csv.gz."
        )

    def test_a_name_without_the_day(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        (path := tmp_path / "dogs-new.csv").touch()
        assert self.refused(bench, dogs, path) == (
            "The name dogs-new.csv holds no as-of date of the form '-(\\\\d{4}-\\\\d{2}-\\\\d{2})\\\\.'.\n"
            "Rename the file, or add --as-of YYYY-MM-DD."
        )

    def test_no_as_of_at_all(self, bench: Bench, make_source: Callable[..., LoadedSource], tmp_path: Path) -> None:
        source = make_source("".join(line for line in SPEC.splitlines(keepends=True) if not line.startswith("as_of")))
        (path := tmp_path / "dogs-2024-06-30.csv").write_text(HEADER + GOOD)
        assert self.refused(bench, source, path) == (
            "From when are the statements in dogs-2024-06-30.csv?\nThe spec does not say (`as_of`): add --as-of YYYY-MM-DD."
        )
        assert self.refused(bench, source, path, as_of="June") == (
            "--as-of: 'June' is not an ISO date.\nWrite it as YYYY-MM-DD, or with a time: 2024-06-30T12:00:00Z."
        )
        assert self.refused(bench, source, path, as_of="2024-06") == "--as-of: '2024-06' does not say a day.\nWrite it as YYYY-MM-DD."
        assert bench.load(source, [path], as_of="2024-06-30").report.accepted == 1

    def test_full_without_one_day(self, bench: Bench, make_source: Callable[..., LoadedSource], dogs: LoadedSource, tmp_path: Path) -> None:
        by_row = make_source(SPEC.replace("{file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}", "{row: born}"))
        (path := tmp_path / "dogs-2024-06-30.csv").write_text(HEADER + GOOD)
        assert self.refused(bench, by_row, path, full=True) == (
            "With --full, dogs-2024-06-30.csv needs an as-of date for the whole file.\nAdd --as-of YYYY-MM-DD."
        )
        (second := tmp_path / "dogs-2024-07-31.csv").write_text(HEADER + GOOD.replace("Ann", "Eve"))
        assert self.refused(bench, dogs, path, second, full=True) == (
            "With --full, all files must be of one as-of date.\nLoad the dates one after the other."
        )

    def test_the_same_content_twice(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        (path := tmp_path / "dogs-2024-06-30.csv").write_text(HEADER + GOOD)
        (copy := tmp_path / "dogs-2024-07-31.csv").write_text(HEADER + GOOD)
        assert self.refused(bench, dogs, path, copy) == "The same content was given twice: dogs-2024-06-30.csv, dogs-2024-07-31.csv."

    def test_a_folder_a_missing_file_or_none(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        (folder := tmp_path / "dogs-folder").mkdir()
        assert self.refused(bench, dogs, folder) == "dogs-folder is a folder.\nGive its files."
        assert self.refused(bench, dogs, tmp_path / "dogs-none.csv") == "There is no file dogs-none.csv."
        assert self.refused(bench, dogs) == "No files were given.\ngraphsvc load SOURCE FILE..."

    def test_another_load_of_the_source(self, bench: Bench, dogs: LoadedSource, tmp_path: Path) -> None:
        (path := tmp_path / "dogs-2024-06-30.csv").write_text(HEADER + GOOD)
        lock = bench.home / "locks" / "load-dogs.lock"
        lock.parent.mkdir(parents=True)
        with lock.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with pytest.raises(Conflict) as caught:
                bench.load(dogs, [path])
        assert told(caught.value) == ("Another process is loading dogs now.\nWait for it: `graphsvc load list` shows how far it is.")
        assert bench.load(dogs, [path]).report.accepted == 1

    def test_a_full_disk_is_one_sentence_and_the_same_command_goes_on(
        self, bench: Bench, dogs: LoadedSource, settings: Settings, tmp_path: Path
    ) -> None:
        (path := tmp_path / "dogs-2024-06-30.csv").write_text(HEADER + GOOD + "x\n" * 5000)
        assert settings.neo4j_uri and settings.neo4j_password
        environment = {
            **os.environ,
            "GRAPHSVC_HOME": str(settings.home),
            "GRAPHSVC_NEO4J_URI": settings.neo4j_uri,
            "GRAPHSVC_NEO4J_PASSWORD": settings.neo4j_password.get_secret_value(),
            "GRAPHSVC_LOAD_BATCH_ROWS": "100",
        }
        command = [sys.executable, "-c", "from graphsvc.cli import main; main()", "load", str(dogs.folder), str(path)]
        set_up(settings)

        def limit() -> None:  # a file of the process can't grow past this: the kernel refuses as a full disk does
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (450_000, 450_000))  # more than the log needs, less than the rejects

        ended = subprocess.run(command, env=environment, capture_output=True, text=True, preexec_fn=limit, check=False)
        assert ended.returncode == 1
        error = ended.stderr[ended.stderr.index("Error: ") :]
        assert error == (
            f"Error: The load can't write its files in {settings.home} or {tempfile.gettempdir()}: File too large.\n"
            "Make room or see to the rights there, and give the same command again: it goes on where it ended.\n"
        )
        again = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, check=True)
        result = json.loads(again.stdout)
        assert result["resumed"]
        assert len(Path(result["rejects"]).read_text().splitlines()) == 5000 == result["report"]["rejected"]["too_few_fields"]


class TestSpecs:
    """Specs that are wrong: every problem by its line."""

    def problems(self, make_source: Callable[..., LoadedSource], old: str, new: str) -> str:
        assert SPEC.count(old) == 1
        with pytest.raises(SpecError) as caught:
            make_source(SPEC.replace(old, new))
        return told(caught.value)

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            (
                "files: [",
                "flies: [",
                "source.yaml is not a loader spec.\n  source.yaml:7: 'files' is missing\n  source.yaml:8: 'flies' is not a field here",
            ),
            (
                "name: {column: name, required: true}",
                "nmae: name",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:17: Person or Company has no property 'nmae'; did you mean name?",
            ),
            (
                "{column: name, required: true}",
                "{column: name, normalise: [trim, uper]}",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:17: there is no normaliser 'uper'; did you mean upper?",
            ),
            (
                "licence: none\n",
                "licence: none\ntime_zone: Europe/Amsterdm\n",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:5: 'Europe/Amsterdm' is no time zone of the IANA list",
            ),
            (
                "firm: Company",
                "firm: Compny",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:13: the ontology has no type 'Compny'; did you mean Company?",
            ),
            (
                "    links:\n",
                "      other: {type: LegalEntity, key_space: LegalEntity, key: [a, b]}\n"
                "    links:\n      k: {type: RELATED_TO, from: keeper, to: other}\n",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:20: the key of LegalEntity has other parts elsewhere in this spec: 1",
            ),
            (
                "from: keeper, to: home}",
                "from: keeper, to: hmoe, required: true}\n      at: {type: HAS_ADDRESS, from: keeper, to: home}",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:21: there is no entity 'hmoe' in this table; did you mean home?",
            ),
            (
                "from: keeper, to: home",
                "from: home, to: keeper",
                "source.yaml names things that don't exist or don't fit.\n"
                "  source.yaml:21: LIVES_AT can't have Address at its 'from' end, only LegalEntity\n"
                "  source.yaml:21: LIVES_AT can't have Company at its 'to' end, only Address\n"
                "  source.yaml:21: LIVES_AT can't have Person at its 'to' end, only Address",
            ),
            (
                '["%d.%m.%Y"]',
                '["%d.%q.%Y"]',
                "source.yaml names things that don't exist or don't fit.\n  source.yaml:18: the date format '%d.%q.%Y' uses %q; known are"
                " %Y %y %m %d %H %I %M %S %f %p %b %B %z %%",
            ),
            (
                "key: [tag]",
                "key: [no]",
                "source.yaml is not a loader spec.\n"
                "  source.yaml:10: tables.dogs.key.0: YAML reads this as False, not as text: put it in quotes",
            ),
            (
                "title: Dogs\n",
                "title: Dogs\ntitle: Cats\n",
                "source.yaml is ambiguous.\n  source.yaml:3: 'title' stands twice in one mapping",
            ),
            (
                "key: [tag]",
                "key: [tag",
                "source.yaml is not YAML.\n  source.yaml:11: expected ',' or ']', but got ':' while parsing a flow sequence",
            ),
        ],
    )
    def test_wrong(self, make_source: Callable[..., LoadedSource], old: str, new: str, message: str) -> None:
        assert self.problems(make_source, old, new) == message

    def test_an_empty_file_or_none_of_text(self, tmp_path: Path) -> None:
        (tmp_path / "policy.yaml").write_text(HEAD + POLICY)
        path = tmp_path / "source.yaml"
        path.write_text("")
        with pytest.raises(SpecError) as caught:
            load_source(tmp_path)
        assert told(caught.value) == (
            "source.yaml does not hold a mapping.\nStart with `id:`, `title:`, `publisher:`, `licence:`, `tables:`."
        )
        path.write_bytes(SPEC.replace("title: Dogs", "title: H\u00f6nd").encode("latin-1"))
        with pytest.raises(SpecError) as caught:
            load_source(tmp_path)
        assert told(caught.value) == "source.yaml is not text in UTF-8.\n  source.yaml:2: byte 0xf6 is not UTF-8\nSave it as UTF-8."

    def test_no_policy(self, tmp_path: Path) -> None:
        (tmp_path / "dogs").mkdir()
        (tmp_path / "dogs" / "source.yaml").write_text(SPEC)
        with pytest.raises(SpecError) as caught:
            load_source(tmp_path / "dogs")
        assert told(caught.value) == "dogs has no policy.yaml.\nWrite one beside source.yaml; docs/policies.md shows what it says."

    def test_an_unknown_source(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound) as caught:
            find_source("plate_read", None)
        assert told(caught.value) == "There is no source 'plate_read'.\nDid you mean plate_reads?"
        with pytest.raises(NotFound) as caught:
            find_source(str(tmp_path), None)
        assert told(caught.value, tmp_path.parent) == (
            f"{tmp_path.name} has no source.yaml.\nGive a source's name, or the folder that holds its source.yaml."
        )
