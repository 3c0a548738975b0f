"""Quantities: text with a unit becomes an SI float that still knows its unit, price year and evidence.

A :class:`Quantity` *is* a float in the base unit of its dimension, so engines compute with it as with any
number (arithmetic gives plain floats), and what a person wrote can be written back in his own unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Self

from gigaloop.core.errors import Place, QuantityError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.core.units import DIMENSIONS, UNITS, Unit, suggest_unit

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

_TEXT = re.compile(
    r"\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([^\s\d(][^\s(]*)?\s*(?:\((\d{4})\))?\s*"
)


BARE = Unit("1", "number", 1.0)
"""The unit of a pure number."""


class Quantity(float):
    """A number in the base unit of its dimension, with the unit it was written in, price year and evidence.

    >>> power = parse("132 kW", "power")
    >>> power + 0.0, str(power)
    (132000.0, '132 kW')
    """

    __slots__ = ("evidence", "unit", "year")

    unit: Unit
    year: int | None
    evidence: Evidence | None

    def __new__(cls, value: float, unit: Unit, year: int | None = None, evidence: Evidence | None = None) -> Self:
        """Make a quantity from its value in the base unit."""
        self = super().__new__(cls, value)
        self.unit = unit
        self.year = year
        self.evidence = evidence
        return self

    @classmethod
    def of(cls, magnitude: float, symbol: str, year: int | None = None) -> Self:
        """Make a quantity from a number in a unit of the table.

        >>> Quantity.of(2, "MW") == 2e6
        True
        """
        unit = UNITS[symbol]
        return cls(magnitude * unit.factor + unit.offset, unit, year)

    @classmethod
    def count(cls, number: float) -> Self:
        """Make a bare count.

        >>> str(Quantity.count(72))
        '72'
        """
        return cls(number, BARE)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (float(self), self.unit, self.year, self.evidence))

    def __str__(self) -> str:
        return format_quantity(float(self), self.unit, self.year)

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    @property
    def magnitude(self) -> float:
        """The number in the unit that it was written in."""
        return (float(self) - self.unit.offset) / self.unit.factor

    @property
    def bounds(self) -> tuple[float, float]:
        """Low and high end of the range that its evidence states, in the base unit; the value where it states none.

        >>> evidence = Evidence("a data sheet", "2025", EvidenceKind.DATASHEET, low="50 %", high="75 %")
        >>> parse("60 %", "fraction", evidence).bounds
        (0.5, 0.75)
        """
        low, high = (self.evidence.low, self.evidence.high) if self.evidence else ("", "")
        dimension = self.unit.dimension
        return (
            float(parse(low, dimension)) if low else float(self),
            float(parse(high, dimension)) if high else float(self),
        )

    def with_evidence(self, evidence: Evidence | None) -> Quantity:
        """Give the same quantity with other evidence."""
        return Quantity(float(self), self.unit, self.year, evidence)


def format_quantity(value: float, unit: Unit, year: int | None = None) -> str:
    """Write a base-unit value in ``unit`` so that parsing it again gives exactly ``value``.

    >>> format_quantity(132000.0, UNITS["kW"])
    '132 kW'
    """
    magnitude = (value - unit.offset) / unit.factor
    text = f"{magnitude:.15g}"
    for digits in (12, 15, 16, 17):
        text = f"{magnitude:.{digits}g}"
        if float(text) * unit.factor + unit.offset == value:
            break
    symbol = "" if unit.symbol == "1" else f" {unit.symbol}"
    return f"{text}{symbol}" + (f" ({year})" if year is not None else "")


@lru_cache(maxsize=65536)
def _split(text: str) -> tuple[float, str, int | None] | None:
    """Split a text into number, unit symbol and price year; None when it is no quantity at all."""
    match = _TEXT.fullmatch(text)
    if match is None or not match[1]:
        return None
    try:
        number = float(match[1].replace(",", ""))
    except ValueError:
        return None
    return number, match[2] or "", int(match[3]) if match[3] else None


def parse(text: str, dimension: str, evidence: Evidence | None = None) -> Quantity:
    """Read a quantity of the given dimension.

    Parameters
    ----------
    text
        A number and a unit of the closed table, e.g. ``132 kW``, ``1,200 racks/week``, ``3.4 MUSD (2025)``.
    dimension
        Name of the dimension due, a key of :data:`gigaloop.core.units.DIMENSIONS`.
    evidence
        Where the number came from.

    Raises
    ------
    QuantityError
        If the text is no quantity, the unit unknown or of another dimension, or money lacks its price year.

    Examples
    --------
    >>> float(parse("18 weeks", "duration"))
    10886400.0
    >>> parse("45 degC", "temperature") == 318.15
    True
    """
    due = DIMENSIONS[dimension]
    parts = _split(text)
    if parts is None:
        hint = suggest_unit("$") if "$" in text else f"write it like '{due.example}'"
        raise QuantityError(f"'{_short(text)}' is no quantity", hint=hint)
    number, symbol, year = parts
    if not math.isfinite(number):
        raise QuantityError(f"'{_short(text)}' is too large for a number", hint=f"write it like '{due.example}'")
    if not symbol:
        if not due.bare:
            raise QuantityError(f"'{_short(text)}' needs a unit", hint=f"write it like '{due.example}'")
        unit = BARE
    else:
        known = UNITS.get(symbol)
        if known is None:
            raise QuantityError(f"unknown unit '{_short(symbol)}'", hint=suggest_unit(symbol, dimension))
        unit = known
        if unit.dimension != dimension and not (dimension == "number" and unit.dimension == "fraction"):
            raise QuantityError(
                f"'{_short(text)}' is {_a(unit.dimension)}, but {_a(dimension)} is due",
                hint=f"write it like '{due.example}'",
            )
    if due.money and year is None:
        raise QuantityError(
            f"'{_short(text)}' needs a price year", hint=f"say in which year's money, like '{due.example}'"
        )
    if year is not None and not due.money:
        raise QuantityError(f"'{_short(text)}' has a year, but is no money", hint=f"write it like '{due.example}'")
    return Quantity(number * unit.factor + unit.offset, unit, year, evidence)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


_PLURAL = frozenset({"gpus", "jobs", "pieces", "tokens", "rack units"})
"""Dimensions that are named by what they count."""


def _a(name: str) -> str:
    """Put the article before the name of a dimension."""
    if name in _PLURAL:
        return f"a number of {name}"
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


_EVIDENCE_KEYS = frozenset({"value", "source", "date", "kind", "low", "high", "note"})


def read(value: object, dimension: str, place: Place | None = None) -> Quantity:
    """Read a quantity from what a file can hold: text, a bare number, or a mapping with its evidence.

    A mapping is ``{value: "132 kW", source: ..., date: ..., kind: ..., low: ..., high: ..., note: ...}``.

    Raises
    ------
    QuantityError
        If it is none of these, or the value or evidence is wrong.
    """
    if isinstance(value, Quantity):
        known = value.unit.dimension
        bare = DIMENSIONS[dimension].bare and value.unit == BARE
        if known == dimension or bare or (dimension == "number" and known == "fraction"):
            return value
        raise QuantityError(f"'{value}' is {_a(known)}, but {_a(dimension)} is due")
    if isinstance(value, Mapping):
        return _read_mapping(value, dimension, place)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise QuantityError(
            f"{_a(dimension)} is due, not {type(value).__name__}",
            hint=f"write it like '{DIMENSIONS[dimension].example}'",
        )
    evidence = None
    if place is not None:
        evidence = Evidence("stated in the programme", UNDATED, EvidenceKind.ASSUMPTION, place=place)
    return parse(value if isinstance(value, str) else repr(value), dimension, evidence)


UNDATED = "0000"
"""Date of a value that the author of a programme states without evidence."""


def _read_mapping(value: Mapping[Any, Any], dimension: str, place: Place | None) -> Quantity:
    unknown = sorted(str(key) for key in value if key not in _EVIDENCE_KEYS)
    if unknown or "value" not in value:
        what = f"unknown key '{_short(unknown[0])}'" if unknown else "no 'value'"
        hint = "keys are value, source, date, kind, low, high, note"
        if unknown and value.get(unknown[0]) is None:
            hint = "put a text that holds a comma into quotes"
        raise QuantityError(f"{_a(dimension)} with its evidence has {what}", hint=hint)
    plain = parse(str(value["value"]), dimension)
    low, high = ("" if value.get(side) is None else str(parse(str(value[side]), dimension)) for side in ("low", "high"))
    try:
        kind = EvidenceKind(str(value.get("kind", "assumption")))
        evidence = Evidence(
            source=str(value.get("source", "stated in the programme")),
            date=str(value.get("date", UNDATED)),
            kind=kind,
            low=low,
            high=high,
            note=str(value.get("note", "")),
            place=place,
        )
    except ValueError as error:
        kinds = ", ".join(EvidenceKind)
        raise QuantityError(str(error), hint=f"kinds of evidence: {kinds}") from None
    if kind is not EvidenceKind.ASSUMPTION and ("source" not in value or "date" not in value):
        raise QuantityError(
            f"evidence of kind '{kind}' needs a source and a date", hint="or mark it 'kind: assumption'"
        )
    return plain.with_evidence(evidence)


@dataclass(frozen=True, slots=True)
class Dim:
    """Marks an annotated float as a quantity of a dimension, within bounds in base units.

    Bounds are inclusive; ``above`` is exclusive. NaN and infinities never pass.
    """

    dimension: str
    low: float | None = 0.0
    high: float | None = None
    above: float | None = None
    whole: bool = False

    def check(self, value: object) -> Quantity:
        """Read and bound-check a value."""
        quantity = read(value, self.dimension)
        problem = self._problem(float(quantity))
        if problem:
            example = DIMENSIONS[self.dimension].example
            fits = not self._problem(float(parse(example, self.dimension)))
            raise QuantityError(f"'{quantity}' {problem}", hint=f"e.g. '{example}'" if fits else "")
        return quantity

    def _problem(self, value: float) -> str:
        base = DIMENSIONS[self.dimension].base
        base = "" if base == "1" else f" {base}"
        if not math.isfinite(value):
            return "is not a finite number"
        if abs(value) > DIMENSIONS[self.dimension].most:
            return f"is more than any programme holds ({DIMENSIONS[self.dimension].most:g}{base})"
        if self.low is not None and value < self.low:
            return "must not be negative" if self.low == 0 else f"must be at least {self.low:g}{base}"
        if self.above is not None and value <= self.above:
            return f"must be more than {self.above:g}{base}"
        if self.high is not None and value > self.high:
            extra = " (write e.g. '90 %')" if self.dimension == "fraction" else ""
            return f"must be at most {self.high:g}{base}{extra}"
        if self.whole and value != int(value):
            return "must be a whole number"
        return ""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import PydanticCustomError, core_schema

        def validate(value: object) -> Quantity:
            try:
                return self.check(value)
            except QuantityError as error:
                context = {"why": error.why, "hint": error.hint}
                raise PydanticCustomError("quantity", "{why}", context) from None

        return core_schema.no_info_plain_validator_function(
            validate,
            serialization=core_schema.plain_serializer_function_ser_schema(serialise, when_used="json"),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        due = DIMENSIONS[self.dimension]
        text = {"type": "string", "examples": [due.example]}
        plain: list[dict[str, Any]] = [text, {"type": "number"}] if due.bare else [text]
        properties: dict[str, Any] = {key: {"type": "string"} for key in sorted(_EVIDENCE_KEYS - {"value"})}
        properties["date"] = {"type": ["string", "integer"]}
        properties["kind"] = {"enum": [kind.value for kind in EvidenceKind]}
        properties["value"] = {"anyOf": plain} if due.bare else text
        sourced = {
            "type": "object",
            "properties": properties,
            "required": ["value"],
            "additionalProperties": False,
        }
        reference = {
            "type": "object",
            "properties": {"from": {"type": "string"}},
            "required": ["from"],
            "additionalProperties": False,
        }
        return {"anyOf": [*plain, sourced, reference], "description": f"{self.dimension} [{due.base}]"}


def serialise(value: Quantity) -> object:
    """Give a quantity as a file holds it: its text, or a mapping when its evidence is from outside."""
    evidence = value.evidence
    if evidence is None or evidence.date == UNDATED:
        return str(value)
    data = evidence.as_dict()
    data.pop("place", None)
    data.pop("superseded", None)
    return {"value": str(value), **data}


Number = Annotated[Quantity, Dim("number", low=None)]
Fraction = Annotated[Quantity, Dim("fraction", high=1.0)]
Count = Annotated[Quantity, Dim("count", whole=True)]
PositiveCount = Annotated[Quantity, Dim("count", above=0.0)]
WholeCount = Annotated[Quantity, Dim("count", above=0.0, whole=True)]
Gpus = Annotated[Quantity, Dim("gpus")]
Jobs = Annotated[Quantity, Dim("jobs")]
JobRate = Annotated[Quantity, Dim("job rate")]
Pieces = Annotated[Quantity, Dim("pieces")]
Power = Annotated[Quantity, Dim("power")]
PositivePower = Annotated[Quantity, Dim("power", above=0.0)]
Energy = Annotated[Quantity, Dim("energy")]
Voltage = Annotated[Quantity, Dim("voltage", above=0.0)]
Current = Annotated[Quantity, Dim("current")]
Duration = Annotated[Quantity, Dim("duration")]
PositiveDuration = Annotated[Quantity, Dim("duration", above=0.0)]
Length = Annotated[Quantity, Dim("length")]
Area = Annotated[Quantity, Dim("area")]
Mass = Annotated[Quantity, Dim("mass")]
LinearDensity = Annotated[Quantity, Dim("linear density")]
FailureRate = Annotated[Quantity, Dim("failure rate")]
FloorLoad = Annotated[Quantity, Dim("floor load")]
RackUnits = Annotated[Quantity, Dim("rack units")]
VolumeFlow = Annotated[Quantity, Dim("volume flow")]
SpecificFlow = Annotated[Quantity, Dim("specific flow")]
Temperature = Annotated[Quantity, Dim("temperature")]
TemperatureDifference = Annotated[Quantity, Dim("temperature difference")]
Pressure = Annotated[Quantity, Dim("pressure")]
Data = Annotated[Quantity, Dim("data")]
Bandwidth = Annotated[Quantity, Dim("bandwidth")]
DataRate = Annotated[Quantity, Dim("data rate")]
Flops = Annotated[Quantity, Dim("flops")]
Tokens = Annotated[Quantity, Dim("tokens")]
TokenRate = Annotated[Quantity, Dim("token rate")]
PieceRate = Annotated[Quantity, Dim("piece rate")]
RateOfChange = Annotated[Quantity, Dim("rate of change", low=None)]
CarbonIntensity = Annotated[Quantity, Dim("carbon intensity")]
WaterIntensity = Annotated[Quantity, Dim("water intensity")]
Money = Annotated[Quantity, Dim("money")]
SignedMoney = Annotated[Quantity, Dim("money", low=None)]
MoneyPerPower = Annotated[Quantity, Dim("money per power")]
MoneyPerEnergy = Annotated[Quantity, Dim("money per energy")]
MoneyPerPowerTime = Annotated[Quantity, Dim("money per power and time")]
MoneyPerTime = Annotated[Quantity, Dim("money per time")]
MoneyPerGpuTime = Annotated[Quantity, Dim("money per GPU and time")]
MoneyPerRackTime = Annotated[Quantity, Dim("money per rack and time")]
MoneyPerLength = Annotated[Quantity, Dim("money per length")]
MoneyPerArea = Annotated[Quantity, Dim("money per area")]
MoneyPerTokens = Annotated[Quantity, Dim("money per tokens")]
