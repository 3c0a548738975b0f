"""Cables by size: cross-section, resistance, reactance and ampacity, low and medium voltage."""

from __future__ import annotations

from typing import NamedTuple


class LowVoltageSize(NamedTuple):
    """A conductor up to 2 kV: cross-section [mm2], DC resistance at 75 degC and reactance [ohm/kft], ampacities [A]."""

    name: str
    area: float
    copper_resistance: float
    aluminium_resistance: float
    reactance: float
    copper_75: float
    copper_90: float
    aluminium_75: float
    aluminium_90: float


class MediumVoltageSize(NamedTuple):
    """A conductor of 5 to 35 kV, three single cables in a duct in earth of 20 degC; units as for low voltage."""

    name: str
    area: float
    copper_resistance: float
    aluminium_resistance: float
    reactance: float
    copper_90: float
    copper_105: float
    aluminium_90: float
    aluminium_105: float


LOW_VOLTAGE = (
    LowVoltageSize("8 AWG", 8.37, 0.764, 1.26, 0.052, 50, 55, 40, 45),
    LowVoltageSize("6 AWG", 13.3, 0.491, 0.808, 0.051, 65, 75, 50, 55),
    LowVoltageSize("4 AWG", 21.2, 0.308, 0.508, 0.048, 85, 95, 65, 75),
    LowVoltageSize("2 AWG", 33.6, 0.194, 0.319, 0.045, 115, 130, 90, 100),
    LowVoltageSize("1/0 AWG", 53.5, 0.122, 0.201, 0.044, 150, 170, 120, 135),
    LowVoltageSize("2/0 AWG", 67.4, 0.0967, 0.159, 0.043, 175, 195, 135, 150),
    LowVoltageSize("3/0 AWG", 85.0, 0.0766, 0.126, 0.042, 200, 225, 155, 175),
    LowVoltageSize("4/0 AWG", 107.2, 0.0608, 0.100, 0.041, 230, 260, 180, 205),
    LowVoltageSize("250 kcmil", 127.0, 0.0515, 0.0847, 0.041, 255, 290, 205, 230),
    LowVoltageSize("300 kcmil", 152.0, 0.0429, 0.0707, 0.041, 285, 320, 230, 260),
    LowVoltageSize("350 kcmil", 177.0, 0.0367, 0.0605, 0.040, 310, 350, 250, 280),
    LowVoltageSize("400 kcmil", 203.0, 0.0321, 0.0529, 0.040, 335, 380, 270, 305),
    LowVoltageSize("500 kcmil", 253.0, 0.0258, 0.0424, 0.039, 380, 430, 310, 350),
    LowVoltageSize("600 kcmil", 304.0, 0.0214, 0.0353, 0.039, 420, 475, 340, 385),
    LowVoltageSize("750 kcmil", 380.0, 0.0171, 0.0282, 0.038, 475, 535, 385, 435),
    LowVoltageSize("1000 kcmil", 507.0, 0.0129, 0.0212, 0.037, 545, 615, 445, 500),
)
"""NFPA 70 (2020), table 310.16 (up to three conductors in raceway, cable or earth, 30 degC), chapter 9 table 8
(resistance) and table 9 (reactance in PVC conduit), Source: https://www.nfpa.org/codes-and-standards/nfpa-70-standard-development/70."""

MEDIUM_VOLTAGE = (
    MediumVoltageSize("1/0 AWG", 53.5, 0.122, 0.201, 0.051, 200, 215, 155, 165),
    MediumVoltageSize("2/0 AWG", 67.4, 0.0967, 0.159, 0.049, 230, 245, 175, 190),
    MediumVoltageSize("3/0 AWG", 85.0, 0.0766, 0.126, 0.047, 260, 275, 200, 215),
    MediumVoltageSize("4/0 AWG", 107.2, 0.0608, 0.100, 0.045, 295, 315, 230, 245),
    MediumVoltageSize("250 kcmil", 127.0, 0.0515, 0.0847, 0.044, 325, 345, 250, 270),
    MediumVoltageSize("350 kcmil", 177.0, 0.0367, 0.0605, 0.042, 390, 415, 305, 330),
    MediumVoltageSize("500 kcmil", 253.0, 0.0258, 0.0424, 0.040, 465, 500, 370, 400),
    MediumVoltageSize("750 kcmil", 380.0, 0.0171, 0.0282, 0.038, 565, 610, 455, 490),
    MediumVoltageSize("1000 kcmil", 507.0, 0.0129, 0.0212, 0.036, 640, 690, 525, 565),
)
"""NFPA 70 (2017), tables 310.60(C)(77) and (78), since then 311.60(C)(77) and (78), one circuit, and chapter 9 table 8
(resistance at 75 degC); reactance of 25 kV cable, Southwire specification 46503 table 2, Source: https://www.southwire.com/wire-cable/medium-voltage-power-cable."""

BUSWAYS = (225, 400, 600, 800, 1000, 1200, 1350, 1600, 2000, 2500, 3000, 4000, 5000)
"""Usual ratings of busways [A], Source: NEMA BU 1.1 and UL 857."""

DUCT_GROUPS = (1.0, 0.85, 0.75, 0.70, 0.65, 0.60)
"""Ampacity of one of 1 to 6 circuits whose ducts touch, over that of one alone: IEC 60364-5-52 table B.52.19."""

RACEWAY_GROUPS = ((3, 1.0), (6, 0.8), (9, 0.7), (20, 0.5), (30, 0.45), (40, 0.4))
"""Ampacity with up to so many current-carrying conductors in a raceway, over that of three; 0.35 beyond. Source: NFPA
70 (2020), table 310.15(C)(1)."""

WITHSTAND = {"copper": 143.0, "aluminium": 94.0}
"""Current density that insulation of XLPE or EPR stands for a second, from 90 to 250 degC [A s^0.5/mm2]: IEC
60364-5-54, table A.54.4. IEC 60949 has the method."""
