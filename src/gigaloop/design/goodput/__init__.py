"""What of a job's time is training: interruptions, checkpoints, restarts, spares and slow hosts."""

from gigaloop.design.goodput.checkpoint import daly, expected_time, optimal_interval, young
from gigaloop.design.goodput.effective import goodput
from gigaloop.design.goodput.rates import FleetRates, fleet_rates, fleet_samples, interruption_rates
from gigaloop.design.goodput.run import training_run
from gigaloop.design.goodput.spares import short_share, spares_for

__all__ = [
    "FleetRates",
    "daly",
    "expected_time",
    "fleet_rates",
    "fleet_samples",
    "goodput",
    "interruption_rates",
    "optimal_interval",
    "short_share",
    "spares_for",
    "training_run",
    "young",
]
