"""Efficiency constants of training steps: few, physical, each with what is known of it before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

from gigaloop.design.performance.machine import ARCHITECTURES, PRECISIONS

Table = tuple[float, ...]

MATRIX_SOURCE = (
    "best of large products in short runs over the dense peak: 0.86 A100, 0.80 H100, 0.78 B200, 0.60 MI300X, 0.74 B200 "
    "in NVFP4 (https://github.com/stas00/ml-engineering compute/accelerator/README.md); less as training sustains it"
)
ATTENTION_SOURCE = (
    "fused attention over the 16-bit dense peak, at best: 0.73 A100 (arXiv:2307.08691), 0.75 H100 (arXiv:2407.08608); "
    "others: estimates like them"
)
EXPONENTIAL_SOURCE = (
    "16-bit products per exponential of the special-function units, per value of the head: peak over 4 times 16 per "
    "clock and multiprocessor (arXiv:2407.08608, section 3.1); an estimate of what does not overlap"
)


@dataclass(frozen=True)
class Constants:
    """What a machine reaches of its peaks, what a call costs, and how much communication hides behind compute.

    Tables are by :data:`~gigaloop.design.performance.machine.ARCHITECTURES`; ``matrix`` has a row of
    :data:`~gigaloop.design.performance.machine.PRECISIONS` for each. The values are those before any fit.
    Source: of each, :data:`PRIORS`.
    """

    matrix: tuple[Table, ...] = (
        (0.84, 0.84, 0.84, 0.84),
        (0.80, 0.75, 0.75, 0.75),
        (0.70, 0.70, 0.68, 0.68),
        (0.64, 0.62, 0.60, 0.62),
        (0.64, 0.62, 0.60, 0.62),
        (0.62, 0.58, 0.55, 0.50),
        (0.65, 0.60, 0.58, 0.50),
        (0.65, 0.60, 0.58, 0.50),
        (0.85, 0.80, 0.80, 0.80),
    )
    """Share of the dense peak that an endless matrix product reaches."""
    attention: Table = (0.74, 0.70, 0.85, 0.85, 0.85, 0.60, 0.65, 0.65, 0.60)
    """Share of the 16-bit peak that the products of fused attention reach, forward, with an endless head."""
    attention_backward: float = 0.82
    """What its backward pass reaches over that."""
    portable: float = 0.55
    """What fused attention by a kernel that was not written for the accelerator reaches over one that was."""
    exponential: Table = (22.0, 30.0, 45.0, 60.0, 40.0, 40.0, 50.0, 50.0, 60.0)
    """Width of a head whose products take as long as what exponentials add, at 16 of these a clock [values]."""
    bandwidth: float = 0.82
    """Share of the memory bandwidth that memory-bound operators reach."""
    wave: float = 0.35
    """Waves of tiles that a matrix product loses to the last one that is not full."""
    prologue: float = 0.9e-6
    """Filling and emptying of a tile's pipeline [s]."""
    wide: float = 0.10
    """Share of the products of an FP4 recipe that stay in 16 bits."""
    power: float = 0.7
    """Power to which compute goes with the thermal design power per dense peak, over that of its architecture; no
    more than 0.8 counts, so that a higher peak at the same power is faster."""
    grouped: float = 0.85
    """What products of experts reach over other products."""
    ragged: float = 40.0
    """Rows that the product of an expert loses to tiles that are not full."""
    imbalance: float = 1.03
    """Tokens of the fullest accelerator's experts over the mean."""
    kernel: float = 1.8e-6
    """Gap between two kernels on the accelerator [s]."""
    host: float = 5.5e-6
    """Time in which the host launches a kernel [s]; it counts where kernels are shorter."""
    routing: float = 60e-6
    """Of a mixture's routing, a pass of a layer, beyond its kernels [s]."""
    routed: float = 20.0
    """Bytes moved, a pass, for each value of a token's copy that goes to an expert: gathered, sorted, padded, weighted,
    brought back."""
    expert_kernels: Table = (2.0, 12.0, 22.0, 22.0)
    """Kernels that the host launches for each expert of an accelerator, forward, by precision."""
    quantise: Table = (0.0, 4.5, 4.0, 6.0)
    """Bytes moved to quantise a value that a matrix product takes, by precision."""
    expert_casts: float = 1.7
    """Those for products of experts over those for others, which are fused with what makes the value."""
    scan: float = 500.0
    """Bytes moved, both passes, for each channel of a Mamba-2 mixer by its convolution, chunked scan and gate."""
    scale_up: float = 0.78
    """Share of the scale-up bandwidth that collectives of a step reach."""
    scale_out: float = 0.80
    """Share of the network bandwidth that collectives of a step reach."""
    all_to_all: float = 0.72
    """Share of the scale-up bandwidth that dispatch and combination of tokens reach."""
    all_to_all_out: float = 0.88
    """Share of the network bandwidth that they reach."""
    call: float = 12e-6
    """Of a collective call [s]."""
    hop: float = 2.2e-6
    """Of a step to a neighbour within the domain [s]."""
    network_hop: float = 12e-6
    """Of a step across domains; a collective takes the logarithm of the domains [s]."""
    hidden_tp: float = 0.65
    """Share of tensor parallelism's collectives that overlap can hide."""
    hidden_cp: float = 0.90
    """Share of context parallelism's."""
    hidden_ep: float = 0.70
    """Share of expert parallelism's."""
    hidden_dp: float = 0.65
    """Share of data parallelism's, once a step."""
    hidden_fsdp: float = 0.92
    """Share of data parallelism's with sharded weights, every micro-batch."""
    hidden_pp: float = 0.80
    """Share of the transfers between pipeline stages."""
    cover: float = 0.75
    """Share of compute that communication can run behind."""
    interference: float = 0.12
    """By how much hidden communication slows the compute before it: seconds for a second hidden."""
    step_overhead: float = 0.012
    """Of a step: host work, gradient norm, data [s]."""
    stragglers: float = 0.004
    """Lengthening of a step with every e-fold of accelerators: the slowest sets the pace."""

    def flat(self) -> Mapping[str, float]:
        """Give every number by its name, such as ``matrix hopper fp8``, for fits and files."""
        out: dict[str, float] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "matrix":
                out |= {
                    f"matrix {kind} {precision}": share
                    for kind, row in zip(ARCHITECTURES, value, strict=True)
                    for precision, share in zip(PRECISIONS, row, strict=True)
                }
            elif isinstance(value, tuple):
                names = PRECISIONS if each.name in BY_PRECISION else ARCHITECTURES
                out |= {f"{each.name} {name}": share for name, share in zip(names, value, strict=True)}
            else:
                out[each.name] = value
        return MappingProxyType(out)

    def with_values(self, values: Mapping[str, float]) -> Constants:
        """Give the constants with some numbers replaced, by the names of :meth:`flat`.

        Examples
        --------
        >>> Constants().with_values({"matrix hopper fp8": 0.7}).flat()["matrix hopper fp8"]
        0.7
        """
        numbers = dict(self.flat())
        unknown = sorted(set(values) - set(numbers))
        if unknown:
            raise KeyError(f"there is no constant '{unknown[0]}'")
        numbers |= values
        changed: dict[str, object] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name == "matrix":
                changed["matrix"] = tuple(
                    tuple(numbers[f"matrix {kind} {precision}"] for precision in PRECISIONS) for kind in ARCHITECTURES
                )
            elif isinstance(value, tuple):
                names = PRECISIONS if each.name in BY_PRECISION else ARCHITECTURES
                changed[each.name] = tuple(numbers[f"{each.name} {name}"] for name in names)
            else:
                changed[each.name] = numbers[each.name]
        return replace(self, **changed)  # type: ignore[arg-type]


