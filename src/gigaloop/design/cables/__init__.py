"""Every cable of a fabric: medium, length, stock length; trunks; the bill of materials, its power and cost."""

from gigaloop.design.cables.beyond import beyond_reach
from gigaloop.design.cables.bill import bill_of, fabric_bill
from gigaloop.design.cables.media import media_of, network_media, refused_media
from gigaloop.design.cables.pieces import pieces_held, pieces_needed
from gigaloop.design.cables.runs import PlacedLinks, place_links
from gigaloop.design.cables.schedule import cable_schedule, make_links
from gigaloop.design.cables.trunks import Trunks, bundle

__all__ = [
    "PlacedLinks",
    "Trunks",
    "beyond_reach",
    "bill_of",
    "bundle",
    "cable_schedule",
    "fabric_bill",
    "make_links",
    "media_of",
    "network_media",
    "pieces_held",
    "pieces_needed",
    "place_links",
    "refused_media",
]
