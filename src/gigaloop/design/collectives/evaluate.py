"""Times of all regimes of a collective: latency of steps plus volume over bandwidth, for arrays.

Every pair of algorithm and protocol is a row of coefficients; one expression over all rows gives their times. With n
accelerators, d of them in each of k domains, message S:

    latency  = launch + base + inside (r (n - k) + t (d - 1)) + across (r' (k - 1) + l log2 k + o [k > 1]) + fill
    transfer = max(S v / (B e), S w / (p N e')) (both added up where phases do not overlap)

v and w are the volumes that an accelerator moves inside its domain and that a domain moves over its p network ports.
"""

from __future__ import annotations

import numpy as np

from gigaloop.design.collectives import priors
from gigaloop.design.collectives.priors import Constants, FloatArray
from gigaloop.design.collectives.regimes import Table
from gigaloop.design.collectives.system import System

EIGHT = 8.0
"""Accelerators of the domain that the constants of reduction in switches are stated for."""

_LOW = np.array(priors.LL_SHARES)


def regime_times(
    rows: Table,
    system: System,
    size: FloatArray,
    group: FloatArray,
    constants: Constants,
    contention: FloatArray,
) -> FloatArray:
    """Give the time of every regime (..., r) [s]; infinite where the machine cannot run it.

    Parameters
    ----------
    system
        A machine, or a column of them that broadcasts with the sizes.
    size, group, contention
        Message [B], accelerators, and how much slower the network is than without others (...).
    """
    c, links, n, size = constants, system.columns, group[..., None], size[..., None]
    domains = np.ceil(n / links.domain)
    d = n / domains
    several = domains > 1.0
    eighths = d / EIGHT

    latency = c.inside * (rows.ring_inside * (n - domains) + rows.tree_inside * (d - 1.0))
    filled = (np.maximum(c.switch_fill * np.sqrt(eighths), 1.0) - 1.0) * size / (size + priors.FILLED) + 1.0
    latency = latency + rows.base + (priors.SWITCH_LATENCY * filled * rows.fill + c.launch)

    low = _LOW[np.minimum(domains, 3.0).astype(np.intp) - 1] - 1.0
    reduction = c.switch * links.switch_share * eighths ** (1.0 - c.switch_growth)
    rate = links.scale_up * rows.share * (1.0 + rows.low_latency * low) * np.where(rows.switch, reduction, c.ring)
    if links.mesh is not None:
        rate = rate * np.where(links.mesh, (d - 1.0) / np.maximum(links.domain - 1.0, 1.0), 1.0)
    constant, over_n, over_d, over_k = rows.volumes
    volumes = size * np.maximum(constant + over_n / n + over_d / d + over_k / domains, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        transfer = volumes[..., : len(rows.names)] / rate
    if several.any():
        steps = rows.ring_across * (domains - 1.0) + rows.levels * np.log2(domains) + several * rows.one
        latency = latency + c.across * steps
        across = np.where(several, _across(rows, c, volumes, n, d, domains, contention[..., None] / links.port), 0.0)
        transfer = np.maximum(transfer, across) + rows.serial * np.minimum(transfer, across)
    barred = np.where(several, rows.one_domain, rows.many_domains)
    barred = barred | (rows.switch & links.no_switch) | (rows.network & links.no_network)
    return np.where(barred, np.inf, np.where(n > 1.0, latency + transfer, 0.0))


def _across(
    rows: Table, c: Constants, volumes: FloatArray, n: FloatArray, d: FloatArray, domains: FloatArray, slow: FloatArray
) -> FloatArray:
    """Give the time on the network (..., r) [s]: what a domain sends over its ports, or one message for each peer."""
    ports = rows.few * np.minimum(max(c.ports, EIGHT), d) + rows.every * d + rows.own
    share = (c.network_ring + rows.tree * (c.network_tree - c.network_ring)) * rows.across_share
    passes = 1.0 - 0.5 * rows.tree * (domains <= 2.0)
    across = volumes[..., len(rows.names) :] * passes * slow / (ports * share)
    return np.asarray(np.maximum(across, rows.post_each * (n - d) + rows.post_domain * (domains - 1.0)))


def bus_factor(collective: str, group: FloatArray) -> FloatArray:
    """Give what nccl-tests multiplies message over time by, for the bandwidth of the bus.

    Source: https://github.com/NVIDIA/nccl-tests doc/PERFORMANCE.md: 2 (n - 1) / n of an all-reduce, (n - 1) / n of a
    reduce-scatter, all-gather and all-to-all, 1 of a broadcast and of send and receive. The message of an all-gather
    is what each accelerator ends up with, of a reduce-scatter what each starts with.

    >>> float(bus_factor("all_reduce", np.array(8.0)))
    1.75
    """
    passes = {"all_reduce": 2.0, "broadcast": 0.0, "send_recv": 0.0}.get(collective, 1.0)
    if not passes:
        return np.ones_like(group)
    return np.asarray(passes * (group - 1.0) / group)