BY_PRECISION = ("quantise", "expert_kernels")
"""Tables by precision; the others are by architecture."""

POWER: Table = tuple(
    watts / flops
    for watts, flops in (
        (400.0, 312e12), (350.0, 362e12), (700.0, 989e12), (1200.0, 2450e12), (2300.0, 8333e12), (750.0, 1307e12),
        (1400.0, 2516e12), (1800.0, 10000e12), (700.0, 2307e12),
    )
)  # fmt: skip
"""Thermal design power per dense 16-bit peak that ``matrix`` and ``attention`` hold for, by architecture [W s/FLOP]: of
A100, L40S, H100, GB200, VR200, MI300X, MI355X; MI455X and TPU: estimates. Source: data sheets as in the catalogue."""

TILES: Table = tuple(128.0 * 256.0 * units for units in (108.0, 142.0, 132.0, 148.0, 224.0, 304.0, 256.0, 256.0, 16.0))
"""Results that an accelerator works on at once, by architecture: a tile of 128 by 256 on each multiprocessor, of which
A100 has 108, L40S 142, H100 132, B200 148 (https://docs.nvidia.com/deeplearning/performance), MI300X 304, MI355X 256
(https://rocm.docs.amd.com); VR200, MI455X and TPU: estimates."""


@dataclass(frozen=True)
class Prior:
    """What is known of a constant before anything is fitted."""

    spread: float
    """Standard deviation of its logarithm."""
    source: str


