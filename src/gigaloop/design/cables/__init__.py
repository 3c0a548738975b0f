"""Every cable of a fabric: medium, length, stock length; trunks; the bill of materials, its power and cost."""

from gigaloop.design.cables.beyond import beyond_reach
from gigaloop.design.cables.bill import bill_of, fabric_bill
from gigaloop.design.cables.media import media_of, network_media, refused_media
from gigaloop.design.cables.pieces import pieces_held, pieces_needed
from gigaloop.design.cables.schedule import cable_schedule
from gigaloop.design.cables.trunks import Trunks, bundle

__all__ = [
    "Trunks",
    "beyond_reach",
    "bill_of",
    "bundle",
    "cable_schedule",
    "fabric_bill",
    "media_of",
    "network_media",
    "pieces_held",
    "pieces_needed",
    "refused_media",
]
