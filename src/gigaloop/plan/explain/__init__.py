"""What a plan says of itself: what is late and why, what binds, and what relieving it is worth."""
