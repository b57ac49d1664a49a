"""Who asks, for which purpose, case and reason: every read of case data belongs to one inquiry."""
