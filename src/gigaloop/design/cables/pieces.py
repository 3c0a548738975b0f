"""How many pieces of a part of the programme a network takes, and how many its scalable units hold."""

from __future__ import annotations

import math

from gigaloop.design.records import FabricBill
from gigaloop.programme.schema import Generation, Programme


def pieces_needed(programme: Programme, generation: Generation, bill: FabricBill, part: str) -> float:
    """Count the pieces of a part that a network takes, without what is plugged into nodes.

    A network rack that is made with its switches counts as many as hold them; what stands for another item counts as
    the bill has it.
    """
    items = {each.item: each.part for each in generation.scale_out.parts}
    held = _held(programme, part, items["switch"]) if "switch" in items else 0.0
    if part == items.get("network rack") and held:
        return math.fsum(line.quantity for line in bill.lines if line.item == "switch") / held
    return math.fsum(line.quantity for line in bill.lines if line.part == part and not line.at_node)


def pieces_held(programme: Programme, generation: Generation, part: str) -> float:
    """Count the pieces of a part in what completes a scalable unit: the part itself, and in parts made with it.

    Parts whose quantity is neither stated nor engineered are left out.
    """
    return math.fsum(
        float(each.quantity) * (1.0 if each.part == part else _held(programme, each.part, part))
        for each in generation.su_parts
        if each.quantity is not None
    )


def _held(programme: Programme, whole: str, part: str) -> float:
    return math.fsum(float(line.quantity) for line in programme.part_of[whole].components if line.part == part)
