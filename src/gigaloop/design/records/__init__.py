"""What the design engine gives: frozen records in SI floats, per rack unless a name says otherwise."""

from gigaloop.design.records.checks import Check, Sense, Severity
from gigaloop.design.records.cooling import CoolingNeed
from gigaloop.design.records.design import Design
from gigaloop.design.records.fabric import FabricCounts
from gigaloop.design.records.facility import (
    END_USES,
    AnnualFigures,
    Band,
    BlockPlan,
    EquipmentLine,
    Facility,
    LoopPoint,
    Monthly,
    PartLoad,
    WeatherNote,
    YearProfile,
)
from gigaloop.design.records.power import ChainStage, PowerRollup
from gigaloop.design.records.rack import BomRow, BomTable, Elevation, Input, RackCost, RackUnit
from gigaloop.design.records.work import WorkloadPerformance

__all__ = [
    "END_USES",
    "AnnualFigures",
    "Band",
    "BlockPlan",
    "BomRow",
    "BomTable",
    "ChainStage",
    "Check",
    "CoolingNeed",
    "Design",
    "Elevation",
    "EquipmentLine",
    "FabricCounts",
    "Facility",
    "Input",
    "LoopPoint",
    "Monthly",
    "PartLoad",
    "PowerRollup",
    "RackCost",
    "RackUnit",
    "Sense",
    "Severity",
    "WeatherNote",
    "WorkloadPerformance",
    "YearProfile",
]
