"""A search over the free choices of generations for the workloads they must run."""
