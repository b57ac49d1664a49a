"""Who is who: candidates, evidence, decisions, undo. Nothing here yet."""
