"""Exact-identifier look-ups with place and time. Nothing here yet."""
