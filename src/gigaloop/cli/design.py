"""What the commands ``gigaloop design ...`` do: load, call the design engine, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop import api
from gigaloop.cli import card, objects, output
from gigaloop.core.errors import QuantityError, UsageError
from gigaloop.core.suggest import find
from gigaloop.programme import apply_scenario, load_programme

_WIDE = 120
"""Columns from which the sources of rules are shown beside them."""

if TYPE_CHECKING:
    from gigaloop.catalogue import Catalogue
    from gigaloop.core.quantity import Quantity
    from gigaloop.programme import Programme
    from gigaloop.programme.schema import Generation, Site


def load(folder: Path, scenario: str, facts: Path | None) -> tuple[Programme, Catalogue]:
    """Load a programme, with a scenario of it where one is named."""
    catalogue = api.catalogue_for(folder, facts)
    programme = load_programme(folder, catalogue)
    return (apply_scenario(programme, scenario) if scenario else programme), catalogue


def find_generation(programme: Programme, name: str) -> Generation:
    """Find a generation of a programme by its id, or say which there are."""
    return find("generation", name, ((each.id, each) for each in programme.generations))


def find_site(programme: Programme, name: str) -> Site:
    """Find a site of a programme by its id, or say which there are."""
    return find("site", name, ((each.id, each) for each in programme.sites))


def stated(option: str, text: str, dimension: str, example: str) -> Quantity:
    """Read the quantity that an option states.

    Raises
    ------
    UsageError
        If it is none of that dimension; it gives the example.
    """
    from gigaloop.core.quantity import parse

    try:
        return parse(text, dimension)
    except QuantityError as error:
        raise UsageError(f"{option} {text}: {error.why}", hint=f"write it like {option} '{example}'") from error


def design(folder: Path, generation: str, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Engineer one generation or all."""
    from gigaloop.design import design_generation

    programme, catalogue = load(folder, scenario, facts)
    chosen = [find_generation(programme, generation)] if generation else list(programme.generations)
    designs = {entry.id: design_generation(programme, entry, catalogue) for entry in chosen}
    if json:
        found = {name: objects.design_object(made) for name, made in designs.items()}
        output.print_json({"programme": programme.id, "designs": found})
        return
    for made in designs.values():
        card.show_design(made)


def rack(
    folder: Path, generation: str, site: str, scenario: str, facts: Path | None, power_cap: str, *, json: bool
) -> None:
    """Show the card of a rack, held against the halls of all sites or of one."""
    from gigaloop.cli import rack as bodies
    from gigaloop.design import design_generation

    cap = stated("--power-cap", power_cap, "power", "960 W") if power_cap else None
    programme, catalogue = load(folder, scenario, facts)
    if site:
        programme = programme.with_sites((find_site(programme, site),))
    made = design_generation(programme, find_generation(programme, generation), catalogue, power_cap=cap)
    if json:
        output.print_json({"programme": programme.id, "rack": bodies.rack_object(made)})
        return
    bodies.show_rack(made)


def rules(*, json: bool) -> None:
    """List the design rules."""
    from gigaloop.design.rules import every_rule

    known = every_rule()
    if json:
        found = [
            {
                "id": rule.id,
                "title": rule.title,
                "sense": rule.sense.value,
                "severity": rule.severity.value,
                "source": rule.source,
                "way_out": rule.way_out,
            }
            for rule in known
        ]
        output.print_json({"rules": found})
        return
    columns = [("rule", "left"), ("what holds", "left"), ("else", "left")]
    if output.out.width >= _WIDE:
        columns += [("source", "left")]
    rows = [(rule.id, rule.title, rule.severity.value, rule.source)[: len(columns)] for rule in known]
    output.table(f"{len(known)} design rules", columns, rows, "'gigaloop design rules --json' has source and way out")
