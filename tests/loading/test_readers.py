"""Reading files into rows: what is kept, what is refused, and that one bad row costs one row."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
import tracemalloc
import zlib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphsvc.errors import InputError, RowError
from graphsvc.loading.readers import CsvFormat, JsonlFormat, RawRow, compile_kept, compile_path, first_name, hash_file, read_rows


def rows_of(tmp_path: Path, data: bytes, fmt: CsvFormat | JsonlFormat | None = None, expected: tuple[str, ...] = ()) -> list[RawRow]:
    path = tmp_path / "file"
    path.write_bytes(data)
    return list(read_rows(path, fmt or CsvFormat(), expected=expected))


def refusal(tmp_path: Path, data: bytes, fmt: CsvFormat | JsonlFormat | None = None, expected: tuple[str, ...] = ()) -> str:
    with pytest.raises(InputError) as refused:
        rows_of(tmp_path, data, fmt, expected)
    return str(refused.value)


def codes(rows: list[RawRow]) -> list[str | None]:
    return [row.error.code if row.error else None for row in rows]


def values(rows: list[RawRow]) -> list[list[str]]:
    return [list(row.values.values()) for row in rows if row.values is not None]


# --- what a row is


def test_a_row_has_its_line_its_bytes_and_its_values(tmp_path: Path) -> None:
    assert rows_of(tmp_path, b"a,b\n1,2\n\n3,4") == [
        RawRow(2, b"1,2", {"a": "1", "b": "2"}, None),
        RawRow(4, b"3,4", {"a": "3", "b": "4"}, None),
    ]


def test_crlf_is_a_terminator_and_not_part_of_the_row(tmp_path: Path) -> None:
    assert [row.raw for row in rows_of(tmp_path, b"a,b\r\n1,2\r\n3,4\r\n")] == [b"1,2", b"3,4"]


def test_a_quoted_field_over_several_lines_keeps_its_bytes_and_its_first_line(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n1,"x\r\ny ""z"", \n"\n2,w\n')
    assert rows == [
        RawRow(2, b'1,"x\r\ny ""z"", \n"', {"a": "1", "b": 'x\r\ny "z", \n'}, None),
        RawRow(5, b"2,w", {"a": "2", "b": "w"}, None),
    ]


def test_a_quote_inside_an_unquoted_field_is_a_sign_like_any_other(tmp_path: Path) -> None:
    assert values(rows_of(tmp_path, b'a,b\n5" pipe,2\n3,4\n')) == [['5" pipe', "2"], ["3", "4"]]


def test_without_a_quote_sign_quotes_mean_nothing(tmp_path: Path) -> None:
    assert values(rows_of(tmp_path, b'a|b\n"1|2\n3|4\n', CsvFormat(delimiter="|", quote=None))) == [['"1', "2"], ["3", "4"]]


def test_an_escape_sign_takes_the_meaning_of_the_next(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n1\\,5,"say \\"x\\", y"\n', CsvFormat(escape="\\"))
    assert values(rows) == [["1,5", 'say "x", y']]


def test_an_empty_line_is_no_row_even_in_a_file_of_one_column(tmp_path: Path) -> None:
    assert values(rows_of(tmp_path, b'a\n\n1\n\n""\n')) == [["1"], [""]]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"a,b", b"a,b\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbfa,b\n"])
def test_a_file_without_rows_gives_none(tmp_path: Path, data: bytes) -> None:
    assert rows_of(tmp_path, data) == []


# --- header


def test_column_names_lose_the_blanks_around_them_and_get_a_number_if_empty(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, b"rec_id, given name ,\n1,2,3\n", expected=("rec_id", "given name"))
    assert row.values == {"rec_id": "1", "given name": "2", "#3": "3"}


def test_a_file_without_header_takes_its_names_from_the_spec(tmp_path: Path) -> None:
    fmt = CsvFormat(header=False, columns=("x", "y"))
    assert rows_of(tmp_path, b"1,2\n", fmt) == [RawRow(1, b"1,2", {"x": "1", "y": "2"}, None)]


def test_columns_replace_the_header_by_position_and_must_be_as_many(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, b"a,a\n1,2\n", CsvFormat(columns=("x", "y")))
    assert row.values == {"x": "1", "y": "2"}
    assert "the header has 3 columns, but the spec's `columns` names 2" in refusal(tmp_path, b"a,b,c\n", CsvFormat(columns=("x", "y")))


def test_lines_before_the_header_are_skipped_and_counted(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, b'Report, "May\n\na,b\n1,2\n', CsvFormat(skip_lines=2))
    assert (row.line, row.values) == (4, {"a": "1", "b": "2"})


def test_a_missing_column_refuses_the_file_and_names_what_is_near(tmp_path: Path) -> None:
    said = refusal(tmp_path, b"from_id,toId,amount\n1,2,3\n", expected=("fromId", "toId", "when"))
    assert "file, line 1: the file lacks the columns 'fromId', 'when' that the spec uses" in said
    assert "its header has 'from_id', 'toId', 'amount'" in said
    assert "'fromId' may be 'from_id'" in said


@pytest.mark.parametrize(("written", "shown"), [(";", '";"'), ("|", '"|"'), ("\t", '"\\t"')])
def test_a_wrong_delimiter_is_recognised(tmp_path: Path, written: str, shown: str) -> None:
    said = refusal(tmp_path, f"id{written}name\n1{written}x\n".encode(), expected=("id", "name"))
    assert f"It looks as if the delimiter is {shown}" in said


def test_a_doubled_column_name_is_refused(tmp_path: Path) -> None:
    assert "the header names the column 'a' more than once" in refusal(tmp_path, b"a,b,a\n1,2,3\n")


def test_line_ends_of_old_macs_are_recognised(tmp_path: Path) -> None:
    assert "carriage return" in refusal(tmp_path, b"a,b\r1,2\r3,4\r")


# --- bad rows


def test_a_row_with_another_number_of_fields_is_an_error_with_both_numbers(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b"a,b,c\n1,2\n1,2,3,4\n1,2,3\n")
    assert codes(rows) == ["too_few_fields", "too_many_fields", None]
    assert rows[0] == RawRow(2, b"1,2", None, rows[0].error)
    assert [row.error.message for row in rows[:2] if row.error] == ["2 fields where the header has 3", "4 fields where the header has 3"]


def test_a_quote_that_never_closes_costs_its_line_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n1,2\n3,"oops\n5,6\n7,8\n')
    assert [(row.line, row.raw) for row in rows] == [(2, b"1,2"), (3, b'3,"oops'), (4, b"5,6"), (5, b"7,8")]
    assert codes(rows) == [None, "unterminated_quote", None, None]
    assert rows[1].error and rows[1].error.message == "the quoted field that opens in line 3 is never closed"


def test_the_line_of_an_open_quote_is_told_when_its_row_began_before(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n"x\ny","oops\n5,6\n')
    assert [(row.line, row.raw) for row in rows] == [(2, b'"x\ny","oops'), (4, b"5,6")]
    assert rows[0].error and "opens in line 3" in rows[0].error.message


def test_a_row_beyond_the_limit_is_given_up_at_the_line_where_its_quote_opened(tmp_path: Path) -> None:
    data = b'a,b\n1,"oops\n' + b"5,6\n" * 50 + b'7,"x"\n'
    rows = rows_of(tmp_path, data, CsvFormat(max_row_bytes=40))
    assert codes(rows) == ["row_too_long"] + [None] * 51
    assert rows[0].raw == b'1,"oops' and rows[-1].line == 53


def test_a_line_beyond_the_limit_is_one_error_and_its_text_is_cut(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b"a,b\n" + b"x" * 600_000 + b",2\n3,4\n", CsvFormat(max_row_bytes=100))
    assert codes(rows) == ["row_too_long", None]
    assert rows[0].raw == b"x" * 100 and rows[1].line == 3


def test_text_after_a_closing_quote_is_an_error_of_that_line_only(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n1,"say "hi" now"\n2,"x" \n3,"y"\n')
    assert codes(rows) == ["bad_quoting", "bad_quoting", None]
    rows = rows_of(tmp_path, b'a,b\n1,"x\n2,"y"\n3,4\n')
    assert [(row.line, code) for row, code in zip(rows, codes(rows), strict=True)] == [(2, "bad_quoting"), (3, None), (4, None)]


def test_a_byte_that_is_not_in_the_encoding_costs_its_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, b'a,b\n1,x\xe9y\n2,"p\nq\xff"\n3,z\n')
    assert codes(rows) == ["bad_encoding", "bad_encoding", None]
    assert rows[0].raw == b"1,x\xe9y" and rows[1].raw == b'2,"p\nq\xff"'
    assert [row.error.message for row in rows[:2] if row.error] == [
        "byte 0xe9 at position 4 of the line is not utf-8",
        "byte 0xff at position 2 of the line is not utf-8 (line 4)",
    ]


def test_nul_bytes_and_stray_carriage_returns_are_errors(tmp_path: Path) -> None:
    assert codes(rows_of(tmp_path, b'a,b\n1,\x002\n"\x00",3\n1,2\r3\n4,5\n')) == ["nul_byte", "nul_byte", "stray_carriage_return", None]


# --- encodings


def test_windows_1252_is_read_and_its_bytes_are_kept(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "naam,stad\n€ Müller,“x”\n".encode("cp1252") + b"\x81,y\n", CsvFormat(encoding="windows-1252"))
    assert rows[0].values == {"naam": "€ Müller", "stad": "“x”"} and rows[0].raw == "€ Müller,“x”".encode("cp1252")
    assert codes(rows) == [None, "bad_encoding"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "UTF8"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path, encoding: str) -> None:
    (row,) = rows_of(tmp_path, "a,b\n1,2\n".encode("utf-8-sig"), CsvFormat(encoding=encoding))
    assert row.values == {"a": "1", "b": "2"}
    (row,) = rows_of(tmp_path, "1,2\n".encode("utf-8-sig"), CsvFormat(encoding=encoding, header=False, columns=("a", "b")))
    assert row.raw == b"1,2"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_are_read_when_the_spec_says_so(tmp_path: Path, encoding: str) -> None:
    # U+0A22, U+220A and U+0D0A hold the bytes of quotes and line ends where no character begins.
    text = 'a,b\r\n\u0a22\u220a,"x\r\ny\u0d0a"\r\n\r\n3,ж\r\n'
    rows = rows_of(tmp_path, ("\ufeff" + text).encode(encoding), CsvFormat(encoding=encoding))
    assert values(rows) == [["\u0a22\u220a", "x\r\ny\u0d0a"], ["3", "ж"]]
    assert [row.line for row in rows] == [2, 5]
    assert codes(rows_of(tmp_path, text.encode(encoding)[:-3], CsvFormat(encoding=encoding)))[-1] == "bad_encoding"


def test_utf_16_is_refused_with_the_encoding_to_write_when_the_spec_says_another(tmp_path: Path) -> None:
    assert "Write `encoding: utf-16-le` in the spec" in refusal(tmp_path, "\ufeffa,b\n1,2\n".encode("utf-16-le"))
    assert "looks like UTF-16" in refusal(tmp_path, "a,b\n1,2\n".encode("utf-16-le"))
    said = refusal(tmp_path, "\ufeffa,b\n".encode("utf-16-le"), CsvFormat(encoding="utf-16-be"))
    assert "begins with the byte order mark of utf-16-le" in said
    assert "byte order mark of utf-8" in refusal(tmp_path, b"\xef\xbb\xbfa\n", CsvFormat(encoding="windows-1252"))


def test_a_header_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    assert "try `encoding: windows-1252`" in refusal(tmp_path, b"stra\xdfe,b\n1,2\n")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (dict(encoding="utf-99"), "no text encoding 'utf-99'"),
        (dict(encoding="utf-16"), "write utf-16-le"),
        (dict(encoding="utf-7"), "can't be split into rows"),
        (dict(encoding="base64"), "can't be split into rows"),
        (dict(encoding="cp500"), "can't be split into rows"),
        (dict(encoding="unicode_escape"), "can't be split into rows"),
        (dict(delimiter="||"), "the delimiter must be one character"),
        (dict(delimiter='"'), "must differ"),
        (dict(header=False), "needs `columns`"),
        (dict(columns=("a", "a")), "names a column twice"),
    ],
)
def test_a_format_that_can_not_be_is_refused_when_it_is_made(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CsvFormat(**wrong)  # type: ignore[arg-type]


# --- gzip and files


def test_gzip_is_known_by_its_content_and_may_have_several_members(tmp_path: Path) -> None:
    data = gzip.compress(b"a,b\n1,2\n3,") + gzip.compress(b"4\n5,6\n")
    assert values(rows_of(tmp_path, data)) == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_a_truncated_gzip_gives_its_good_rows_and_then_says_so(tmp_path: Path) -> None:
    text = b"a,b\n" + b"".join(b"%d,%s\n" % (n, hashlib.sha256(b"%d" % n).hexdigest().encode()) for n in range(20_000))
    path = tmp_path / "cut.csv"
    cut = gzip.compress(text)[:-400_000]
    path.write_bytes(cut)
    good = []
    with pytest.raises(InputError) as refused:
        for row in read_rows(path, CsvFormat()):
            good.append(row)
    whole_lines = zlib.decompressobj(wbits=31).decompress(cut).rpartition(b"\n")[0].split(b"\n")[1:]
    assert len(good) > 1000 and codes(good) == [None] * len(good)
    assert [row.raw for row in good] == whole_lines
    assert str(path) in str(refused.value) and f"is cut off; {len(good):,} rows could be read" in str(refused.value)
    assert "Fetch the file again" in str(refused.value)


@pytest.mark.parametrize("cut", [3, 12])
def test_a_gzip_cut_in_its_first_bytes_is_an_input_error(tmp_path: Path, cut: int) -> None:
    assert "0 rows could be read" in refusal(tmp_path, gzip.compress(b"a,b\n1,2\n")[:cut])


def test_damage_and_trailing_garbage_in_a_gzip_are_input_errors(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,b\n1,2\n")
    assert "is damaged" in refusal(tmp_path, whole[:-8] + b"\0\0\0\0" + whole[-4:])
    assert "1 rows could be read" in refusal(tmp_path, whole + b"garbage")


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"BZh9", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"])
def test_other_archives_are_refused_by_name(tmp_path: Path, magic: bytes) -> None:
    assert "not text" in refusal(tmp_path, magic + b"a,b\n")


def test_a_missing_file_and_a_folder_are_input_errors(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match=path.name):
            list(read_rows(path, CsvFormat()))
        with pytest.raises(InputError, match=path.name):
            hash_file(path)


def test_the_hash_is_of_the_file_as_it_lies_on_disk(tmp_path: Path) -> None:
    data = gzip.compress(b"a,b\n1,2\n" * 1000)
    (tmp_path / "x.gz").write_bytes(data)
    assert hash_file(tmp_path / "x.gz") == hashlib.sha256(data).hexdigest()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as out:
        out.write(b"a,b\n")
        out.writelines(b'%d,"x\n%d"\n' % (n, n) for n in range(60_000))
    rows = read_rows(path, CsvFormat())
    tracemalloc.start()
    try:
        for _ in itertools.islice(rows, 2_000):
            pass
        _, early = tracemalloc.get_traced_memory()
        count = sum(1 for _ in rows)
        _, late = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 58_000
    assert late < early + 500_000


# --- properties

_FIELD = st.text(st.sampled_from('ab,;"\n\r 0é€\\'), max_size=6)


@settings(deadline=None, max_examples=200)
@given(
    table=st.lists(st.lists(_FIELD, min_size=2, max_size=2), max_size=12),
    terminator=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from(",;|"),
    last=st.booleans(),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16-le"]),
)
def test_rows_come_back_and_their_bytes_with_terminators_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], terminator: str, delimiter: str, last: bool, encoding: str
) -> None:
    out = io.StringIO(newline="")
    # Before Python 3.13 the writer leaves a lone carriage return without quotes.
    quoting = csv.QUOTE_ALL if any("\r" in field for row in table for field in row) else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=terminator).writerow(["x", "y"])
    csv.writer(out, delimiter=delimiter, lineterminator=terminator, quoting=quoting).writerows(table)
    text = out.getvalue() if last else out.getvalue().removesuffix(terminator)
    path = tmp_path_factory.getbasetemp() / "one.csv"
    path.write_bytes(text.encode(encoding))
    rows = list(read_rows(path, CsvFormat(delimiter=delimiter, encoding=encoding)))
    assert codes(rows) == [None] * len(table)
    assert values(rows) == table
    end = terminator.encode(encoding)
    joined = end.join([f"x{delimiter}y".encode(encoding), *(row.raw for row in rows)])
    assert joined + (end if last else b"") == text.encode(encoding)
    lines = text.split("\n")
    kept = compile_kept(CsvFormat(delimiter=delimiter, encoding=encoding), ["x", "y"])
    for row in rows:
        assert kept(row.raw) == row.values
        first = row.raw.decode(encoding).split("\n")[0].removesuffix("\r")
        assert lines[row.line - 1].removesuffix("\r") == first


@settings(deadline=None, max_examples=200)
@given(body=st.text(st.sampled_from('a,"\n\r\0\\'), max_size=40), escape=st.sampled_from([None, "\\"]), limit=st.sampled_from([8, 1000]))
def test_whatever_the_text_every_line_belongs_to_exactly_one_row(
    tmp_path_factory: pytest.TempPathFactory, body: str, escape: str | None, limit: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "one.csv"
    body = "1,2\n" * 16 + body  # so that NULs in it don't make the file look like UTF-16
    path.write_bytes(body.encode())
    fmt = CsvFormat(header=False, columns=("x", "y"), escape=escape, max_row_bytes=limit)
    rows = list(read_rows(path, fmt))
    for row in rows:
        assert (row.values is None) == (row.error is not None)
    lines = body.split("\n")
    expected = [number for number, line in enumerate(lines, 1) if line.removesuffix("\r" if number < len(lines) else "")]
    covered = {line for row in rows for line in range(row.line, row.line + row.raw.count(b"\n") + 1)}
    assert set(expected) <= covered
    assert sum(row.raw.count(b"\n") + 1 for row in rows) == len(covered)
    if limit == 1000:
        kept = "".join(row.raw.decode() for row in rows).replace("\n", "").replace("\r", "")
        assert kept == body.replace("\n", "").replace("\r", "")


# --- JSON lines


def json_rows(tmp_path: Path, data: bytes, **options: object) -> list[RawRow]:
    return rows_of(tmp_path, data, JsonlFormat(**options))  # type: ignore[arg-type]


def test_a_json_line_keeps_its_bytes_and_its_numbers_as_written(tmp_path: Path) -> None:
    rows = json_rows(tmp_path, b'{"a": 1.10, "b": 12345678901234567890123}\r\n\n  \n {"a": [{"b": null}]}')
    assert rows[0] == RawRow(1, b'{"a": 1.10, "b": 12345678901234567890123}', {"a": Decimal("1.10"), "b": 12345678901234567890123}, None)
    assert str(rows[0].values and rows[0].values["a"]) == "1.10"
    assert rows[1] == RawRow(4, b' {"a": [{"b": null}]}', {"a": [{"b": None}]}, None)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (b"[1]", "not_an_object", "the line is a JSON list"),
        (b"12", "not_an_object", "JSON number"),
        (b'{"a": 1', "bad_json", "not JSON at column 8"),
        (b'{"a": 1} {"a": 2}', "bad_json", "column 10: Extra data"),
        (b'{"a": NaN}', "bad_json", "NaN is not a JSON number"),
        (b'{"a": -Infinity}', "bad_json", "-Infinity is not"),
        (b'{"a": 1e99999999999999999999}', "bad_json", "exponent"),
        (b'{"a": ' + b"9" * 5000 + b"}", "bad_json", "digits"),
        (b'{"a": ' + b"[" * 200_000 + b"}", "bad_json", "nested too deeply"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "duplicate_name", "the name 'b' twice"),
        (b'{"a": "\\ud800"}', "bad_encoding", "lone surrogate"),
        (b'{"\\uDC00": 1}', "bad_encoding", "lone surrogate"),
        (b'{"a": ["\\u0000"]}', "nul_byte", "NUL"),
        (b'{"a": "\xff"}', "bad_encoding", "byte 0xff at position 8"),
        (b'{"a": "\x01"}', "bad_json", "control character"),
    ],
)
def test_a_bad_json_line_is_an_error_of_that_line(tmp_path: Path, line: bytes, code: str, said: str) -> None:
    rows = json_rows(tmp_path, line + b'\n{"a": "\\ud83d\\ude00 \\\\ud800"}\n')
    assert codes(rows) == [code, None]
    assert rows[0].raw == line and rows[0].error and said in rows[0].error.message
    assert rows[1].values == {"a": "\U0001f600 \\ud800"}


def test_json_lines_beyond_the_limit_and_with_a_byte_order_mark(tmp_path: Path) -> None:
    rows = json_rows(tmp_path, b'\xef\xbb\xbf{"a": 1}\n{"a": "' + b"x" * 100 + b'"}\n{"a": 2}\n', max_row_bytes=50)
    assert codes(rows) == [None, "row_too_long", None]
    assert rows[0].raw == b'{"a": 1}'


# --- rows that were kept


def test_a_kept_row_is_read_alone_as_it_was_in_its_file() -> None:
    assert compile_kept(JsonlFormat())(b'{"a": 1.50}') == {"a": Decimal("1.50")}
    assert compile_kept(CsvFormat(header=False, columns=("x", "y")))(b'1,"a\nb"') == {"x": "1", "y": "a\nb"}
    assert compile_kept(CsvFormat(), ["x"])("\ufeff".encode()) == {"x": "\ufeff"}


@pytest.mark.parametrize(
    ("raw", "code"), [(b"1,2\n3,4", "not_one_row"), (b"", "not_one_row"), (b"1", "too_few_fields"), (b'1,"', "unterminated_quote")]
)
def test_bytes_that_are_not_one_row_are_refused(raw: bytes, code: str) -> None:
    with pytest.raises(RowError) as wrong:
        compile_kept(CsvFormat(), ["x", "y"])(raw)
    assert wrong.value.code == code


# --- paths

_ROW = {"c": "x", "n": None, "o": {"p": {"q": 1}, "odd.name": 2}, "l": [{"m": "a"}, {"m": None}, {}, {"m": "b"}], "e": [[1, 2], [3]]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("c", ["x"]),
        ("n", []),
        ("missing", []),
        ("o.p.q", [1]),
        ("o.missing.q", []),
        ("n.m", []),
        ('o["odd.name"]', [2]),
        ("l[].m", ["a", "b"]),
        ("l[3].m", ["b"]),
        ("l[9].m", []),
        ("e[][]", [1, 2, 3]),
        ("e[1][0]", [3]),
        ("l", [_ROW["l"]]),
    ],
)
def test_a_path_gives_the_values_it_leads_to(path: str, found: list[object]) -> None:
    assert compile_path(path)(_ROW) == found


@pytest.mark.parametrize(
    ("path", "said"), [("l.m", "a list stands where an object with 'm'"), ("o[].x", "an object stands where a list"), ("c.d", "'x'")]
)
def test_a_value_of_another_shape_is_an_error_of_the_row(path: str, said: str) -> None:
    with pytest.raises(RowError, match="stands where") as wrong:
        compile_path(path)(_ROW)
    assert wrong.value.code == "unexpected_shape" and said in wrong.value.message


@pytest.mark.parametrize("path", ["", ".a", "a.", "a..b", "[0]", "a[x]", "a[]b", "a[", "a]b"])
def test_what_is_not_a_path_is_refused_when_it_is_compiled(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        compile_path(path)


def test_the_first_name_of_a_path_is_its_column() -> None:
    assert [first_name(p) for p in ("a", "a.b", "a[].b", '["x.y"].z')] == ["a", "a", "a", "x.y"]
