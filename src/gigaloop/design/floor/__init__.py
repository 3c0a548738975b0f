"""The floor of halls: where racks stand, and how cables run between them."""
