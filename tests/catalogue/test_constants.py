"""Nothing in the engines is an engineering constant without a source: those live in the catalogue.

The check reads the source. A number is allowed where it is arithmetic (small whole numbers, halves, powers of ten and
two, the calendar, the zero of Celsius), where it bounds or cuts texts or counts rounds, or where a source is named: in
the docstring of its function or class, in the text below it, in a comment beside it, or in the comment that heads its
paragraph. A docstring of the module does not do: it would cover whatever is added later. Not looked at: the catalogue
and the unit table, which are the home of such numbers, and the modules that only present (sizes of fonts, charts and
columns are choices of layout), only read, write and cache files, steer the solver (limits and tolerances of the
software, not of the world), or build the neutral programme that the cases of the validation are planned on.
"""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from pathlib import Path

import pytest

import gigaloop

SOURCE = Path(gigaloop.__file__).parent

HOME = ("catalogue/", "core/units.py")
PRESENTATION = ("report/", "cli/", "exchange/", "studio/")
CASES = ("validation/small.py",)
PLUMBING = (
    "core/csv_reader.py",
    "core/document.py",
    "core/quantity.py",
    "core/suggest.py",
    "core/validate.py",
    "core/yaml_reader.py",
    "programme/",
    "solve/",
    "study/cache.py",
    "study/codec.py",
    "study/store.py",
)

EXACT = frozenset({273.15, 12, 24, 30, 52, 53, 60, 168, 365, 365.25, 366, 3600, 8760, 86400})
HALVES = frozenset({0.5, 0.25, 0.75, 1.5, 2.5})
NAMES_A_SOURCE = re.compile(
    r"https?://|\b[Dd][Oo][Ii]\b|\bSource:|\b10\.\d{4,}/|\barXiv\b|\bet al\.|\bORv\d|\b(?:ASHRAE|BIPM|IAPWS)\b"
    r"|\b(?:CFR|DIN|EIA|EN|IEC|IEEE|ISO|NIST|RFC|SP) \d"
)
BOUNDS = frozenset({"Dim", "Field", "StringConstraints", "lru_cache", "range"})


class Comments(dict[int, str]):
    """The comments of a text by line, and its blank lines."""

    def __init__(self, code: str) -> None:
        tokens = tokenize.generate_tokens(io.StringIO(code).readline)
        super().__init__((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
        self.blank = {number for number, line in enumerate(code.splitlines(), 1) if not line.strip()}


def unsourced(code: str) -> list[tuple[int, str]]:
    """Give line and text of the numbers that stand in code without a source."""
    tree = ast.parse(code)
    comments = Comments(code)
    found: list[tuple[int, str]] = []
    _visit(tree, comments, found)
    return sorted(set(found))


def _visit(node: ast.AST, comments: Comments, found: list[tuple[int, str]]) -> None:
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, int | float) and not _is_arithmetic(value) and not _beside(node.lineno, comments):
            found.append((node.lineno, repr(value)))
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and _says(ast.get_docstring(node)):
        return
    if isinstance(node, ast.Call) and _name(node.func) in BOUNDS:
        return
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Subscript | ast.Slice):
        children = [child for child in children if not _is_whole(child)]
    if isinstance(node, ast.Compare) and any(_name(getattr(side, "func", None)) == "len" for side in ast.walk(node)):
        children = [child for child in children if not _is_whole(child)]
    for child, after in zip(children, [*children[1:], None], strict=False):
        if isinstance(child, ast.Assign | ast.AnnAssign) and (_says(_text(after)) or _above(child, comments)):
            continue
        _visit(child, comments, found)


def _is_whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _is_arithmetic(value: int | float) -> bool:
    size = abs(value)
    if size in EXACT or size in HALVES or (size <= 10 and float(size).is_integer()):
        return True
    if math.isinf(size) or (isinstance(size, int) and size & (size - 1) == 0):
        return True
    return math.isclose(10.0 ** round(math.log10(size)), size, rel_tol=1e-12)


