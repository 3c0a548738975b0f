"""A whole programme engineered: its generations, and what its sites leave to the facility engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gigaloop.design.facility.fill import engineered, with_engineered
from gigaloop.design.generation import design_generation
from gigaloop.design.network.fill import network_parts, with_network_parts
from gigaloop.design.records import Design
from gigaloop.programme.schema import Programme

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue


def design_programme(programme: Programme, catalogue: Catalogue) -> tuple[Programme, dict[str, Design]]:
    """Engineer every generation of a programme, and what its sites state no number for.

    Parameters
    ----------
    programme
        The programme, with its scenario applied.
    catalogue
        The facts that it rests on.

    Returns
    -------
    tuple
        The programme with the PUE of every site, what its equipment serves, and what scalable units need of their
        networks, ready to be planned, and the designs of its generations by id.

    Raises
    ------
    ProgrammeError
        As :func:`~gigaloop.design.generation.design_generation`, or if a site that leaves its PUE out has no weather.
    """
    designs = {each.id: design_generation(programme, each, catalogue) for each in programme.generations}
    programme = with_network_parts(programme, network_parts(programme, designs, catalogue))
    return with_engineered(programme, engineered(programme, designs, catalogue)), designs
