"""What the design engine gives: frozen records in SI floats, per rack unless a name says otherwise."""

from gigaloop.design.records.checks import Check, Sense, Severity
from gigaloop.design.records.cooling import CoolingNeed
from gigaloop.design.records.design import Design
from gigaloop.design.records.dynamics import Dynamics, SwingStorage
from gigaloop.design.records.fabric import FabricCounts
from gigaloop.design.records.facility import (
    END_USES,
    AnnualFigures,
    Band,
    BlockPlan,
    EnergisationStage,
    EquipmentLine,
    Facility,
    LoopPoint,
    LostPower,
    Monthly,
    OrderStep,
    PartLoad,
    WeatherNote,
    YearProfile,
)
from gigaloop.design.records.loops import HeatReuse, Isolation, LoopDesign, Loops, PipeRun, PressureItem, PumpSet
from gigaloop.design.records.oneline import OneLine, OneLineKind, OneLineNode
from gigaloop.design.records.power import ChainStage, PowerRollup
from gigaloop.design.records.product import BusbarDrop, LineState, Placement, RackProduct, ShelfState
from gigaloop.design.records.rack import BomRow, BomTable, Elevation, Input, RackCost, RackUnit
from gigaloop.design.records.trade import TradeSpace
from gigaloop.design.records.work import WorkloadPerformance

__all__ = [
    "END_USES",
    "AnnualFigures",
    "Band",
    "BlockPlan",
    "BomRow",
    "BomTable",
    "BusbarDrop",
    "ChainStage",
    "Check",
    "CoolingNeed",
    "Design",
    "Dynamics",
    "Elevation",
    "EnergisationStage",
    "EquipmentLine",
    "FabricCounts",
    "Facility",
    "HeatReuse",
    "Input",
    "Isolation",
    "LineState",
    "LoopDesign",
    "LoopPoint",
    "Loops",
    "LostPower",
    "Monthly",
    "OneLine",
    "OneLineKind",
    "OneLineNode",
    "OrderStep",
    "PartLoad",
    "PipeRun",
    "Placement",
    "PowerRollup",
    "PressureItem",
    "PumpSet",
    "RackCost",
    "RackProduct",
    "RackUnit",
    "Sense",
    "Severity",
    "ShelfState",
    "SwingStorage",
    "TradeSpace",
    "WeatherNote",
    "WorkloadPerformance",
    "YearProfile",
]
