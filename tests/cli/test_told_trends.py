"""What people read of trends and anomalies; the answers themselves are tested where they are made."""

from __future__ import annotations

import pytest

from graphsvc.api import trend_examples as examples
from graphsvc.cli.trends import print_anomalies, print_anomaly, print_point, print_trends


def test_an_anomaly_is_told_in_a_sentence_and_with_what_was_not_looked_for(capsys: pytest.CaptureFixture[str]) -> None:
    print_anomalies({**examples.ANOMALIES, "not_looked_for": {"new_bridge": "Of 3 links of this month it can't be said."}})
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "months-5d0c9b7712aa  many_at_once, 2024-03, new"
    assert told[2] == "  12 companies were registered at Quay 4, Bergen in March 2024; the median of the 24 months before is 0."
    assert told[3] == "    Quay 4, Bergen (register)  [register/address/quay4]"
    assert told[4] == "new_bridge: Of 3 links of this month it can't be said."
    print_anomalies({**examples.ANOMALIES, "anomalies": []})
    assert "Nothing stands out." in capsys.readouterr().out


def test_an_anomaly_is_shown_with_its_numbers_and_the_rows_that_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_anomaly({**examples.ANOMALY, "gone": 2, "kept": 10})
    told = capsys.readouterr().out
    assert "found by: now 12, months 24, median 0, expected 0, mad 0, off 5.82" in told and "season" not in told
    assert "Holm Shipping is registered at Quay 4, Bergen, from 2024-03-11." in told and "(companies-2024-03-31.csv:54)" in told
    assert "2 links of this page went since the run." in told and "Of 12 links the first 10 are kept" in told


def test_counts_are_told_by_month_and_a_point_with_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    print_trends(examples.TRENDS)
    print_point(examples.POINT)
    told = capsys.readouterr().out
    assert "0a5f3c77d1b2  register: REGISTERED_AT (registered at) in BERGEN" in told and "2024-01 to 2024-03: 3 5 17" in told
    assert "0a5f3c77d1b2  register: REGISTERED_AT in 2024-03: 17" in told and "companies-2024-03-31.csv:54" in told
    rows = {**examples.POINT, "series": {**examples.POINT["series"], "of": "rows", "type": None, "table": "companies"}, "links": []}
    print_point(rows)
    assert "register: companies in 2024-03: 17" in capsys.readouterr().out
