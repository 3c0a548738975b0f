"""Topologies of networks as index arithmetic over arrays, and what their links carry and lose."""

from gigaloop.design.fabric.counts import generation_fabric, most_racks, size_fabric

__all__ = ["generation_fabric", "most_racks", "size_fabric"]
