"""Jobs: work that runs by itself, at times that somebody set, for a standing inquiry. What the work is, the packages above say."""
