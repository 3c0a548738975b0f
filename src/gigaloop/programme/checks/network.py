"""Checks of the networks of a generation: what can be said of them without the catalogue."""

from __future__ import annotations

from gigaloop.core.marks import item_keys
from gigaloop.programme.checks.findings import Findings
from gigaloop.programme.schema import Generation
from gigaloop.programme.schema.network import ScaleOut, Switched

TORUS_PORTS = 6
"""Ports of a node of a torus: one each way along three axes."""

_SCALE_OUT = "scale-out"
_NEAR = 1e-6
"""By which a ratio of rates may differ from a whole number."""
_CLOS_ONLY = ("tiers", "oversubscription", "spine_oversubscription", "uplink_rate", "wired")


def check_networks(findings: Findings) -> None:
    """Check ports, rates and topologies of the networks of every generation."""
    for generation in findings.programme.generations:
        here = f"generations.{generation.id}"
        _switched(findings, generation.scale_out, f"{here}.scale_out")
        _topology(findings, generation.scale_out, f"{here}.scale_out")
        _nodes(findings, generation, f"{here}.scale_out")
        _parts(findings, generation.scale_out, f"{here}.scale_out")
        for network in generation.networks:
            if network.id == _SCALE_OUT:
                why = f"'{_SCALE_OUT}' is what the scale-out network is called"
                findings.add(f"{here}.networks.{network.id}", why, "give the network beside it another id")
            _switched(findings, network, f"{here}.networks.{network.id}")


def _switched(findings: Findings, network: Switched, path: str) -> None:
    for name in ("link_rate", "uplink_rate", "port_rate"):
        rate = getattr(network, name)
        if rate is not None and float(rate) <= 0.0:
            findings.add(f"{path}.{name}", f"links of {rate} carry nothing", "give a rate, such as 800 Gb/s")
            return
    if network.port_rate is not None:
        links = float(network.port_rate) / float(network.link_rate)
        if links < 1.0 - _NEAR or abs(links - round(links)) > _NEAR:
            why = f"a port of {network.port_rate} is not broken out into links of {network.link_rate}"
            findings.add(f"{path}.port_rate", why, f"give {network.link_rate} times a whole number, or leave it away")
    radix, reserved = network.switch_radix, network.reserved_ports
    if network.switch is None and radix is None:
        why = "the network states neither its switch nor the ports of one"
        findings.add(path, why, "give 'switch', an entry of the catalogue, or 'switch_radix'")
    if radix is not None and radix < 2:
        findings.add(f"{path}.switch_radix", f"a switch of {radix} port joins nothing", "give at least 2 ports")
    elif radix is not None and reserved >= radix:
        why = f"{reserved} reserved ports leave none of the {radix} of a leaf"
        findings.add(f"{path}.reserved_ports", why, f"reserve fewer than {radix}")
    if network.uplink_rate is not None and float(network.uplink_rate) < float(network.link_rate) * (1.0 - 1e-9):
        why = f"uplinks of {network.uplink_rate} are slower than the links of nodes, {network.link_rate}"
        findings.add(f"{path}.uplink_rate", why, f"give {network.link_rate} or more, or leave it away")


def _nodes(findings: Findings, generation: Generation, path: str) -> None:
    """Check that the accelerators of a rack are shared out evenly over its nodes, or the nodes over accelerators."""
    nodes, accelerators = float(generation.scale_out.nodes_per_rack), float(generation.accelerators_per_rack)
    if accelerators % nodes and nodes % accelerators:
        near = min((n for n in range(1, int(accelerators) + 1) if not accelerators % n), key=lambda n: abs(n - nodes))
        why = f"{accelerators:g} accelerators of a rack do not share out evenly over {nodes:g} nodes"
        findings.add(f"{path}.nodes_per_rack", why, f"give a number that divides {accelerators:g}, such as {near}")


def _parts(findings: Findings, network: ScaleOut, path: str) -> None:
    """Check that an item of the fabric, or an entry of the catalogue, is one part alone."""
    first: dict[tuple[str, str], str] = {}
    for name, each in zip(item_keys(network.parts), network.parts, strict=True):
        key = each.item, each.entry or ""
        if key in first:
            what = f"the {each.item}" + (f" '{each.entry}'" if each.entry else "")
            why = f"{what} is the part '{first[key]}' already"
            findings.add(
                f"{path}.parts.{name}.item", why, "state one part, or the 'entry' of the catalogue that each is"
            )
        first.setdefault(key, each.part)


def _topology(findings: Findings, network: ScaleOut, path: str) -> None:
    if network.topology == "clos":
        return
    for name in _CLOS_ONLY:
        if name in network.model_fields_set and getattr(network, name) != type(network).model_fields[name].default:
            why = f"a {network.topology} has no {name.replace('_', ' ')}"
            findings.add(f"{path}.{name}", why, f"leave '{name}' away, or use 'topology: clos'")
    if network.topology == "torus" and int(network.rails) != TORUS_PORTS:
        why = f"a node of a torus has {TORUS_PORTS} ports, not {network.rails}"
        findings.add(f"{path}.rails", why, f"give {TORUS_PORTS} rails")
