"""Power over time: traces of a site under training, the limits of its grid, storage, ride-through, thermal lag."""

from gigaloop.design.dynamics.swing import filtered_spike, rack_swing_storage, sine_energy, square_energy, swing_storage

__all__ = ["filtered_spike", "rack_swing_storage", "sine_energy", "square_energy", "swing_storage"]
