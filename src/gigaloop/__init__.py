"""gigaloop: the open planning engine for AI data-centre hardware programmes."""
