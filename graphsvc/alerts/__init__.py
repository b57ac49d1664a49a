"""Watches, what triggers them, and delivery of what they find. Nothing here yet."""
