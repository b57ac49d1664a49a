"""`/v1/trends` and `/v1/anomalies`: counts by month, and what stands out.

Results are there for views with every source that their run saw.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from graphsvc.api import trend_examples as examples
from graphsvc.api.communities import After, Job, Most, Run
from graphsvc.api.params import Ask, Id
from graphsvc.api.responses import answers
from graphsvc.communities.trends.questions import list_question, point_question, show_question, trends_question

router = APIRouter(prefix="/v1", tags=["trends"])

Source = Annotated[str | None, Query(max_length=100, description="Only of this source.")]
LinkType = Annotated[str | None, Query(max_length=100, description="Only of links of this type.")]
PlaceName = Annotated[str | None, Query(max_length=200, description="Only of this place.")]
Month = Annotated[str, Query(max_length=7, description="The month, as 2024-06.")]
Kinds = Annotated[list[str] | None, Query(max_length=9, description="Only anomalies of these kinds: docs/trends.md names them.")]
Entity = Annotated[str | None, Query(max_length=1000, description="Only those that are of the entity of this id.")]
New = Annotated[bool, Query(description="Only those that no earlier run had.")]


@router.get("/trends", responses=answers(examples.TRENDS, 400, 403, 404, 504))
def show_trends(
    ask: Ask,
    job: Job = None,
    run: Run = None,
    source: Source = None,
    type: LinkType = None,
    place: PlaceName = None,
    limit: Most = 20,
    after: After = 0,
) -> Response:
    """Counts of links by type, source, place and month, and of rows by table."""
    given: dict[str, Any] = {"job": job, "run": run, "source": source, "type": type, "place": place, "limit": limit, "after": after}
    return ask.answer("trends.show", "analytics", given, lambda r: trends_question(r, **given))


@router.get("/trends/{id}", responses=answers(examples.POINT, 400, 403, 404, 504))
def show_point(ask: Ask, id: Id, month: Month, job: Job = None, run: Run = None, limit: Most = 20, after: After = 0) -> Response:
    """The links with their records, or the rows, behind one point of a series."""
    common: dict[str, Any] = {"job": job, "run": run, "limit": limit, "after": after}
    given = {**common, "series": id, "month": month}
    return ask.answer("trends.point", "analytics", given, lambda r: point_question(r, id, month, **common))


@router.get("/anomalies", responses=answers(examples.ANOMALIES, 400, 403, 404, 504))
def list_anomalies(
    ask: Ask,
    job: Job = None,
    run: Run = None,
    kind: Kinds = None,
    entity: Entity = None,
    new: New = False,
    limit: Most = 20,
    after: After = 0,
) -> Response:
    """What stands out of the records of a month, by kind."""
    given: dict[str, Any] = {"job": job, "run": run, "kinds": kind, "entity": entity, "new": new, "limit": limit, "after": after}
    return ask.answer("anomalies.list", "analytics", given, lambda r: list_question(r, **given))


@router.get("/anomalies/{id}", responses=answers(examples.ANOMALY, 400, 403, 404, 504))
def show_anomaly(ask: Ask, id: Id, run: Run = None, limit: Most = 20, after: After = 0) -> Response:
    """One anomaly: its method and parameters, and the links and records that it rests on."""
    given = {"anomaly": id, "run": run, "limit": limit, "after": after}
    return ask.answer("anomalies.show", "analytics", given, lambda r: show_question(r, id, run=run, limit=limit, after=after))
