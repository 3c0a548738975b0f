"""What a solution means: pieces, racks, power and money by week, and the tables of a plan."""
