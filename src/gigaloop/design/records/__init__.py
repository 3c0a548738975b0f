"""What the design engine gives: frozen records in SI floats, per rack unless a name says otherwise."""

from gigaloop.design.records.cables import (
    BeyondReach,
    CableSchedule,
    FabricBill,
    FabricItemLine,
    FabricMedia,
    Medium,
    MediumEnd,
    RefusedMedium,
)
from gigaloop.design.records.checks import Check, Sense, Severity
from gigaloop.design.records.cooling import CoolingNeed
from gigaloop.design.records.design import Design
from gigaloop.design.records.dynamics import Dynamics, SwingStorage
from gigaloop.design.records.fabric import DeviceKind, Fabric, Links, NetworkDesign, Plane, ScaleUpDomain
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
from gigaloop.design.records.floor import RACK_KINDS, FloorPlan, TrayFill
from gigaloop.design.records.loops import HeatReuse, Isolation, LoopDesign, Loops, PipeRun, PressureItem, PumpSet
from gigaloop.design.records.network import Network
from gigaloop.design.records.oneline import OneLine, OneLineKind, OneLineNode
from gigaloop.design.records.power import ChainStage, PowerRollup
from gigaloop.design.records.product import BusbarDrop, LineState, Placement, RackProduct, ShelfState
from gigaloop.design.records.rack import BomRow, BomTable, Elevation, Input, RackCost, RackUnit
from gigaloop.design.records.service import COLLECTIVES, CollectiveTimes, Resilience
from gigaloop.design.records.trade import TradeSpace
from gigaloop.design.records.work import WorkloadPerformance

__all__ = [
    "COLLECTIVES",
    "END_USES",
    "RACK_KINDS",
    "AnnualFigures",
    "Band",
    "BeyondReach",
    "BlockPlan",
    "BomRow",
    "BomTable",
    "BusbarDrop",
    "CableSchedule",
    "ChainStage",
    "Check",
    "CollectiveTimes",
    "CoolingNeed",
    "Design",
    "DeviceKind",
    "Dynamics",
    "Elevation",
    "EnergisationStage",
    "EquipmentLine",
    "Fabric",
    "FabricBill",
    "FabricItemLine",
    "FabricMedia",
    "Facility",
    "FloorPlan",
    "HeatReuse",
    "Input",
    "Isolation",
    "LineState",
    "Links",
    "LoopDesign",
    "LoopPoint",
    "Loops",
    "LostPower",
    "Medium",
    "MediumEnd",
    "Monthly",
    "Network",
    "NetworkDesign",
    "OneLine",
    "OneLineKind",
    "OneLineNode",
    "OrderStep",
    "PartLoad",
    "PipeRun",
    "Placement",
    "Plane",
    "PowerRollup",
    "PressureItem",
    "PumpSet",
    "RackCost",
    "RackProduct",
    "RackUnit",
    "RefusedMedium",
    "Resilience",
    "ScaleUpDomain",
    "Sense",
    "Severity",
    "ShelfState",
    "SwingStorage",
    "TradeSpace",
    "TrayFill",
    "WeatherNote",
    "WorkloadPerformance",
    "YearProfile",
]
