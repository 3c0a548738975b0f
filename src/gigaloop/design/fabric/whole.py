"""The fabric of a generation: its scale-up domains, scale-out planes and the networks beside them, sized."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gigaloop.core.errors import GigaloopError, Problem, ProgrammeError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.design.fabric.dragonfly import size_dragonfly
from gigaloop.design.fabric.ports import caged, switch_ports
from gigaloop.design.fabric.sizing import size_clos
from gigaloop.design.fabric.slimfly import size_slim_fly
from gigaloop.design.fabric.torus import size_torus
from gigaloop.design.records.fabric import Fabric, NetworkDesign, Plane, ScaleUpDomain
from gigaloop.programme.schema import Generation, Programme, Site
from gigaloop.programme.schema.network import BesideNetwork, ScaleOut, Switched

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.catalogue.kinds import Switch

SWITCH_UNITS = Evidence(
    "assumption: a switch whose height is not stated", "2026-11", EvidenceKind.ASSUMPTION, low="1 U", high="4 U"
)
_UNITS = 2.0
"""Height of a switch for which neither programme nor catalogue states one [U]: as an Ethernet switch of 51.2 Tb/s has.
Source: NVIDIA, SN5000 data interfaces, https://docs.nvidia.com/networking/display/sn5000/data+interfaces."""
_MOST = 1 << 20
"""Scalable units beyond which no fabric is looked for. Source: a choice of this project, beyond any programme."""


def design_fabric(
    programme: Programme,
    generation: Generation,
    catalogue: Catalogue,
    sus: int | None = None,
    site: Site | None = None,
) -> Fabric:
    """Size the fabric that joins a number of scalable units (SUs) of a generation.

    Parameters
    ----------
    programme, generation, catalogue
        The programme, its generation, and facts about switches.
    sus
        Scalable units; where not given those of ``scale_out.span``, else as many as the halls of the site, or of the
        largest site, have positions for, capped by what its networks join.
    site
        The site that the fabric is for.

    Raises
    ------
    ProgrammeError
        If the numbers of a network do not fit; the hint says which would.
    """
    out = generation.scale_out
    if sus is None:
        sus = int(out.span) if out.span is not None else _positions(programme, generation, site)
        if out.span is None:
            sus = max(1, min(sus, most_sus(generation, catalogue)))
    racks_per_su = float(generation.racks_per_su)
    racks, per_rack = math.ceil(sus * racks_per_su - 1e-9), int(out.nodes_per_rack)
    here = f"generations.{generation.id}"
    stated: list[tuple[str, str, ScaleOut | BesideNetwork, str]] = [
        ("scale-out", "scale-out", out, f"{here}.scale_out")
    ]
    stated += [(each.id, each.purpose, each, f"{here}.networks.{each.id}") for each in generation.networks]
    networks: list[NetworkDesign] = []
    problems: list[Problem] = []
    for name, purpose, network, path in stated:
        try:
            networks.append(_network(name, purpose, network, generation, catalogue, sus))
        except GigaloopError as error:
            problems.append(Problem(f"{name}: {error.why}", programme.place(path), path, error.hint))
    if problems:
        units = "scalable unit" if sus == 1 else "scalable units"
        raise ProgrammeError(problems, title=f"{sus:,} {units} of {generation.id} cannot be joined")
    return Fabric(
        generation=generation.id,
        sus=sus,
        racks=racks,
        racks_per_su=int(racks_per_su),
        nodes_per_rack=per_rack,
        accelerators_per_node=float(generation.accelerators_per_rack) / per_rack,
        scale_up=ScaleUpDomain(
            int(generation.scale_up.domain),
            float(generation.scale_up.bandwidth),
            generation.scale_up.in_switch_reduction,
        ),
        networks=tuple(networks),
        load_balancing=out.load_balancing,
        in_network_reduction=out.in_network_reduction,
    )


