"""What a machine does on a transformer: times of operators, collectives and schedules, and memory."""

from gigaloop.design.performance.constants import PRIORS, Constants, Prior
from gigaloop.design.performance.machine import Machine, machine_of, stacked_machines
from gigaloop.design.performance.step import training_steps

__all__ = ["PRIORS", "Constants", "Machine", "Prior", "machine_of", "stacked_machines", "training_steps"]
