"""Run the bundled programme and read its results as NumPy arrays and DuckDB relations."""

import tempfile
from pathlib import Path

import gigaloop

with tempfile.TemporaryDirectory() as scratch:
    folder = gigaloop.new(Path(scratch) / "mine", source="us-buildout")  # a copy to edit
    programme = gigaloop.load(folder)
    result = gigaloop.run(programme)

    online = result.plan.online_facility_power  # (sites, generations, weeks) [W]
    print(f"{online[:, :, -1].sum() / 1e9:.2f} GW of new racks online at the end, at {len(result.plan.sites)} sites")

    for binding in result.plan.binding[:3]:
        print(binding.sentence)

    by_site = result.sql("select site, sum(usd) / 1e9 as busd from value where \"group\" = 'capital' group by site")
    for site, busd in sorted(by_site.fetchall(), key=lambda row: -row[1])[:3]:
        print(f"{site}: {busd:.1f} BUSD of capital")

    report = gigaloop.write_report(result, Path(scratch) / "report.html")
    print(f"report of {report.stat().st_size / 1e6:.1f} MB written")
