"""What all records of a programme share: identity, notes, evidence, and references to other records."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, WithJsonSchema, field_validator

from gigaloop.core.evidence import EvidenceKind, is_evidence_date


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a text as the id of a record in one of the sections (or kinds, for the catalogue) named."""

    sections: tuple[str, ...]
    catalogue: bool = False
    hint: str = ""
    """What to do where nothing near is known."""


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
"""Lower-case letters, digits, ``-`` and ``_``: ids are the steps of a path such as ``sites.abilene.pue``."""

State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

PartRef = Annotated[str, Ref(("parts",))]
GenerationRef = Annotated[str, Ref(("generations",))]
SiteRef = Annotated[str, Ref(("sites",))]
FactoryRef = Annotated[str, Ref(("factories",))]
SupplierRef = Annotated[str, Ref(("suppliers",))]
PlaceRef = Annotated[str, Ref(("factories", "sites", "suppliers"))]
ContractRef = Annotated[str, Ref(("contracts",))]
ClaimRef = Annotated[str, Ref(("claims",))]
AcceleratorRef = Annotated[str, Ref(("accelerator",), catalogue=True)]
ConverterRef = Annotated[str, Ref(("converter",), catalogue=True)]
ArchitectureRef = Annotated[str, Ref(("facility_architecture",), catalogue=True)]
SwitchRef = Annotated[str, Ref(("switch",), catalogue=True)]
NetworkEntryRef = Annotated[str, Ref(("interconnect", "switch"), catalogue=True)]
InterconnectRef = Annotated[str, Ref(("interconnect",), catalogue=True)]
LanguageModelRef = Annotated[str, Ref(("language_model",), catalogue=True)]
LoadProfileRef = Annotated[str, Ref(("load_profile",), catalogue=True)]
ClimateStationRef = Annotated[
    str,
    Ref(
        ("climate_station",),
        catalogue=True,
        hint="see 'gigaloop catalogue list climate_station', or give the EPW file of another station as "
        "'facility.weather_file' and no 'climate_station'",
    ),
]
ElectricityRef = Annotated[str, Ref(("electricity",), catalogue=True)]
SubjectRef = Annotated[str, Ref(("generations", "factories", "sites", "suppliers", "contracts"))]


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True, arbitrary_types_allowed=True
    )


class Source(Record):
    """Evidence for a record as a whole: what its texts, dates and statuses rest on."""

    source: str
    date: Annotated[str, WithJsonSchema({"type": ["string", "integer"]})]
    kind: EvidenceKind
    note: str = ""

    @field_validator("date", mode="before")
    @classmethod
    def _year(cls, value: object) -> object:
        return str(value) if type(value) is int else value

    @field_validator("date")
    @classmethod
    def _iso(cls, value: str) -> str:
        if not is_evidence_date(value):
            raise ValueError(f"'{value}' is no date of evidence; write e.g. 2025, 2025-Q2, 2025-10 or 2025-10-31")
        return value


class Named(Record):
    """A record with an id that others can refer to."""

    id: Id
    name: str
    note: str = ""
    evidence: tuple[Source, ...] = ()


class Window(Record):
    """A span of days; ``until`` is the first day that no longer counts."""

    start: dt.date
    until: dt.date | None = None
