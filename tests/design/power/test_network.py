"""Load flow and short circuits against pandapower, on a campus of 124 buses: 138/34.5/0.48 kV, 60 units of 3.75 MVA."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gigaloop.core.errors import UsageError
from gigaloop.design.power import campus_network, power_chain
from gigaloop.design.power.fault import correction, dc_fault, fault_levels
from gigaloop.design.power.flow import load_flow
from gigaloop.design.power.network import Bus, Line, Network, Source, Transformer

UNIT_LOAD = complex(2.8e6, 2.8e6 * math.tan(math.acos(0.98)))


def campus_124():
    """Three main transformers of 100 MVA, each with twenty units on cables of 100 to 1,050 m: 168 MW of load."""
    buses, loads = [Bus("grid", 138e3)], [0j]
    branches: list[Line | Transformer] = []
    for section in range(3):
        bar = f"bar {section}"
        buses.append(Bus(bar, 34.5e3))
        loads.append(0j)
        branches.append(Transformer(f"main {section}", "grid", bar, 100e6, 138e3, 34.5e3, 0.10, 300e3, 50e3, 0.002))
        for unit in range(20):
            ring, board, length = f"ring {section}.{unit}", f"board {section}.{unit}", 0.1 + 0.05 * unit
            buses += [Bus(ring, 34.5e3), Bus(board, 480.0)]
            loads += [0j, UNIT_LOAD]
            branches.append(
                Line(f"cable {ring}", bar, ring, 0.115 * length, 0.12 * length, 0.25e-6 * length, 0.09 * length)
            )
            branches.append(Transformer(f"unit {board}", ring, board, 3.75e6, 34.5e3, 480.0, 0.0575, 26e3, 5e3, 0.004))
    return Network(Source("grid", 1.0, 10e9, 0.1), tuple(buses), tuple(branches)), np.array(loads)


def to_pandapower(network, loads, taps=True):
    """Build the same network in pandapower, with or without the taps that short circuits leave out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandapower as pp
    net = pp.create_empty_network(f_hz=network.frequency)
    at = {bus.name: pp.create_bus(net, bus.voltage / 1e3, name=bus.name) for bus in network.buses}
    source = network.source
    pp.create_ext_grid(net, at[source.bus], source.voltage, s_sc_max_mva=source.fault_level / 1e6, rx_max=source.rx)
    for branch in network.branches:
        if isinstance(branch, Line):
            pp.create_line_from_parameters(
                net,
                at[branch.start],
                at[branch.end],
                1.0,
                branch.resistance,
                branch.reactance,
                branch.capacitance * 1e9,
                10.0,
            )
        else:
            pp.create_transformer_from_parameters(
                net,
                at[branch.high],
                at[branch.low],
                branch.rating / 1e6,
                branch.high_voltage * (branch.tap if taps else 1.0) / 1e3,
                branch.low_voltage / 1e3,
                branch.load_loss / branch.rating * 100,
                branch.vk * 100,
                branch.no_load_loss / 1e3,
                branch.magnetising * 100,
                parallel=branch.count,
            )
    for bus, load in zip(network.buses, loads, strict=True):
        if load:
            pp.create_load(net, at[bus.name], load.real / 1e6, load.imag / 1e6)
    return net


def compare(network, loads):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandapower as pp
        import pandapower.shortcircuit as sc

        net = to_pandapower(network, loads)
        pp.runpp(net, tolerance_mva=1e-9, numba=False)
        losses = (net.res_line.pl_mw.sum() + net.res_trafo.pl_mw.sum()) * 1e6
        voltage = net.res_bus.vm_pu.to_numpy()
        net = to_pandapower(network, loads, taps=False)
        net.line["r_ohm_per_km"] = [b.cold_resistance for b in network.branches if isinstance(b, Line)]
        sc.calc_sc(net, case="max", ip=True, topology="radial", lv_tol_percent=10)
    flow, fault = load_flow(network, loads), fault_levels(network)
    assert flow.losses[0] == pytest.approx(losses, rel=1e-3)
    np.testing.assert_allclose(np.abs(flow.voltage[0]), voltage, atol=1e-5)
    np.testing.assert_allclose(fault.current, net.res_bus_sc.ikss_ka.to_numpy() * 1e3, rtol=1e-6)
    np.testing.assert_allclose(fault.peak, net.res_bus_sc.ip_ka.to_numpy() * 1e3, rtol=1e-6)
    return flow, fault


