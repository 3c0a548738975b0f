"""The report in a browser: it draws, it explains its numbers, it prints, anyone can use it."""

from __future__ import annotations

import pytest

from gigaloop.report import write
from gigaloop.report.drawing import is_drawing

pytestmark = pytest.mark.browser


@pytest.fixture
def page(visit, gallery_file):
    seen = visit(gallery_file)
    yield seen.page
    assert seen.complaints == []
    assert seen.requests == [gallery_file.as_uri()]


def test_every_chart_is_drawn_and_nothing_is_requested(page, gallery):
    for figure in gallery.figures():
        if is_drawing(figure):
            drawing = page.locator(f"#{figure.id} .drawing svg[role=img]")
            assert drawing.get_attribute("aria-label") == figure.alt
            assert drawing.locator("g, rect, path").count() >= len(figure.table().rows)
            continue
        marks = page.locator(f"#{figure.id} .chart svg path").count()
        assert marks > len(figure.table().rows) / 4, figure.id
        assert page.locator(f"#{figure.id} .chart[role=img]").get_attribute("aria-label") == figure.alt


def test_axe_finds_nothing_with_tables_closed_and_open(page):
    from axe_playwright_python.sync_playwright import Axe

    for opened in (False, True):
        page.evaluate("on => document.querySelectorAll('details').forEach(each => each.open = on)", opened)
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()


def test_evidence_opens_by_keyboard_and_by_click_and_axe_finds_nothing_in_it(page):
    from axe_playwright_python.sync_playwright import Axe

    button = page.locator(".kpi .ev-assumption").first
    button.focus()
    page.keyboard.press("Enter")
    card = page.locator(".pop:popover-open")
    assert "installation crews work five days a week" in card.inner_text()
    assert "8 racks/week to 14 racks/week" in card.inner_text()
    assert "programme/sites.yaml:41:12" in card.inner_text()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    page.keyboard.press("Escape")
    assert card.count() == 0
    button.click()
    box, at = card.bounding_box(), button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert abs(box["y"] - (at["y"] + at["height"])) < 40


def test_a_narrow_page_does_not_scroll_sideways(visit, gallery_file):
    seen = visit(gallery_file, width=390, height=844)
    seen.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    wide = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
    seen.page.locator(".kpi .ev").first.click()
    box = seen.page.locator(".pop:popover-open").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert seen.complaints == []


def test_on_paper_every_table_is_open_and_charts_fit(page, gallery):
    from playwright.sync_api import expect

    assert page.locator("#racks-table").is_hidden()
    page.emulate_media(media="print")
    expect(page.locator("details:not([open])")).to_have_count(0)
    for figure in gallery.figures():
        assert page.locator(f"#{figure.id}-table").is_visible()
        svg = page.locator(f"#{figure.id} :is(.chart, .drawing) svg").bounding_box()
        chart = page.locator(f"#{figure.id} :is(.chart, .drawing)").bounding_box()
        assert svg["width"] <= chart["width"] + 1
    assert page.locator(".csv").first.is_hidden()
    page.emulate_media(media="screen")
    expect(page.locator("details[open]")).to_have_count(0)
    assert page.locator("#racks .chart svg").bounding_box()["width"] > 800


_CUT_OFF = """() => [...document.querySelectorAll(".scroll")]
  .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.querySelector("table").id)"""


def test_on_a4_paper_no_table_is_cut_off(visit, gallery_file):
    page = visit(gallery_file, width=688, height=1000).page
    page.emulate_media(media="print")
    page.wait_for_function("document.querySelectorAll('details:not([open])').length === 0")
    assert page.evaluate(_CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 688


def test_every_chart_follows_the_window(page):
    page.set_viewport_size({"width": 390, "height": 844})
    fits = """() => [...document.querySelectorAll(".chart")].every(
      chart => Math.abs(chart.querySelector("svg").clientWidth - chart.clientWidth) <= 1)"""
    page.wait_for_function(fits)
    page.set_viewport_size({"width": 1280, "height": 844})
    page.wait_for_function(fits)
    assert page.locator("#racks .chart svg").bounding_box()["width"] > 800


def test_the_legend_switches_a_series_off_and_on(page):
    from playwright.sync_api import expect

    key = page.locator("#output-by-factory button.key").first
    lines = page.locator("#output-by-factory .chart svg path")
    before = lines.count()
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    expect(lines).not_to_have_count(before)
    key.click()
    expect(lines).to_have_count(before)


def test_hovering_a_chart_shows_values_with_units(page):
    page.locator("#output-by-factory .chart").hover(position={"x": 400, "y": 150})
    tip = page.locator("body > div", has_text="racks/quarter").last
    tip.wait_for()
    assert "Houston" in tip.inner_text()
    assert "2026-Q" in tip.inner_text() or "2027-Q" in tip.inner_text()


def test_a_table_is_saved_as_csv_with_plain_numbers(page):
    page.locator("#racks-by-year summary").click()
    with page.expect_download() as waiting:
        page.locator("#racks-by-year .csv").click()
    text = waiting.value.path().read_text("utf-8-sig").splitlines()
    assert waiting.value.suggested_filename == "racks-by-year-table.csv"
    assert text[0] == 'year,GB300 NVL72 racks,VR200 NVL144 racks,"800 VDC, 600 kW racks",total racks,asked racks'
    assert text[2] == "2027,600,2400,12,3012,3600"


def test_tables_are_open_without_scripts(visit, gallery_file):
    seen = visit(gallery_file, java_script_enabled=False)
    assert seen.page.locator("#racks-table").is_visible()


def test_hostile_names_are_drawn_as_words_and_run_nothing(visit, hostile, tmp_path):
    path = write(hostile, tmp_path / "hostile.html")
    seen = visit(path)
    seen.page.on("dialog", lambda dialog: seen.complaints.append(dialog.message))
    seen.page.locator(".chart").first.hover(position={"x": 300, "y": 180})
    assert seen.page.locator(".chart svg").count() == 2
    assert "<img src=x onerror=alert(2)>" in seen.page.locator(".chart svg").first.text_content()
    assert seen.page.locator("img").count() == 0
    assert seen.complaints == []
    assert seen.requests == [path.as_uri()]
