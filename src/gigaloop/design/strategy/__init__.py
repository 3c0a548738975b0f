"""Search over the ways to lay a training job out over accelerators."""

from gigaloop.design.strategy.choices import CHOICES
from gigaloop.design.strategy.search import points_of, search_strategies
from gigaloop.design.strategy.space import Space, strategies_of

__all__ = ["CHOICES", "Space", "points_of", "search_strategies", "strategies_of"]
