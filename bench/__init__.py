"""How fast ilactl is, as ratios of whole processes that ran in turn on the same machine."""
