"""Fixtures that more than one part of the tests needs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import gigaloop
from gigaloop.programme.starter import bundled_programmes
from gigaloop.report.content import build_report
from gigaloop.study.chain import Result

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str | None:
    """Find Chromium: the one named by GIGALOOP_CHROMIUM, or the system's."""
    named = os.environ.get("GIGALOOP_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


@dataclass
class Visit:
    """An open page with all that it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def bundled() -> Result:
    """The bundled programme with its results, planned once for all tests of a run."""
    return gigaloop.run(gigaloop.load(bundled_programmes()["us-buildout"]))


@pytest.fixture(scope="session")
def bundled_report(bundled):
    """The report of the bundled programme."""
    return build_report(bundled)


@pytest.fixture(scope="session")
def chromium():
    """Chromium, started once for all tests of a run; skips where the system has none."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: install the system's package (apt-get install chromium) or set GIGALOOP_CHROMIUM")
    sync_api = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is not installed")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Visit]]:
    """Open a file or an address in a fresh page and record its requests and complaints."""
    contexts = []

    def open_page(where: Path | str, *, width: int = 1280, height: int = 900, **options) -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on(
            "console",
            lambda message: seen.complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        seen.page.goto(where.as_uri() if isinstance(where, Path) else where)
        return seen

    yield open_page
    for context in contexts:
        context.close()
