"""Paths between entities: find, show, rank, explain. Every function takes the view and the inquiry that it reads for."""
