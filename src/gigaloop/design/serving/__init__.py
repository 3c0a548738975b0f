"""Serving of language models: prefill, decoding, memory, layouts and the front of throughput and interactivity."""

from gigaloop.design.serving.constants import ServingConstants
from gigaloop.design.serving.front import serving_front
from gigaloop.design.serving.loads import ServingLayouts, ServingLoad
from gigaloop.design.serving.points import serving_points

__all__ = ["ServingConstants", "ServingLayouts", "ServingLoad", "serving_front", "serving_points"]
