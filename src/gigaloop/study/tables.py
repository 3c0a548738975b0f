"""The results of a run as tables: NumPy columns by table, and a DuckDB connection over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gigaloop.core.errors import UsageError
from gigaloop.core.suggest import did_you_mean
from gigaloop.study.columns import Columns, table
from gigaloop.study.facility_tables import facility_tables
from gigaloop.study.network_tables import network_tables
from gigaloop.study.workload_tables import workload_tables

if TYPE_CHECKING:
    import duckdb

    from gigaloop.study.chain import Result


def result_tables(result: Result) -> dict[str, Columns]:
    """Give every table of a run: those of the plan, and designs, workloads, value, watch, facilities and networks.

    Units stand in the column names where a column has one (``_w``, ``_usd``, ``_kg`` ...).
    """
    tables: dict[str, Columns] = dict(result.plan.tables())
    designs = result.designs.values()
    tables["bom"] = table(
        ("generation", "path", "part", "parent", "level", "per_rack", "mass_kg", "design_power_w", "cost_usd"),
        (
            (d.generation, r.path, r.part, r.parent or "", r.level, r.per_rack, r.mass, r.design_power, r.cost)
            for d in designs
            for r in d.bom.rows
        ),
    )
    tables["checks"] = table(
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
    value = result.value
    tables["value"] = table(
        ("item", "group", "site", "year", "usd", "basis"),
        (
            (line.item, line.group, line.site, year, float(usd), line.basis)
            for line in value.lines
            for year, usd in zip(value.years, line.usd, strict=True)
        ),
    )
    tables["claims"] = table(
        ("path", "kind", "what", "who", "date", "firmness", "power_w", "money_usd", "jobs", "counts", "why_not"),
        (
            (e.path, e.kind, e.what, e.who, e.date, e.firmness.value, e.power, e.money, e.jobs, e.counts, e.why_not)
            for e in result.watch.entries
        ),
    )
    tables["coverage"] = table(
        ("site", "planned_w", "built_w", "firm_w", "option_w", "announced_w", "uncovered_w"),
        ((c.site, c.planned, c.built, c.firm, c.option, c.announced, c.uncovered) for c in result.watch.coverage),
    )
    return tables | workload_tables(result) | facility_tables(result) | network_tables(result)


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
