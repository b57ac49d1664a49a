"""Watches, what triggers them, and delivery of what they find."""
