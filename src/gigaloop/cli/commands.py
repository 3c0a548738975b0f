"""What the commands do: load, call an engine, show."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gigaloop import api
from gigaloop.catalogue import Catalogue, load_catalogue
from gigaloop.cli import objects, output, sourced
from gigaloop.cli.numbers import counted
from gigaloop.core.errors import StoreError, UsageError
from gigaloop.core.evidence import EvidenceKind
from gigaloop.programme import Programme, load_programme

if TYPE_CHECKING:
    from gigaloop.study.chain import Planner, Result, StageRun


def _load(folder: Path, facts: Path | None) -> tuple[Programme, Catalogue]:
    catalogue = api.catalogue_for(folder, facts)
    return load_programme(folder, catalogue), catalogue


def run_chain_with(
    folder: Path, scenario: str, facts: Path | None, planner: Planner, *, quiet: bool
) -> tuple[Result, StageRun]:
    """Run the chain with another way to plan; what depends on the plan is not kept."""
    return _run(folder, scenario, facts, use_cache=True, quiet=quiet, planner=planner)


def _run(
    folder: Path,
    scenario: str,
    facts: Path | None,
    *,
    use_cache: bool,
    quiet: bool,
    planner: Planner | None = None,
) -> tuple[Result, StageRun]:
    from gigaloop.study.cache import Cache
    from gigaloop.study.chain import StageRun, cache_folder
    from gigaloop.study.chain import run as run_chain

    with output.progress(quiet=quiet) as shown:
        shown.begin("load")
        begin = time.perf_counter()
        programme, catalogue = _load(folder, facts)
        load = StageRun("load", time.perf_counter() - begin, cached=False)
        shown.done("load", load.seconds, cached=False)

        def progress(name: str, done: StageRun | None) -> None:
            if done is None:
                shown.begin(name)
            else:
                shown.done(name, done.seconds, cached=done.cached)

        cache = Cache(cache_folder(folder) if use_cache else None)
        result = run_chain(programme, catalogue, scenario=scenario, cache=cache, progress=progress, planner=planner)
    if not quiet:
        for warning in result.warnings:
            output.note(f"warning: {warning}")
    return result, load


def planned(folder: Path, scenario: str, facts: Path | None, *, quiet: bool) -> Result:
    """Give a programme's run, kept stages used, for commands that ask of its plan.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C stopped the plan: what is asked of it is stopped as well.
    """
    from gigaloop.plan import STOPPED

    result = _run(folder, scenario, facts, use_cache=True, quiet=quiet)[0]
    if result.plan.status.startswith(STOPPED):
        raise KeyboardInterrupt
    return result


def run(folder: Path, scenario: str, out: Path | None, facts: Path | None, *, use_cache: bool, json: bool) -> None:
    """Run the chain, keep the run, show the summary."""
    from gigaloop.cli import summary
    from gigaloop.study.chain import StageRun

    result, load = _run(folder, scenario, facts, use_cache=use_cache, quiet=json)
    begin = time.perf_counter()
    try:
        saved = api.save(result, out if out is not None else runs_folder(folder))
    except StoreError:
        if not json:
            summary.show_run(result)  # what was found is told, though it cannot be kept
        raise
    written = StageRun("report", time.perf_counter() - begin, cached=False)
    report = saved / "report.html"
    if json:
        output.print_json(objects.run_object(result, report, (load, *result.stages, written)))
        return
    output.stage("report", written.seconds, cached=False)
    summary.show_run(result)
    output.line()
    output.line(f"Report   {report}")
    output.line(f"Results  {saved}  (tables as Parquet; 'gigaloop store sql {folder} ...' asks them)")


def runs_folder(folder: Path) -> Path:
    """Give the folder in which the runs of a programme are kept."""
    from gigaloop.study.chain import state_folder

    return state_folder(folder) / "runs"


def check(folder: Path, facts: Path | None, *, json: bool) -> None:
    """Load the programme and the models that it names; loading raises every problem."""
    programme, catalogue = _load(folder, facts)
    if any(each.model.config for each in programme.workloads):
        from gigaloop.design.transformer.workload import check_models
        from gigaloop.programme.assemble import refuse

        refuse(check_models(programme, catalogue))
    counts = {
        name: len(getattr(programme, name))
        for name in (
            "generations", "parts", "workloads", "suppliers", "factories", "lanes", "sites", "demands", "contracts",
            "claims", "scenarios",
        )
    }  # fmt: skip
    if json:
        output.print_json({"programme": programme.id, "ok": True, "counts": counts, "catalogue": catalogue.digest})
        return
    output.line(f"{programme.name}: no problem found", style="bold green")
    output.line(", ".join(f"{number} {name}" for name, number in counts.items() if number))


def plan(folder: Path, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Plan the programme."""
    from gigaloop.cli import summary

    result, _ = _run(folder, scenario, facts, use_cache=True, quiet=json)
    if json:
        output.print_json({"programme": result.programme.id, "key": result.key, "plan": objects.plan_object(result)})
        return
    summary.show_plan(result)