PRIORS: Mapping[str, Prior] = MappingProxyType(
    {
        "matrix": Prior(0.10, MATRIX_SOURCE),
        "attention": Prior(0.15, ATTENTION_SOURCE),
        "attention_backward": Prior(0.10, "arXiv:2307.08691 and arXiv:2407.08608, backward over forward"),
        "portable": Prior(
            0.25, "arXiv:2407.08608: FlashAttention-2 at 35 % of an H100, FlashAttention-3 at up to 75 %"
        ),
        "exponential": Prior(0.30, EXPONENTIAL_SOURCE),
        "bandwidth": Prior(0.10, "https://github.com/stas00/ml-engineering, stream-like kernels over the data sheet"),
        "wave": Prior(0.40, "an estimate: half a wave on average, less where libraries pick smaller tiles"),
        "prologue": Prior(0.40, "an estimate: a few loads from memory"),
        "wide": Prior(0.40, "NVFP4 recipes keep under 16 % of the matrices of layers in BF16, arXiv:2509.25149"),
        "power": Prior(0.20, "the law of clocks under a cap near its top, 0.68 (clocks.LAW)"),
        "grouped": Prior(0.15, "an estimate: products of experts run side by side or in one kernel"),
        "ragged": Prior(0.50, "an estimate: half a tile of 64 to 128 rows, less where counts are aligned"),
        "imbalance": Prior(0.05, "an estimate; benchmarks force balance"),
        "kernel": Prior(0.40, "an estimate from gaps in published traces"),
        "host": Prior(0.40, "an estimate for PyTorch without graphs"),
        "routing": Prior(0.60, "an estimate: counting and sorting of tokens"),
        "routed": Prior(0.30, "gather, sort and weighting counted: 12 bytes; padding and unfused weighting: the rest"),
        "expert_kernels": Prior(
            0.50, "an estimate: one product, casts in both orientations and scales for each matrix"
        ),
        "quantise": Prior(0.35, "reads in 16 bits, writes in both orientations, one more read for a scale by tensor"),
        "expert_casts": Prior(0.30, "an estimate: the value is read again, padded and cast for each expert"),
        "scan": Prior(0.40, "an estimate after arXiv:2405.21060: several kernels over chunks, states in 32 bits"),
        "scale_up": Prior(0.12, "rings as fitted in gigaloop.design.collectives, 0.79"),
        "scale_out": Prior(0.20, "rings as fitted in gigaloop.design.collectives, 0.94 alone, less under load"),
        "all_to_all": Prior(0.20, "https://github.com/deepseek-ai/DeepEP README: 153-158 of 200 GB/s"),
        "all_to_all_out": Prior(0.20, "https://github.com/deepseek-ai/DeepEP README: 43-58 of 50 GB/s, hand-on inside"),
        "call": Prior(0.40, "gigaloop.design.collectives, launch"),
        "hop": Prior(0.40, "gigaloop.design.collectives, steps of low-latency and simple protocols"),
        "network_hop": Prior(0.40, "gigaloop.design.collectives, steps across domains"),
        "hidden_tp": Prior(0.25, "an estimate: a ring of chunks exposes its first"),
        "hidden_cp": Prior(0.10, "an estimate: all but the first exchange run behind attention"),
        "hidden_ep": Prior(0.25, "an estimate"),
        "hidden_dp": Prior(0.20, "an estimate: the last buckets wait, and traffic of the pipeline goes beside"),
        "hidden_fsdp": Prior(0.06, "an estimate: all but the first layer's"),
        "hidden_pp": Prior(0.20, "an estimate"),
        "cover": Prior(0.20, "an estimate"),
        "interference": Prior(0.60, "an estimate: collectives take multiprocessors and bandwidth"),
        "step_overhead": Prior(0.60, "an estimate"),
        "stragglers": Prior(0.50, "an estimate after MegaScale, arXiv:2402.15627"),
    }
)
"""By the first word of a constant's name. Source: of the spreads, estimates, as far as figures differ."""
