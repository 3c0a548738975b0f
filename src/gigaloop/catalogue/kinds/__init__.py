"""The kinds of entries, one model each, and the table that names them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gigaloop.catalogue.entry import Entry
from gigaloop.catalogue.kinds.climate import ClimateStation
from gigaloop.catalogue.kinds.compute import Accelerator, Rack
from gigaloop.catalogue.kinds.cooling import CoolingEquipment
from gigaloop.catalogue.kinds.deals import Agreement, Pledge
from gigaloop.catalogue.kinds.facility import Facility, FacilityArchitecture, Hall, PathStage
from gigaloop.catalogue.kinds.load import GridRequirement, LoadProfile, SiteResponse
from gigaloop.catalogue.kinds.model import LanguageModel
from gigaloop.catalogue.kinds.money import Capex, Incentive, Metric
from gigaloop.catalogue.kinds.network import Interconnect, Switch
from gigaloop.catalogue.kinds.performance import PerformanceConstant, ServingConstant, ServingStack, SoftwareStack
from gigaloop.catalogue.kinds.places import CapacityPrice, Electricity, EnergyPrice, Factory, Site, SiteStep
from gigaloop.catalogue.kinds.power import Converter, EfficiencyPoint, PowerEquipment
from gigaloop.catalogue.kinds.reliability import Reliability
from gigaloop.catalogue.kinds.supply import LeadTime, Part

KINDS: Mapping[str, type[Entry]] = MappingProxyType(
    {
        model.kind: model
        for model in (
            Accelerator,
            Rack,
            Switch,
            Interconnect,
            Converter,
            PowerEquipment,
            CoolingEquipment,
            LanguageModel,
            LoadProfile,
            GridRequirement,
            SiteResponse,
            PerformanceConstant,
            ServingConstant,
            ServingStack,
            SoftwareStack,
            Reliability,
            FacilityArchitecture,
            Facility,
            Part,
            LeadTime,
            Factory,
            Site,
            Electricity,
            ClimateStation,
            Incentive,
            Capex,
            Agreement,
            Pledge,
            Metric,
        )
    }
)
"""Models by the name of their kind, in the order in which people look for them."""

__all__ = [
    "KINDS",
    "Accelerator",
    "Agreement",
    "CapacityPrice",
    "Capex",
    "ClimateStation",
    "Converter",
    "CoolingEquipment",
    "EfficiencyPoint",
    "Electricity",
    "EnergyPrice",
    "Facility",
    "FacilityArchitecture",
    "Factory",
    "GridRequirement",
    "Hall",
    "Incentive",
    "Interconnect",
    "LanguageModel",
    "LeadTime",
    "LoadProfile",
    "Metric",
    "Part",
    "PathStage",
    "PerformanceConstant",
    "Pledge",
    "PowerEquipment",
    "Rack",
    "Reliability",
    "ServingConstant",
    "ServingStack",
    "Site",
    "SiteResponse",
    "SiteStep",
    "SoftwareStack",
    "Switch",
]
