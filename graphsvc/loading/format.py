"""A spec's format as the readers take it."""

from __future__ import annotations

from graphsvc.loading.formats import CsvFormat, JsonlFormat, ParquetFormat
from graphsvc.loading.spec import CsvBlock, JsonlBlock, ParquetBlock


def reading_format(block: CsvBlock | JsonlBlock | ParquetBlock) -> CsvFormat | JsonlFormat | ParquetFormat:
    """The reader's format for a spec's; raises ValueError with a sentence when there can be no such format."""
    if isinstance(block, JsonlBlock):
        return JsonlFormat(encoding=block.encoding)
    if isinstance(block, ParquetBlock):
        return ParquetFormat()
    return CsvFormat(
        delimiter=block.delimiter,
        quote=block.quote,
        escape=block.escape,
        encoding=block.encoding,
        header=block.columns is None,
        columns=tuple(block.columns) if block.columns else None,
        skip_lines=block.skip_lines,
    )
