"""A network engineered whole: fabric, floor, cables, bill, checks; candidates ranked; what the plan buys."""