def most_sus(generation: Generation, catalogue: Catalogue) -> int:
    """Give the most scalable units that all networks of a generation join; 0 where they do not join a single one."""
    if not _serves(generation, catalogue, 1):
        return 0
    low, high = 1, 2
    while high < _MOST and _serves(generation, catalogue, high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _serves(generation, catalogue, middle):
            low = middle
        else:
            high = middle
    return low


def _serves(generation: Generation, catalogue: Catalogue, sus: int) -> bool:
    try:
        for network in (generation.scale_out, *generation.networks):
            _plane(network, generation, catalogue, sus)
    except GigaloopError:
        return False
    return True


def _positions(programme: Programme, generation: Generation, site: Site | None) -> int:
    """Give the units that the halls of a site, or of the largest, with the generation's bus have positions for."""
    bus, sites = generation.power.bus, programme.sites if site is None else (site,)
    racks = max((sum(float(hall.positions) for hall in each.halls if bus in hall.bus) for each in sites), default=0.0)
    return max(1, math.floor(racks / float(generation.racks_per_su) + 1e-9))


def _network(
    name: str, purpose: str, network: ScaleOut | BesideNetwork, generation: Generation, catalogue: Catalogue, sus: int
) -> NetworkDesign:
    switch = None if network.switch is None else catalogue.switch(network.switch)
    power = network.switch_power
    if power is None and switch is not None:
        power = switch.power
    height = None if switch is None else switch.height
    plane = _plane(network, generation, catalogue, sus)
    ports = network.switch_radix or (None if switch is None else switch.ports)
    facts = (ports, power, height)
    evidence = tuple(each.evidence for each in facts if each is not None and each.evidence is not None)
    return NetworkDesign(
        name=name,
        purpose=purpose,
        plane=plane,
        planes=int(network.planes),
        switch_power=None if power is None else float(power),
        switch_units=_UNITS if height is None else float(height),
        switch_evidence=evidence if height is not None else (*evidence, SWITCH_UNITS),
        optics_power=_optics_power(network, switch, plane),
    )


def _optics_power(network: Switched, switch: Switch | None, plane: Plane) -> float | None:
    """Give what modules in all cages of a switch draw: by the module stated, else the most that its cages supply."""
    if network.transceiver_power is not None:
        return float(network.transceiver_power) * plane.radix
    if switch is None or switch.cage_power is None or switch.ports is None:
        return None
    return float(switch.cage_power) * float(switch.ports) / float(switch.ports_per_cage or 1)


def _plane(network: Switched, generation: Generation, catalogue: Catalogue, sus: int) -> Plane:
    """Size one plane of a network; only the scale-out fabric has a choice of topologies."""
    rate, radix, rails = float(network.link_rate), switch_ports(network, catalogue), int(network.rails)
    per_su = math.ceil(float(generation.scale_out.nodes_per_rack) * float(generation.racks_per_su) - 1e-9)
    cage = 1 if network.switch is None else caged(catalogue.switch(network.switch), rate)
    topology = network.topology if isinstance(network, ScaleOut) else "clos"
    if topology == "torus":
        return size_torus(nodes=sus * per_su, rails=rails, rate=rate, radix=radix)
    if topology != "clos":
        size = size_dragonfly if topology == "dragonfly" else size_slim_fly
        reserved = int(network.reserved_ports)
        return size(nodes=sus * per_su, rails=rails, rate=rate, radix=radix, reserved=reserved, cage=cage)
    return size_clos(
        nodes=sus * per_su,
        rails=rails,
        rate=rate,
        radix=radix,
        nodes_per_su=per_su,
        sus=sus,
        tiers=None if network.tiers is None else int(network.tiers),
        oversubscription=float(network.oversubscription),
        spine_oversubscription=float(network.spine_oversubscription),
        reserved=int(network.reserved_ports),
        uplink_rate=None if network.uplink_rate is None else float(network.uplink_rate),
        wired=network.wired,
        cage=cage,
    )
