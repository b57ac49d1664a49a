"""Scheduled detection of communities, comparison of runs, trends. Nothing here yet."""
