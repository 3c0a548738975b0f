"""Quantities are floats in SI that know their unit; every fact knows where it came from."""

import gigaloop

power = gigaloop.parse("132 kW", "power")
print(power, "=", float(power), "W")

try:
    gigaloop.parse("132 KW", "power")
except gigaloop.QuantityError as error:
    print(error)

catalogue = gigaloop.load_catalogue()
tdp = catalogue.accelerator("gb300").tdp
if tdp is not None and tdp.evidence is not None:
    print(f"GB300 draws {tdp}: {tdp.evidence.kind}, {tdp.evidence.date}, {tdp.evidence.source}")
