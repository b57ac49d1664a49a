"""Scheduled detection of communities, comparison of runs, trends."""
