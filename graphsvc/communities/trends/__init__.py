"""Counts by month against their own past, and what stands out of it: each by a stated method, with the records behind every point."""
