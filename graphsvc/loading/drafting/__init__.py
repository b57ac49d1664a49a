"""Drafts of loader specs, made of a file's columns: what each seems to be, and why. A person decides."""
