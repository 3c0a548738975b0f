"""The results of a run as tables: NumPy columns by table, and a DuckDB connection over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean

if TYPE_CHECKING:
    import duckdb

    from gigaloop.study.chain import Result

Columns = Mapping[str, np.ndarray[Any, Any]]


def result_tables(result: Result) -> dict[str, Columns]:
    """Give every table of a run: those of the plan, and designs, value and watch.

    Units stand in the column names where a column has one (``_w``, ``_usd``, ``_kg`` ...).
    """
    tables: dict[str, Columns] = dict(result.plan.tables())
    designs = result.designs.values()
    tables["bom"] = _columns(
        ("generation", "path", "part", "parent", "level", "per_rack", "mass_kg", "design_power_w", "cost_usd"),
        (
            (d.generation, r.path, r.part, r.parent or "", r.level, r.per_rack, r.mass, r.design_power, r.cost)
            for d in designs
            for r in d.bom.rows
        ),
    )
    tables["checks"] = _columns(
        ("generation", "check", "title", "subject", "value", "limit", "unit", "margin", "ok", "severity", "source"),
        (
            (
                d.generation, c.id, c.title, c.subject, c.value.magnitude, c.limit.magnitude, c.unit, c.margin, c.ok,
                c.severity.value, c.source,
            )
            for d in designs
            for c in d.checks
        ),
    )  # fmt: skip
    tables["performance"] = _columns(
        ("generation", "workload", "kind", "precision", "tokens_per_s", "bound", "share"),
        (
            (d.generation, p.workload, p.kind, p.precision, p.tokens_per_s, p.bound, p.share)
            for d in designs
            for p in d.performance
        ),
    )
    value = result.value
    tables["value"] = _columns(
        ("item", "group", "site", "year", "usd", "basis"),
        (
            (line.item, line.group, line.site, year, float(usd), line.basis)
            for line in value.lines
            for year, usd in zip(value.years, line.usd, strict=True)
        ),
    )
    tables["claims"] = _columns(
        ("path", "kind", "what", "who", "date", "firmness", "power_w", "money_usd", "jobs", "counts", "why_not"),
        (
            (e.path, e.kind, e.what, e.who, e.date, e.firmness.value, e.power, e.money, e.jobs, e.counts, e.why_not)
            for e in result.watch.entries
        ),
    )
    tables["coverage"] = _columns(
        ("site", "planned_w", "built_w", "firm_w", "option_w", "announced_w", "uncovered_w"),
        ((c.site, c.planned, c.built, c.firm, c.option, c.announced, c.uncovered) for c in result.watch.coverage),
    )
    return tables


def _columns(names: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Columns:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: _array(values) for name, values in zip(names, columns, strict=True)}


def _array(values: tuple[object, ...]) -> np.ndarray[Any, Any]:
    if not values:
        return np.array([], dtype="U1")
    if all(isinstance(value, bool) for value in values):
        return np.array(values, dtype=np.bool_)
    if all(isinstance(value, int) for value in values):
        return np.array(values, dtype=np.int64)
    if all(value is None or isinstance(value, int | float) for value in values):
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.array([str(value) for value in values])


def connect(tables: Mapping[str, Columns]) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that holds the tables."""
    import duckdb

    connection = duckdb.connect(":memory:")
    for name, columns in tables.items():
        # DuckDB reads NumPy times only to the microsecond; days go through those and are cast back.
        days = [column for column, values in columns.items() if values.dtype.kind == "M"]
        incoming = {c: v.astype("datetime64[us]") if c in days else v for c, v in columns.items()}
        connection.register("incoming", incoming)
        replace = ", ".join(f'"{column}"::date as "{column}"' for column in days)
        select = f"select * {f'replace ({replace})' if days else ''} from incoming"  # noqa: S608
        connection.execute(f'create table "{name}" as {select}')
        connection.unregister("incoming")
    return connection


def require_table(tables: Mapping[str, Columns], name: str) -> None:
    """Raise a :class:`UsageError` that names the tables when there is none of that name."""
    if name not in tables:
        hint = did_you_mean(name, tables, otherwise=f"there are: {', '.join(tables)}")
        raise UsageError(f"there is no table '{name}'", hint=hint)