def test_the_campus_of_124_buses_is_solved_as_by_pandapower():
    network, loads = campus_124()
    assert len(network.buses) == 124
    assert loads.sum().real == pytest.approx(168e6)
    flow, fault = compare(network, loads)
    # Another campus of the same make, with cable data of its own, had 1.795 MW and 79.4 kA.
    assert flow.losses[0] == pytest.approx(1.795e6, rel=0.05)
    assert fault.current[-1] == pytest.approx(79.4e3, rel=0.02)


def test_a_campus_as_sized_is_solved_as_by_pandapower(catalogue):
    ids = [
        "mv-switchgear",
        "mv-transformer",
        "ups-double-conversion",
        "busway-415v",
        "power-shelf-33kw",
        "dcdc-54v-12v",
    ]
    converters = {id_: catalogue.converter(id_) for id_ in ids}
    chain = power_chain(list(converters.values()), 132e3, 264e3, 8.0)
    campus = campus_network(
        chain,
        converters,
        catalogue.converter("substation-transformer"),
        racks=18 * 20,
        blocks=20,
        spare=5,
        redundancy="N+1",
        block_power=2.5e6,
        other_load=6e6,
        medium_voltage=13.8e3,
    )
    plan = campus.plan
    drawn = complex(plan.unit_load, plan.unit_load * math.tan(math.acos(plan.power_factor)))
    units = {f"board {unit + 1}": unit for unit in range(plan.units)}
    loads = np.array(
        [drawn if bus.name in units and not plan.is_idle(units[bus.name]) else 0j for bus in campus.network.buses]
    )
    flow, _ = compare(campus.network, loads)
    np.testing.assert_allclose(flow.voltage, campus.flow.voltage)


def test_transformers_off_their_bus_voltage_and_in_parallel_are_solved_as_by_pandapower():
    network = Network(
        Source("a", 1.02, 500e6, 0.2),
        (Bus("a", 34.5e3), Bus("b", 13.8e3), Bus("c", 13.8e3), Bus("d", 480.0)),
        (
            # The rated voltages differ from the nominal; buses are listed from the far end on purpose.
            Transformer("t2", "c", "d", 2.5e6, 13.2e3, 480.0, 0.06, 20e3, 3e3, 0.004, count=3),
            Line("cable", "b", "c", 0.12, 0.15, 2e-6, 0.1),
            Transformer("t1", "a", "b", 20e6, 34.5e3, 14.4e3, 0.09, 90e3, 12e3, 0.003),
        ),
    )
    compare(network, np.array([0j, 3e6 + 1e6j, 0j, 6e6 + 2e6j]))


@settings(max_examples=25)
@given(scale=st.lists(st.floats(0.0, 1.2), min_size=3, max_size=3))
def test_power_balances_at_every_load(scale):
    network, loads = campus_124()
    cases = np.array(scale)[:, None] * loads
    flow = load_flow(network, cases)
    assert flow.voltage.shape == (3, 124)
    np.testing.assert_allclose(flow.source_power.real, cases.sum(axis=1).real + flow.losses, rtol=1e-6)
    assert np.all(flow.loss > -1e-3)
    order = np.argsort(scale)
    assert np.all(np.diff(np.abs(flow.voltage[order, -1])) <= 1e-12)
    # Each case is what it is alone.
    np.testing.assert_allclose(load_flow(network, cases[1]).voltage[0], flow.voltage[1], atol=1e-9)


def test_without_load_only_the_cores_lose():
    network, loads = campus_124()
    flow = load_flow(network, np.zeros_like(loads))
    assert flow.losses[0] == pytest.approx(3 * 50e3 + 60 * 5e3, rel=0.02)


def test_a_stiff_grid_at_the_fault_has_no_limit_and_behind_a_transformer_the_transformer_s():
    network = Network(
        Source("a"),
        (Bus("a", 34.5e3), Bus("b", 480.0)),
        (Transformer("t", "a", "b", 3.75e6, 34.5e3, 480.0, 0.0575, 26e3, 5e3),),
    )
    fault = fault_levels(network)
    assert math.isinf(fault.current[0])
    rated = 3.75e6 / (math.sqrt(3) * 480.0)
    # c / (K_T z) with c and K_T of IEC 60909-0 over the impedance voltage.
    assert fault.current[1] == pytest.approx(1.1 * rated / 0.0575 / (0.95 * 1.1 / (1 + 0.6 * 0.0575)), rel=1e-3)


