"""Reduction in the network is what the generation states."""

from dataclasses import replace

from gigaloop.design import design_generation
from gigaloop.design.collectives import collective_times, system_of


def test_reduction_in_the_network_shortens_an_all_reduce_over_several_domains(small, catalogue):
    fabric = design_generation(small, small.generations[0], catalogue).fabric
    reducing = replace(fabric, in_network_reduction=True)
    group = 20.0 * fabric.scale_up.accelerators
    plain, reduced = (collective_times(system_of(each), "all_reduce", 2.0**30, group) for each in (fabric, reducing))
    assert float(reduced.time) < float(plain.time)