def _says(text: str | None) -> bool:
    return text is not None and NAMES_A_SOURCE.search(text) is not None


def _text(node: ast.AST | None) -> str | None:
    """Give the text that documents the assignment before it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return None


def _beside(line: int, comments: Comments) -> bool:
    return _says(comments.get(line)) or _above_line(line, comments)


def _above(node: ast.stmt, comments: Comments) -> bool:
    return _above_line(node.lineno, comments)


def _above_line(line: int, comments: Comments) -> bool:
    """Say whether a comment above a line, in the same paragraph, names a source."""
    line -= 1
    while line not in comments.blank and line > 0:
        if _says(comments.get(line)):
            return True
        line -= 1
    return False


def _name(node: object) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


MODULES = [
    path.relative_to(SOURCE).as_posix()
    for path in sorted(SOURCE.rglob("*.py"))
    if not path.relative_to(SOURCE).as_posix().startswith((*HOME, *PRESENTATION, *PLUMBING, *CASES))
]


@pytest.mark.parametrize("module", MODULES)
def test_no_engineering_constant_stands_without_a_source(module):
    found = unsourced((SOURCE / module).read_text(encoding="utf-8"))
    told = "\n".join(f"  {module}:{line}: {number}" for line, number in found)
    assert not found, f"put these into the catalogue, or name their source in the docstring or a comment:\n{told}"


@pytest.mark.parametrize(
    "planted",
    [
        "PUE = 1.27\n",
        "PUE: float = 1.27\n",
        '"""Cooling after https://example.org/handbook."""\n\nPUE = 1.27\n',
        "def facility(power):\n    return 1.27 * power\n",
        "def facility(power, pue=1.27):\n    return power * pue\n",
        "class Plant:\n    approach = 3.7\n",
        "LOSSES = {'ups': (0.94, 0.97)}\n",
        "PUE = 1.27\n'''Power usage effectiveness.'''\n",
        "# a usual value\nPUE = 1.27\n",
        "# Source: https://example.org\nA = 2.2\n\nPUE = 1.27\n",
        "CAPACITY = 350\n",
        "limit = table[350 + x] + 0.83\n",
        "def f(x):\n    return lambda y: y * 4184.0\n",
    ],
)
def test_the_check_finds_a_planted_constant(planted):
    assert unsourced(planted)


@pytest.mark.parametrize(
    "sound",
    [
        "PUE = 1.27\n'''Fleet mean, https://example.org/pue, 2025.'''\n",
        "PUE = 1.27  # doi:10.1000/182\n",
        "# Source: Annual report 2025, p. 7\nPUE = 1.27\n",
        "# Melinder et al., table 3\nA = 305.8583\nB = (0.307031, 1.347e-5)\n",
        'def heat(flow):\n    """Heat of water, IAPWS SR6-08."""\n    return 998.2 * 4184.0 * flow\n',
        "celsius = kelvin - 273.15\n",
        "days = 365.25\nseconds = 24 * 3600.0\n",
        "close = abs(a - b) <= 1e-9 * max(1.0, abs(b))\n",
        "half = 0.5 * (low + high)\nmega = 1e6\nkibi = 1024\n",
        "if len(text) > 57:\n    text = text[:57]\n",
        "for _ in range(50):\n    pass\n",
        "year: Annotated[int, Field(ge=2000, le=2100)]\n",
        "done = True\nlabel = f'{share:.27f}'\n",
    ],
)
def test_the_check_lets_sourced_numbers_and_arithmetic_pass(sound):
    assert not unsourced(sound)


def test_the_check_looks_at_the_engines():
    if (SOURCE / "design").exists():
        assert any(module.startswith("design/") for module in MODULES)
    assert "core/money.py" in MODULES
    assert not any(module.startswith("catalogue/") for module in MODULES)
