"""gigaloop: the open planning engine for AI data-centre hardware programmes.

>>> import gigaloop
>>> programme = gigaloop.load("programmes/us-buildout")  # doctest: +SKIP
>>> result = gigaloop.run(programme)  # doctest: +SKIP
>>> result.relation("online").limit(5).fetchall()  # doctest: +SKIP

Names are looked up when first used, so that ``import gigaloop`` stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gigaloop.version import VERSION

if TYPE_CHECKING:
    from gigaloop.api import design_facility, design_network, diff, export, load, new, run, save, write_report
    from gigaloop.catalogue import Catalogue, load_catalogue
    from gigaloop.core.errors import (
        CatalogueError,
        GigaloopError,
        InfeasibleError,
        Problem,
        ProgrammeError,
        QuantityError,
        SolveError,
        StoreError,
        UsageError,
    )
    from gigaloop.core.evidence import Evidence
    from gigaloop.core.quantity import Quantity, parse
    from gigaloop.programme import Programme
    from gigaloop.study.chain import Result

__version__ = VERSION

_HOMES = {
    "gigaloop.api": (
        "design_facility",
        "design_network",
        "diff",
        "export",
        "load",
        "new",
        "run",
        "save",
        "write_report",
    ),
    "gigaloop.catalogue": ("Catalogue", "load_catalogue"),
    "gigaloop.core.errors": (
        "CatalogueError",
        "GigaloopError",
        "InfeasibleError",
        "Problem",
        "ProgrammeError",
        "QuantityError",
        "SolveError",
        "StoreError",
        "UsageError",
    ),
    "gigaloop.core.evidence": ("Evidence",),
    "gigaloop.core.quantity": ("Quantity", "parse"),
    "gigaloop.programme": ("Programme",),
    "gigaloop.study.chain": ("Result",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Evidence",
    "GigaloopError",
    "InfeasibleError",
    "Problem",
    "Programme",
    "ProgrammeError",
    "Quantity",
    "QuantityError",
    "Result",
    "SolveError",
    "StoreError",
    "UsageError",
    "__version__",
    "design_facility",
    "design_network",
    "diff",
    "export",
    "load",
    "load_catalogue",
    "new",
    "parse",
    "run",
    "save",
    "write_report",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'gigaloop' has no attribute '{name}'")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return __all__
