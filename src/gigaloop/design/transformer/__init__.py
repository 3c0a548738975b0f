"""Transformers as numbers: shape, parameters and floating-point operations."""

from gigaloop.design.transformer.shape import Transformer, stacked

__all__ = ["Transformer", "stacked"]
