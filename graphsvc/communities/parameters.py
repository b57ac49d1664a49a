"""What a job of communities is given. May import the types of jobs."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from graphsvc.jobs.kinds import Parameters

MOST = 1_000_000_000  # of any count: what GDS takes
Measure = Literal["wcc", "pagerank", "betweenness", "articulation_points", "bridges"]


class Communities(Parameters):
    """How communities are looked for; docs/jobs.md says what each means.

    Two communities stay apart unless the links between them weigh more than the product of what the links of each weigh, divided by
    `scale`. Modularity divides by the weight of the whole graph instead, so that a community would change with whatever is loaded.
    On the sample world 2,000 gives communities of 3 to 12 members; larger values give larger ones.
    """

    scale: float = Field(default=2000.0, ge=1, le=1e12, allow_inf_nan=False)
    hub_links: int = Field(default=100, ge=1, le=MOST, description="Things with more links than this join nobody.")
    least: int = Field(default=3, ge=2, le=MOST, description="The fewest members of what is called a community; attributes don't count.")
    seed: int = Field(default=1, ge=0, le=MOST)
    measures: list[Measure] = Field(default=["articulation_points", "betweenness", "bridges", "pagerank", "wcc"])
    samples: int = Field(default=200, ge=1, le=MOST, description="From how many nodes betweenness is counted.")
    causes: bool = Field(default=True, description="Whether to look for the causes of changes.")
    keep: int = Field(default=10, ge=2, le=1000, description="Runs whose communities are kept.")

    @field_validator("measures")
    @classmethod
    def _once(cls, value: list[Measure]) -> list[Measure]:
        return sorted(set(value))

    def method(self) -> dict[str, object]:
        """What the result follows from, besides the graph: runs that differ in it can differ without a cause in the records."""
        return self.model_dump(mode="json", include={"scale", "hub_links", "least", "seed", "sources"})
