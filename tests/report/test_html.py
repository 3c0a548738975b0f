"""The page is whole, safe and the same every time."""

from __future__ import annotations

import hashlib
import json
import os
import re
from base64 import b64encode
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

from gigaloop.core.errors import StoreError
from gigaloop.core.evidence import Evidence, EvidenceKind
from gigaloop.report import (
    Kpi,
    Link,
    Number,
    Report,
    Section,
    render,
    write,
)
from gigaloop.report.html import script_json
from gigaloop.report.register import Register, linked


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.scripts: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, _tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts[-1] += data


def elements(page: str) -> Elements:
    parser = Elements()
    parser.feed(page)
    return parser


def test_hostile_text_makes_no_element_and_no_script(hostile):
    page = elements(render(hostile))
    tags = [tag for tag, _ in page.found]
    assert "img" not in tags
    assert not any(name.startswith("on") for _, attributes in page.found for name in attributes)
    assert tags.count("script") == 3  # the data, ECharts, and the page's own
    data = json.loads(page.scripts[0])
    assert data[next(iter(data))]["option"]["aria"]["label"]["description"] == hostile.title


def test_the_page_runs_only_scripts_that_its_policy_names(hostile):
    page = elements(render(hostile))
    policy = next(a["content"] for tag, a in page.found if a.get("http-equiv") == "Content-Security-Policy")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))

    scripts = [
        text
        for (tag, a), text in zip((f for f in page.found if f[0] == "script"), page.scripts, strict=True)
        if "type" not in a
    ]
    assert {b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts} == allowed
    assert policy.startswith("default-src 'none'")
    assert "'unsafe-eval'" not in policy


def test_a_template_in_user_text_is_not_run(hostile):
    assert "{{ 7*7 }}" in render(hostile)


def test_script_json_keeps_the_data_and_ends_no_script(hostile):
    text = script_json({"a": hostile.title})
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"a": hostile.title}


def test_numbers_that_are_none_cannot_reach_the_page_as_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script_json({"a": float("nan")})


def test_no_address_is_loaded_by_the_page(gallery):
    loading = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("use", "href")}
    for tag, attributes in elements(render(gallery)).found:
        for name, value in attributes.items():
            if (tag, name) in loading:
                assert value == "data:,"


def test_headings_are_in_order_and_every_table_has_a_caption_and_scopes(gallery):
    page = elements(render(gallery))
    tags = [tag for tag, _ in page.found]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    assert all("scope" in attributes for tag, attributes in page.found if tag == "th")
    assert {"main", "nav", "header", "footer"} <= set(tags)


def test_ids_are_unique_and_every_link_inside_the_page_arrives(gallery):
    page = elements(render(gallery))
    ids = [attributes["id"] for _, attributes in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.found:
        target = attributes.get("popovertarget") or attributes.get("aria-labelledby")
        if tag == "a" and attributes.get("href", "").startswith("#"):
            target = attributes["href"][1:]
        assert target is None or target in ids


def test_each_chart_stands_beside_its_table(gallery):
    page = elements(render(gallery))
    ids = {attributes.get("id") for _, attributes in page.found}
    for figure in gallery.figures():
        assert figure.id in ids
        assert f"{figure.id}-table" in ids


def test_rendering_twice_gives_the_same_bytes(gallery):
    assert render(gallery) == render(gallery)


def test_the_page_of_the_gallery_is_light(gallery_file):
    assert gallery_file.stat().st_size < 1_200_000


def test_a_report_without_figures_carries_no_chart_library():
    assert len(render(Report("t", sections=[Section("a", "A", "words")]))) < 40_000


def test_two_parts_with_one_id_are_refused():
    with pytest.raises(ValueError, match="two parts of the report have the id 'a'"):
        render(Report("t", sections=[Section("a", "A"), Section("A", "B")]))


def test_a_link_to_nowhere_is_refused():
    with pytest.raises(ValueError, match="leads to 'nowhere'"):
        render(Report("t", sections=[Section("a", "A", [[Link("see", "nowhere")]])]))


def test_a_thing_that_a_report_cannot_show_is_refused():
    with pytest.raises(TypeError, match="cannot show a int: 7"):
        render(Report("t", sections=[Section("a", "A", blocks=[7])]))  # type: ignore[list-item]


def test_a_source_is_listed_once_with_where_it_is_used():
    register = Register()
    sheet = Evidence("sheet", "2025", EvidenceKind.DATASHEET, low="1 kW", high="2 kW")
    other = Evidence("sheet", "2025", EvidenceKind.DATASHEET, note="peak")
    guess = Evidence("guess", "2025", EvidenceKind.ASSUMPTION)
    first = register.cite([sheet], at="f1", name="Figure 1")
    assert register.cite([sheet], at="f2", name="Figure 2") is first
    assert register.cite([other, guess], at="f2", name="Figure 2") is not first
    entry, assumption = register.entries()
    assert (entry.label, assumption.label) == ("1", "A1")
    assert entry.used == {"f1": "Figure 1", "f2": "Figure 2"}
    assert entry.remarks == ["range 1 kW to 2 kW", "peak"]
    assert len(register.cards()) == 2


@pytest.mark.parametrize("source", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "www.example.org"])
def test_only_web_addresses_become_links(source):
    assert linked(source) == [(source, "")]


def test_an_assumption_is_marked_where_it_stands():
    guess = Evidence("guess", "2025", EvidenceKind.ASSUMPTION)
    page = render(Report("t", headline=[Kpi("k", Number(7, "racks", guess))]))
    assert 'class="ev ev-assumption"' in page
    assert "evidence A1: assumption" in page
    assert '<span class="tag tag-assumption">assumption</span>' in page


def test_writing_leaves_one_whole_file(tmp_path):
    path = write(Report("t"), tmp_path / "new" / "report.html")
    assert path.read_text("utf-8").rstrip().endswith("</html>")
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_a_failed_write_keeps_what_stood_there_and_says_where(tmp_path, monkeypatch):
    path = write(Report("first"), tmp_path / "report.html")
    before = path.read_bytes()

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left on device") as caught:
        write(Report("second"), path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]


def test_text_that_is_no_unicode_does_not_stop_a_report(tmp_path):
    assert b"t?" in write(Report("t\ud800"), tmp_path / "report.html").read_bytes()


def test_vendored_files_are_those_that_the_notices_name():
    assets = files("gigaloop.report").joinpath("assets")
    named = re.findall(r"`([\w.-]+)` \| `([0-9a-f]{64})`", assets.joinpath("THIRD_PARTY.md").read_text("utf-8"))
    assert {name for name, _ in named} == {"echarts.min.js", "us-states.json"}
    for name, digest in named:
        assert hashlib.sha256(assets.joinpath(name).read_bytes()).hexdigest() == digest
    assert len(assets.joinpath("echarts.min.js").read_bytes()) < 900_000
