"""The tamper-evident log of every question and answer."""
