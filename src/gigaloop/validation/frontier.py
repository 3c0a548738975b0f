"""The conversion chain of HPE Cray EX cabinets, as in Frontier: rectifiers and node converters, fixed losses too."""

from __future__ import annotations

from gigaloop.catalogue import Catalogue

NODES = 74 * 128
"""Nodes of the machine: 74 cabinets of 128. Source: ExaDigiT RAPS, config/frontier.yaml, 2026-08."""
NODES_PER_RECTIFIER = 4
"""Source: ExaDigiT RAPS, config/frontier.yaml, 2026-08."""
NODE_CONVERTER_LOSS, RECTIFIER_LOSS = 13.0, 17.0
"""Of one node converter and of one rectifier at any load [W]. Source: ExaDigiT RAPS, config/frontier.yaml, 2026-08."""
CDU_POWER = 25 * 8473.47
"""Of the coolant distribution units [W]. Source: ExaDigiT RAPS, config/frontier.yaml, 2026-08."""
SWITCH_POWER = 74 * 8 * 4 * 250.0
"""Of the switches: 4 of 250 W in each of 8 chassis [W]. Source: ExaDigiT RAPS, config/frontier.yaml, 2026-08."""


def chain_efficiency(catalogue: Catalogue, power: float) -> float:
    """Give the power into the nodes over the power into the rectifiers.

    Parameters
    ----------
    catalogue
        With the converters ``cray-rectifier-380v`` and ``cray-sivoc``.
    power
        Of the machine at its 480 VAC inlet, switches and coolant distribution units included [W].
    """
    rectifier = float(catalogue.converter("cray-rectifier-380v").efficiency_at(1.0))
    converter = float(catalogue.converter("cray-sivoc").efficiency_at(1.0))
    into = (power - CDU_POWER - SWITCH_POWER) / NODES
    carried = (into - RECTIFIER_LOSS / NODES_PER_RECTIFIER) * rectifier
    return (carried - NODE_CONVERTER_LOSS) * converter / into
