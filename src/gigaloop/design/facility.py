"""What racks draw at a site, through its power usage effectiveness."""

from __future__ import annotations

import math

from gigaloop.design.records import Design
from gigaloop.programme.schema import Site


def facility_power(site: Site, design: Design, racks: float = 1.0) -> float:
    """Give the facility power of racks at design power at a site [W]: power into the racks times PUE.

    The PUE is the site's constant one. It holds cooling and every loss before the rack, so the losses of the power
    chain outside of the rack are in it and not counted again.
    """
    return racks * design.rack_input * float(site.pue)


def site_power(site: Site, design: Design, racks: float = 1.0) -> float:
    """Give the power of racks on the basis of a site's megawatts, facility or IT [W]."""
    return facility_power(site, design, racks) if site.power_basis == "facility" else racks * design.rack_input


def racks_within(site: Site, design: Design, power: float) -> int:
    """Give the whole racks that a power on the site's basis feeds at design power.

    Parameters
    ----------
    power
        Power on the site's basis [W].
    """
    each = site_power(site, design)
    return math.floor(power / each + 1e-9) if each > 0.0 else 0
