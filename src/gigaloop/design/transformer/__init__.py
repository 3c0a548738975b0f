"""Transformers as numbers: shape, parameters, floating-point operations and what they keep of past tokens."""

from gigaloop.design.transformer.cache import kv_bytes, kv_bytes_per_token, state_bytes
from gigaloop.design.transformer.config import read_config
from gigaloop.design.transformer.flops import forward_flops, matrix_flops, mixing_flops, training_flops
from gigaloop.design.transformer.parameters import (
    PARAMETER_PARTS,
    active_parameters,
    layer_weights,
    parameter_parts,
    parameters,
)
from gigaloop.design.transformer.presets import find_preset, preset, transformer_of
from gigaloop.design.transformer.shape import Transformer, stacked

__all__ = [
    "PARAMETER_PARTS",
    "Transformer",
    "active_parameters",
    "find_preset",
    "forward_flops",
    "kv_bytes",
    "kv_bytes_per_token",
    "layer_weights",
    "matrix_flops",
    "mixing_flops",
    "parameter_parts",
    "parameters",
    "preset",
    "read_config",
    "stacked",
    "state_bytes",
    "training_flops",
    "transformer_of",
]
