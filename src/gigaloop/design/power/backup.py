"""What of a power chain carries the racks when their input fails: a UPS before them, or a battery on their bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gigaloop.design.records import ChainStage
from gigaloop.design.records.product import ChainBackup

if TYPE_CHECKING:
    from gigaloop.catalogue.kinds import Converter

ROLES = ("ups", "battery backup")
"""Roles of the stages that store energy against the loss of input."""


def chain_backup(chain: Sequence[ChainStage], converters: Mapping[str, Converter]) -> ChainBackup | None:
    """Give the stage that carries the racks longest without input; None where the chain stores no energy.

    A stage counts where its entry of the catalogue states for how long it carries its rating; one that does not say how
    soon it takes over is taken to do so at once, as a UPS in double conversion does.

    Parameters
    ----------
    chain
        From medium voltage to the chip.
    converters
        By id; those of the chain.
    """
    found = [
        ChainBackup(
            name=converter.name,
            converter=converter.id,
            ups=converter.role == "ups",
            takes_over=0.0 if converter.takes_over is None else float(converter.takes_over),
            carries=float(converter.hold_up),
        )
        for converter in (converters[stage.converter] for stage in chain)
        if converter.role in ROLES and converter.hold_up is not None
    ]
    return max(found, key=lambda backup: backup.carries, default=None)
