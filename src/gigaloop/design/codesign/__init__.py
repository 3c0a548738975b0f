"""A search over the free choices of generations for the workloads they must run."""

from gigaloop.design.codesign.options import OBJECTIVES, SearchOptions
from gigaloop.design.codesign.programme_mix import programme_works
from gigaloop.design.codesign.search import search_codesign

__all__ = ["OBJECTIVES", "SearchOptions", "programme_works", "search_codesign"]
