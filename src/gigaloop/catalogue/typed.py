"""Access to entries by kind with their own types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeVar

from gigaloop.catalogue.entry import Entry
from gigaloop.catalogue.kinds import (
    Accelerator,
    Agreement,
    Capex,
    ClimateStation,
    Converter,
    CoolingEquipment,
    Electricity,
    Facility,
    FacilityArchitecture,
    Factory,
    GridRequirement,
    Incentive,
    Interconnect,
    LanguageModel,
    LeadTime,
    LoadProfile,
    Metric,
    Part,
    PerformanceConstant,
    Pledge,
    PowerEquipment,
    Rack,
    Reliability,
    ServingConstant,
    ServingStack,
    Site,
    SiteResponse,
    SoftwareStack,
    Switch,
)

E = TypeVar("E", bound=Entry)


class TypedAccess(ABC):
    """One method per kind; each raises :class:`~gigaloop.core.errors.CatalogueError` for an id that it lacks."""

    @abstractmethod
    def get(self, model: type[E], id_: str) -> E:
        """Give the entry of a kind with an id."""

    def accelerator(self, id_: str) -> Accelerator:
        """Give an accelerator."""
        return self.get(Accelerator, id_)

    def rack(self, id_: str) -> Rack:
        """Give a rack product."""
        return self.get(Rack, id_)

    def switch(self, id_: str) -> Switch:
        """Give a switch."""
        return self.get(Switch, id_)

    def interconnect(self, id_: str) -> Interconnect:
        """Give a transceiver, cable or optical part."""
        return self.get(Interconnect, id_)

    def converter(self, id_: str) -> Converter:
        """Give an element of the power chain."""
        return self.get(Converter, id_)

    def power_equipment(self, id_: str) -> PowerEquipment:
        """Give electrical equipment of a site."""
        return self.get(PowerEquipment, id_)

    def cooling_equipment(self, id_: str) -> CoolingEquipment:
        """Give cooling plant."""
        return self.get(CoolingEquipment, id_)

    def grid_requirement(self, id_: str) -> GridRequirement:
        """Give what a utility asks of a large load."""
        return self.get(GridRequirement, id_)

    def site_response(self, id_: str) -> SiteResponse:
        """Give how a site answers to a load that moves."""
        return self.get(SiteResponse, id_)

    def performance_constant(self, id_: str) -> PerformanceConstant:
        """Give a fitted constant of training steps."""
        return self.get(PerformanceConstant, id_)

    def software_stack(self, id_: str) -> SoftwareStack:
        """Give how far a software stack departs from the equations."""
        return self.get(SoftwareStack, id_)

    def language_model(self, id_: str) -> LanguageModel:
        """Give a language model."""
        return self.get(LanguageModel, id_)

    def load_profile(self, id_: str) -> LoadProfile:
        """Give how a kind of work loads its racks over time."""
        return self.get(LoadProfile, id_)

    def reliability(self, id_: str) -> Reliability:
        """Give how often a fleet fails, and how long it takes to go on."""
        return self.get(Reliability, id_)

    def serving_constant(self, id_: str) -> ServingConstant:
        """Give a fitted constant of serving."""
        return self.get(ServingConstant, id_)

    def serving_stack(self, id_: str) -> ServingStack:
        """Give how far a library that serves departs from the equations."""
        return self.get(ServingStack, id_)

    def facility_architecture(self, id_: str) -> FacilityArchitecture:
        """Give how a class of facilities is built."""
        return self.get(FacilityArchitecture, id_)

    def facility(self, id_: str) -> Facility:
        """Give a facility that runs."""
        return self.get(Facility, id_)

    def part(self, id_: str) -> Part:
        """Give a part."""
        return self.get(Part, id_)

    def lead_time(self, id_: str) -> LeadTime:
        """Give a lead time."""
        return self.get(LeadTime, id_)

    def factory(self, id_: str) -> Factory:
        """Give a factory."""
        return self.get(Factory, id_)

    def site(self, id_: str) -> Site:
        """Give a data-centre campus."""
        return self.get(Site, id_)

    def electricity(self, id_: str) -> Electricity:
        """Give the electricity of a state."""
        return self.get(Electricity, id_)

    def climate_station(self, id_: str) -> ClimateStation:
        """Give a weather station with its typical year."""
        return self.get(ClimateStation, id_)

    def incentive(self, id_: str) -> Incentive:
        """Give an incentive, tax rule or tariff."""
        return self.get(Incentive, id_)

    def capex(self, id_: str) -> Capex:
        """Give a cost."""
        return self.get(Capex, id_)

    def agreement(self, id_: str) -> Agreement:
        """Give an agreement."""
        return self.get(Agreement, id_)

    def pledge(self, id_: str) -> Pledge:
        """Give a pledge."""
        return self.get(Pledge, id_)

    def metric(self, id_: str) -> Metric:
        """Give a published effect."""
        return self.get(Metric, id_)
