"""Studies drive the engines: the chain of stages, memoised by content, and the store of runs."""