@pytest.mark.parametrize(("resistance", "rings"), [(2e-3, True), (50e-3, False)])
def test_a_dc_fault_is_the_discharge_of_the_capacitors(resistance, rings):
    voltage, capacitance, inductance = 800.0, 20e-3, 2e-6
    fault = dc_fault(voltage, capacitance, resistance, inductance, 2000.0)
    assert (fault.damping < 1.0) == rings
    # Against steps of the circuit: L di/dt = v - R i, C dv/dt = -i.
    step, current, charge, peak = 1e-8, 0.0, voltage, 0.0
    for _ in range(60000):
        current += step * (charge - resistance * current) / inductance
        charge -= step * current / capacitance
        peak = max(peak, current)
    assert fault.discharge_peak == pytest.approx(peak, rel=2e-3)
    assert fault.energy == pytest.approx(6400.0)
    assert fault.peak == fault.discharge_peak + fault.sustained == fault.discharge_peak + 2000.0


def test_critical_damping_is_the_limit_of_both():
    critical = 2.0 * math.sqrt(2e-6 / 20e-3)
    peaks = [dc_fault(800.0, 20e-3, critical * factor, 2e-6, 0.0).discharge_peak for factor in (0.999, 1.0, 1.001)]
    assert peaks[0] > peaks[1] > peaks[2]
    assert peaks[0] == pytest.approx(peaks[2], rel=2e-3)


def bad(buses, *branches, source="a"):
    return Network(
        Source(source),
        tuple(Bus(name, 480.0) for name in buses),
        tuple(Line(f"{a}{b}", a, b, 0.01, 0.01) for a, b in branches),
    )


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (bad("ab", "ab", source="x"), "the source feeds 'x', which is no bus"),
        (bad("aab", "ab", "ab"), "same name"),
        (bad("abc", "ab"), "no radial network"),
        (bad("abc", "ab", "ab"), "closes a loop"),
        (bad("abcd", "ab", "cd", "cd"), "bus 'c' is not fed"),
        (bad("ab", "ax"), "ends at 'x', which is no bus"),
        (
            Network(Source("a"), (Bus("a", 480.0), Bus("b", 400.0)), (Line("l", "a", "b", 0.1, 0.1),)),
            "joins two voltages",
        ),
    ],
)
def test_a_network_that_is_no_tree_is_refused(network, message):
    with pytest.raises(UsageError, match=message):
        load_flow(network, np.zeros(len(network.buses)))


def test_loads_that_no_voltage_carries_are_refused():
    network = bad("ab", "ab")
    with pytest.raises(UsageError, match="no voltages carry the loads"):
        load_flow(network, [0, 50e6])
    with pytest.raises(UsageError, match="loads for 3 buses do not fit a network of 2"):
        load_flow(network, [0, 1, 2])
    with pytest.raises(UsageError, match="no bus 'z'"):
        network.index("z")


# IEC TR 60909-4:2021 (and 2000), clause 3, the low-voltage example: network feeder of 20 kV and 10 kA with R/X of 0.1,
# transformers of 20/0.41 kV. Rating [VA], load loss [W], and corrected impedance at 0.41 kV [mohm] with c of 1.05.
WORKED = ((630e3, 6.5e3, 2.684 + 10.054j), (400e3, 4.6e3, 4.712 + 15.698j))


@pytest.mark.parametrize(("rating", "loss", "impedance"), WORKED)
def test_a_transformer_is_corrected_as_in_the_worked_example_of_the_standard(rating, loss, impedance):
    """The example takes c of 1.05 at low voltage, this package 1.1, so the correction is larger by that ratio."""
    unit = Transformer("t", "h", "l", rating, 20e3, 410.0, 0.04, loss, 0.0)
    ohms = unit.impedance * 410.0**2 / rating * correction(unit) * 1e3
    assert ohms * 1.05 / 1.1 == pytest.approx(impedance, rel=2e-4)


def test_a_fault_behind_it_is_that_of_its_ohms():
    """Feeder of the example at 0.41 kV: 0.053 + j0.531 mohm; the bus of 400 V sees it and the transformer in series."""
    rating, loss, corrected = WORKED[0]
    network = Network(
        Source("q", 1.0, math.sqrt(3.0) * 20e3 * 10e3, 0.1),
        (Bus("q", 20e3), Bus("f", 400.0)),
        (Transformer("t", "q", "f", rating, 20e3, 410.0, 0.04, loss, 0.0),),
    )
    found = fault_levels(network)
    assert found.current[0] == pytest.approx(10e3, rel=1e-9)
    ohms = (0.0531 + 0.5312j + corrected * 1.1 / 1.05) * 1e-3
    assert found.current[1] == pytest.approx(1.1 * 400.0 / (math.sqrt(3.0) * abs(ohms)), rel=5e-4)
    assert found.rx[1] == pytest.approx(ohms.real / ohms.imag, rel=5e-4)
