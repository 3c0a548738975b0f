"""The four power numbers of a rack, kept apart, and the current of its busbar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.design.records import BomTable, PowerRollup

if TYPE_CHECKING:
    from gigaloop.programme.schema import Generation


def power_rollup(generation: Generation, table: BomTable) -> PowerRollup:
    """Give the power numbers of a rack and the current of its busbar.

    Busbar current is power over bus voltage; the voltage drop along the bar is left out.

    Examples
    --------
    >>> round(busbar_current(120e3, 50.0))
    2400
    """
    feed = generation.power
    design, peak = table.total("design_power"), table.total("peak_power")
    voltage = float(feed.bus_voltage)
    in_service = max(0.0, float(feed.shelves) - float(feed.redundant_shelves))
    return PowerRollup(
        mean=table.total("mean_power"),
        design=design,
        peak=peak,
        shelf_capacity=in_service * float(feed.shelf_rating),
        shelf_installed=float(feed.shelves) * float(feed.shelf_rating),
        bus=feed.bus,
        bus_voltage=voltage,
        bus_current=busbar_current(design, voltage),
        bus_peak_current=busbar_current(peak, voltage),
    )


def busbar_current(power: float, voltage: float) -> float:
    """Give the current of a busbar [A] from the power it carries [W] and its voltage [V].

    Examples
    --------
    >>> busbar_current(600e3, 800.0)
    750.0
    """
    return power / voltage
