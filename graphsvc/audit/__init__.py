"""The tamper-evident log of every question and answer. Nothing here yet."""
