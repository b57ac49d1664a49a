"""What people read of jobs and communities; the answers themselves are tested where they are made."""

from __future__ import annotations

import pytest

from graphsvc.api import community_examples as examples
from graphsvc.cli.communities import print_diff, print_list, print_one
from graphsvc.cli.jobs import print_run, print_runs


def test_communities_are_listed_with_who_is_in_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_list(examples.COMMUNITIES)
    told = capsys.readouterr().out
    assert "communities-17  12 members" in told and "Ada Holm (register); ..." in told and "--after 1" in told


def test_a_member_is_told_with_its_links_and_their_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_one(examples.COMMUNITY)
    told = capsys.readouterr().out
    assert "communities-17: 12 members in 14 entities" in told
    assert "Ada Holm is a director of Holm Shipping, from 2019-05." in told and "(officers-2024-06-30.csv:54)" in told


def test_a_change_is_told_with_its_cause_and_the_load_that_brought_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_diff(examples.CHANGES)
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "since run_20261123_k2m9x7: 1 change"
    assert told[2:] == [
        "grew: communities-17 grew by 1: Ada Holm.",
        "  Without this one it would not have happened.",
        "  Ada Holm is a director of Holm Shipping, from 2019-05. (register/load/20261123T120000-301d20)",
        "    record register/record/officers/1042@a1b2c3d4e5f6",
    ]


def test_a_run_is_told_with_all_that_it_follows_from(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(examples.RUN)
    print_runs({"runs": [{**examples.RUN, "status": "failed", "error": "There is nothing to analyse.", "seconds": None}]})
    told = capsys.readouterr().out
    assert "finished in 8.7 s  2026-11-24T02:30:00.412Z, due 2026-11-24T02:30:00Z" in told
    assert "versions: graphsvc 0.2.0, neo4j 5.26.30, gds 2.13.9" in told and "changes (grew 2, explained 2)" in told
    assert "There is nothing to analyse." in told
