"""What of a training job's time is training, as its programme says that it recovers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from gigaloop.design.goodput.effective import goodput
from gigaloop.design.goodput.rates import fleet_rates
from gigaloop.design.performance.machine import Machine
from gigaloop.design.records.goodput import Goodput
from gigaloop.design.transformer import Transformer, parameters
from gigaloop.programme.schema import Generation

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.programme.schema.workload import Training

FLEET = "training-fleet"
"""Entry of the catalogue's reliability that jobs are held to."""

STATE_BYTES = 14.0
"""Of a parameter in a checkpoint: 16-bit weight, 32-bit weight and two moments [B]. Source: Rajbhandari et al., ZeRO,
arXiv:1910.02054, section 3.1, without the gradient."""


def job_goodput(
    catalogue: Catalogue,
    generation: Generation,
    training: Training,
    model: Transformer,
    machine: Machine,
    accelerators: ArrayLike | None = None,
) -> Goodput:
    """Give what of the time of a job is training, by the catalogue's reliability.

    Parameters
    ----------
    accelerators
        Jobs of other sizes, which keep the size of a replica, where there are several, and the share of spares; the
        job's own where not given.

    Notes
    -----
    Checkpoints of adapters alone are small; their size is left at nothing.
    """
    own, recovery = float(training.accelerators), training.recovery
    replicas = float(recovery.replicas)
    n = np.asarray(own if accelerators is None else accelerators, dtype=np.float64)
    domain = float(np.asarray(machine.domain))
    return goodput(
        n,
        0.0 if training.adapters else STATE_BYTES * float(parameters(model)),
        fleet_rates(catalogue.reliability(FLEET)),
        memory=float(np.asarray(machine.hbm)),
        checkpoint=recovery.checkpoints,
        storage=np.inf if recovery.storage is None else float(recovery.storage),
        host_accelerators=float(generation.accelerators_per_rack) / float(generation.scale_out.nodes_per_rack),
        domain=np.minimum(domain, n),
        spare_domains=None if recovery.spares is None else np.round(float(recovery.spares) * n / own),
        replicas=np.maximum(replicas * n / own, 1.0) if replicas > 1.0 else 1.0,
    )
