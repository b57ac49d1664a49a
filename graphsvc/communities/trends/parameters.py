"""What a job of trends is given. May import the types of jobs."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, field_validator

from graphsvc.communities.parameters import MOST
from graphsvc.jobs.kinds import Parameters

AnomalyKind = Literal[
    "more_than_before",
    "fewer_than_before",
    "source_silent",
    "source_doubled",
    "many_at_once",
    "new_hub",
    "new_bridge",
    "circular_transfers",
    "ownership_cycle",
]
KINDS: tuple[AnomalyKind, ...] = get_args(AnomalyKind)


class Trends(Parameters):
    """How counts are held against their past, and what is looked for; docs/trends.md says what each means and why it is as it is."""

    month: str | None = Field(
        default=None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The month that is looked at; default: the last whole one.",
    )
    kinds: list[AnomalyKind] = Field(default=list(KINDS), min_length=1)
    history: int = Field(default=24, ge=6, le=120, description="Months before, that a month is held against.")
    least_history: int = Field(default=6, ge=3, le=120, description="What began fewer months before is not judged.")
    deviations: float = Field(default=5.0, ge=2, le=100, description="How far from the median, in deviations, a month stands out.")
    times: float = Field(default=1.5, ge=1, le=100, description="And how many times the median it must be.")
    least: int = Field(default=10, ge=3, le=MOST, description="Smaller counts say nothing.")
    together: int = Field(default=8, ge=3, le=MOST, description="So many entities newly at one address or phone.")
    hub_links: int = Field(default=50, ge=5, le=MOST, description="So many others make a hub.")
    bridge_members: int = Field(default=3, ge=2, le=MOST, description="Communities with fewer members are not joined by a bridge.")
    communities: str | None = Field(default=None, max_length=40, description="Whose communities count; default: of whichever job ran last.")
    circle_transfers: int = Field(default=6, ge=3, le=12, description="The most transfers of a circle.")
    circle_days: int = Field(default=30, ge=1, le=366, description="The longest time that a circle takes.")
    circle_kept: float = Field(default=0.8, gt=0, le=1, description="The part of an amount that each further transfer has at least.")
    circle_amount: int = Field(
        default=100_000, ge=1, le=MOST, description="The least amount of a transfer, in minor units of its currency."
    )
    circle_hub: int = Field(default=1000, ge=2, le=MOST, description="Accounts with more such transfers are not passed.")
    cycle_links: int = Field(default=8, ge=2, le=20, description="The most links of a cycle of ownership.")
    keep: int = Field(default=24, ge=2, le=1000, description="Runs whose counts and anomalies are kept.")

    @field_validator("kinds")
    @classmethod
    def _once(cls, value: list[AnomalyKind]) -> list[AnomalyKind]:
        return [kind for kind in KINDS if kind in value]
