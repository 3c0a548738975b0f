import pytest

from gigaloop.design.cooling import CduRating, coolant_flow
from gigaloop.design.fluids import Coolant, coolant_state
from gigaloop.design.records import CoolingNeed


@pytest.fixture
def make_need():
    """Give the need of a rack: 132 kW to PG25 at 45 degC and 10 K rise, eight racks to a unit."""

    def make(
        heat: float = 132e3,
        rise: float = 10.0,
        racks: float = 8.0,
        coolant: Coolant = "PG25",
        drop: float | None = 120e3,
    ) -> CoolingNeed:
        supply = 318.15
        flow = coolant_flow(heat, rise, coolant, supply)
        state = coolant_state(coolant, supply + rise / 2.0)
        return CoolingNeed(
            coolant=coolant,
            liquid_heat=heat,
            air_heat=0.0,
            flow=flow,
            supply_temperature=supply,
            return_temperature=supply + rise,
            density=state.density,
            specific_heat=state.specific_heat,
            hydraulic_power=None,
            racks_per_cdu=racks,
            cdu_heat=heat * racks,
            cdu_flow=flow * racks,
            cdus_per_su=1,
            pressure_drop=drop,
        )

    return make


@pytest.fixture
def unit() -> CduRating:
    """Give a unit of 1.3 MW at 1.5 L/min/kW on both sides and an approach of 3 K."""
    return CduRating(1.3e6, 0.0325, 0.0325, 3.0, external_pressure=300e3)