def plan_check(folder: Path, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Check a plan; a plan that breaks a rule is a fault of gigaloop and ends with exit code 1."""
    from gigaloop.plan import check_plan

    result, _ = _run(folder, scenario, facts, use_cache=True, quiet=json)
    broken = check_plan(result.programme, result.designs, result.plan, result.catalogue)
    if json:
        output.print_json({"programme": result.programme.id, "key": result.key, "broken": broken})
    elif broken:
        for sentence in broken:
            output.line(sentence)
    else:
        output.line("the plan holds: balances, limits, dates and costs", style="bold green")
    if broken:
        sys.exit(1)


def value(folder: Path, scenario: str, facts: Path | None, *, json: bool) -> None:
    """Value the plan."""
    from gigaloop.cli import summary

    result, _ = _run(folder, scenario, facts, use_cache=True, quiet=json)
    if json:
        output.print_json(
            {
                "programme": result.programme.id,
                "key": result.key,
                "value": objects.value_object(result),
                "watch": objects.watch_object(result),
            }
        )
        return
    summary.show_value(result)


def diff(before: Path, after: Path, *, json: bool) -> None:
    """Compare two programmes."""
    changes = api.diff(api.load(before), api.load(after))
    if json:
        output.print_json({"changes": [objects.change_object(change) for change in changes]})
        return
    if not changes:
        output.line("no difference")
        return
    output.table(
        f"{len(changes)} change" + ("" if len(changes) == 1 else "s"),
        [("path", "left"), ("before", "left"), ("after", "left"), ("change", "right")],
        [objects.change_row(change) for change in changes],
    )


def schema(*, units: bool, json: bool) -> None:
    """Print the JSON Schema, or the table of units."""
    from gigaloop.programme import programme_schema, unit_table

    if units:
        rows = unit_table()
        if json:
            output.print_json({"dimensions": rows})
            return
        output.table(
            "Units",
            [("dimension", "left"), ("base", "left"), ("example", "left"), ("units", "left")],
            [(row["dimension"], row["base"], row["example"], "  ".join(row["units"])) for row in rows],
        )
        return
    output.print_json(programme_schema())


def new(folder: Path, source: str, *, json: bool) -> None:
    """Start a programme."""
    made = api.new(folder, source=source)
    if json:
        output.print_json({"folder": str(made), "files": sorted(path.name for path in made.iterdir())})
        return
    output.line(f"made {made}")
    output.line(f"next: edit its files, then 'gigaloop check {made}' and 'gigaloop run {made}'")


def evidence(folder: Path, path: str, kind: str, facts: Path | None, *, json: bool) -> None:
    """Show the evidence of the numbers below a path."""
    from gigaloop.programme import evidence_of, quantities

    if kind and kind not in set(EvidenceKind):
        raise UsageError(f"there is no kind of evidence '{kind}'", hint=f"there are: {', '.join(EvidenceKind)}")
    programme, _ = _load(folder, facts)
    all_rows = ((where, quantity, evidence_of(programme, quantity, where)) for where, quantity in quantities(programme))
    rows = [
        (where, quantity, found)
        for where, quantity, found in all_rows
        if (not path or where == path or where.startswith(f"{path}.")) and (not kind or found.kind == kind)
    ]
    if not rows:
        raise UsageError(
            "there is no number" + (f" at '{path}'" if path else "") + (f" of kind '{kind}'" if kind else ""),
            hint="paths go through sections and ids, e.g. sites.abilene.pue",
        )
    if json:
        data = [{"path": p, "value": str(q), "evidence": e.as_dict()} for p, q, e in rows]
        output.print_json({"programme": programme.id, "numbers": data})
        return
    sourced.show(counted(len(rows), "number"), "path", [(p, str(q), e) for p, q, e in rows])


def catalogue_list(kind: str, facts: Path | None, *, json: bool) -> None:
    """List the entries of the catalogue."""
    catalogue = load_catalogue(facts)
    kinds = catalogue.kinds()
    if kind and kind not in kinds:
        raise UsageError(f"the catalogue has no kind '{kind}'", hint=f"there are: {', '.join(kinds)}")
    entries = [entry for name in ([kind] if kind else kinds) for entry in catalogue.of_kind(name)]
    if json:
        data = [{"id": entry.id, "kind": entry.kind, "name": entry.name} for entry in entries]
        output.print_json({"as_of": str(catalogue.as_of), "entries": data})
        return
    output.table(
        f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}, as of {catalogue.as_of}",
        [("id", "left"), ("kind", "left"), ("name", "left")],
        [(entry.id, entry.kind, entry.name) for entry in entries],
    )


def catalogue_show(entry_id: str, facts: Path | None, *, json: bool) -> None:
    """Show one entry."""
    catalogue = load_catalogue(facts)
    entry = catalogue[entry_id]
    found = catalogue.facts(entry)
    if json:
        data = [{"name": f.name, "value": f.value, "evidence": f.evidence.as_dict()} for f in found]
        output.print_json({"id": entry.id, "kind": entry.kind, "name": entry.name, "facts": data})
        return
    sourced.show(f"{entry.name} ({entry.kind})", "fact", [(f.name, f.value, f.evidence) for f in found])


def store_list(folder: Path, out: Path | None, *, json: bool) -> None:
    """List the runs of a programme."""
    from gigaloop.study.store import list_runs

    runs = list_runs(_existing(folder, out))
    if json:
        output.print_json({"runs": [dict(run.manifest) | {"folder": str(run.folder)} for run in runs]})
        return
    output.table(
        f"{len(runs)} runs",
        [("key", "left"), ("written", "left"), ("scenario", "left"), ("tables", "right"), ("folder", "left")],
        [
            (r.key[:12], r.manifest.get("written", ""), r.manifest.get("scenario", ""), len(r.tables), r.folder)
            for r in runs
        ],
    )


def store_show(folder: Path, key: str, out: Path | None, *, json: bool) -> None:
    """Show one run."""
    from gigaloop.study.store import open_run

    run = open_run(_existing(folder, out), key)
    if json:
        output.print_json(dict(run.manifest) | {"folder": str(run.folder)})
        return
    output.line(f"{run.manifest.get('programme')} {run.key}, written {run.manifest.get('written')}", style="bold")
    output.table("Tables", [("table", "left"), ("rows", "right")], run.manifest["tables"].items())
    output.line(f"Folder  {run.folder}")


def store_sql(folder: Path, query: str, key: str, out: Path | None, *, json: bool) -> None:
    """Query one run."""
    import duckdb

    from gigaloop.study.store import open_run

    run = open_run(_existing(folder, out), key)
    try:
        with run.connect() as connection:
            answer = connection.sql(query)
            columns, rows = (answer.columns, answer.fetchall()) if answer is not None else ([], [])
    except duckdb.Error as error:
        tables = ", ".join(run.tables)
        raise UsageError(f"the query failed: {str(error).splitlines()[0]}", hint=f"tables: {tables}") from None
    if not columns:
        raise UsageError("the query asks nothing", hint=f"tables: {', '.join(run.tables)}")
    if json:
        output.print_json({"key": run.key, "columns": columns, "rows": [list(row) for row in rows]})
        return
    scenario = run.manifest.get("scenario")
    output.note(f"run {run.key[:12]}" + (f", scenario {scenario}" if scenario else ""))
    output.table("", [(name, "left") for name in columns], rows)


def _existing(folder: Path, out: Path | None) -> Path:
    runs = out if out is not None else runs_folder(folder)
    if out is None and not folder.is_dir():
        raise StoreError("there is no such folder", where=str(folder), hint="name the folder of a programme")
    return runs
