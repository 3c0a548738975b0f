"""Inference: prefill and decode, throughput against the speed that a user sees."""
