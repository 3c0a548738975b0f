"""What a plan is made of: a programme read into items, sources, places and steps by week."""
