"""The options by which every question can be narrowed, said once. A thin door."""

from __future__ import annotations

from typing import Annotated

import typer

Source = Annotated[list[str] | None, typer.Option("--source", help="Only links from this source; again for more.")]
During = Annotated[str | None, typer.Option(help="Only links that can have held then: 2019-01..2020-06-30, one of the two or both.")]
On = Annotated[str | None, typer.Option(help="Only links that can have held on this day, or in this month or year.")]
MinEvidence = Annotated[int, typer.Option("--min-evidence", help="The fewest records that each link must rest on.")]
Avoid = Annotated[list[str] | None, typer.Option("--avoid", help="An entity to leave out, with all that is it; again for more.")]
ThroughHubs = Annotated[bool, typer.Option("--through-hubs", help="Cross things with very many links, too.")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="As the graph was known at the end of this day, month or year (UTC), or at this time.")
]
