"""Answers as files for people and other programs. May import graph (content folders), settings and errors."""
