"""What holds for the repository as a whole: what is published, what it names, what it costs to import."""

import ast
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from gigaloop.version import VERSION

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCE_FILES = sorted((ROOT / "src" / "gigaloop").rglob("*.py"))

# `gigaloop --help` pays for none of these.
HEAVY = {"numpy", "scipy", "highspy", "duckdb", "jinja2", "pydantic"}

# Folders that exist on one machine only, and the addresses of package indexes.
LOCAL_PATH = re.compile(r"(?<![\w.~)}\]-])/(?:work|workspace|root|home|Users|tmp|opt|mnt|private)/[\w.-]+")
WINDOWS_PATH = re.compile(r"\b[A-Z]:\\{1,2}Users\\", re.IGNORECASE)
INDEX_ADDRESS = re.compile(r"(?:\w+://|//)[^\s\"'<>]*(?:pythonhosted|pypi\.org/simple|/simple/?(?![\w/-]))")


def build(target: str, source: Path, folder: Path) -> Path:
    """Build the sdist or the wheel of a source tree, offline."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Everything of the checkout that version control does not ignore, unpacked from the sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, folder)) as archive:
        if hasattr(tarfile, "data_filter"):  # from Python 3.11.4 on
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(folder / "unpacked")  # noqa: S202 - our own archive
    (tree,) = (folder / "unpacked").iterdir()
    return tree


@pytest.fixture(scope="module")
def wheel(published, tmp_path_factory):
    """The wheel that the published sources give."""
    return zipfile.ZipFile(build("wheel", published, tmp_path_factory.mktemp("wheel")))


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_every_file_of_the_package_and_of_the_programmes(published, wheel):
    package = {f"gigaloop/{name}" for name in files_below(published / "src" / "gigaloop")}
    programmes = {f"gigaloop/programmes/{name}" for name in files_below(published / "programmes")}
    held = {name for name in wheel.namelist() if not name.startswith("gigaloop-")}
    assert held == package | programmes


@pytest.mark.parametrize(
    "pattern",
    [
        r"gigaloop/py\.typed",
        r"gigaloop/catalogue/data/.+\.(yaml|csv)",
        r"gigaloop/report/.+\.js",
        r"gigaloop/report/assets/us-states\.json",
        r"gigaloop/report/.+\.(html|j2|jinja)",
        r"gigaloop/report/assets/THIRD_PARTY\.md",
        r"gigaloop/programmes/us-buildout/.+\.yaml",
        r"gigaloop-[^/]+/licenses/LICENSE",
        r"gigaloop-[^/]+/licenses/NOTICE",
    ],
)
def test_the_wheel_holds_what_an_installation_needs(wheel, pattern):
    assert any(re.fullmatch(pattern, name) for name in wheel.namelist())


def test_results_and_caches_stay_out_of_what_is_published(published):
    unwanted = {".gigaloop", "__pycache__", ".venv", "out", "dist", "node_modules"}
    assert not [name for name in files_below(published) if unwanted & set(Path(name).parts)]


def test_a_cache_inside_a_programme_stays_out_of_the_wheel(published, tmp_path):
    cache = published / "programmes" / "us-buildout" / ".gigaloop"
    cache.mkdir()
    (cache / "stage.bin").write_bytes(b"cached")
    try:
        names = zipfile.ZipFile(build("wheel", published, tmp_path)).namelist()
    finally:
        (cache / "stage.bin").unlink()
        cache.rmdir()
    assert not [name for name in names if ".gigaloop" in name]


def test_no_file_names_a_local_path_or_a_package_index(published):
    found = []
    for name in sorted(files_below(published)):
        try:
            text = (published / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for pattern in (LOCAL_PATH, WINDOWS_PATH, INDEX_ADDRESS):
            found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


@pytest.mark.parametrize("top", ["work", "root", "home", "Users", "tmp", "opt"])
@pytest.mark.parametrize("before", ["", "'", "file://", "see "])
def test_a_local_path_is_recognised(top, before):
    assert LOCAL_PATH.search(f"{before}/{top}/someone/data.csv")


@pytest.mark.parametrize("text", ["https://example.org/home/data.csv", "a/tmp/b", "/etc/passwd", "~/mine/x"])
def test_other_paths_are_allowed(text):
    assert not LOCAL_PATH.search(text)


@pytest.mark.parametrize("host", ["https://pypi.org", "http://10.0.0.1:8080/root/pypi/+", "file:///srv/index"])
def test_a_package_index_is_recognised(host):
    assert INDEX_ADDRESS.search(f"--index-url {host}/" + "simple")
    assert not INDEX_ADDRESS.search(f"{host}/project/gigaloop")


@pytest.mark.parametrize("path", SOURCE_FILES, ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_a_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_changelog_starts_with_the_current_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[?v?(\d+\.\d+\.\d+\S*?)\]?(?: |$)", changelog, re.MULTILINE)
    assert headings[0] == VERSION


def locked(name: str) -> dict[str, Version]:
    """Packages of a lock file by canonical name."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in pins}


def group(name: str) -> list[Requirement]:
    """Requirements of a dependency group, included groups too."""
    requirements = []
    for entry in PROJECT["dependency-groups"][name]:
        requirements += group(entry["include-group"]) if isinstance(entry, dict) else [Requirement(entry)]
    return requirements


@pytest.mark.parametrize(("lock", "groups"), [("run.lock", ["build"]), ("dev.lock", ["dev"])])
def test_the_lock_holds_a_version_of_every_dependency_within_its_range(lock, groups):
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    for name in groups:
        wanted += group(name)
    pins = locked(lock)
    outside = [
        str(requirement)
        for requirement in wanted
        if not requirement.specifier.contains(pins.get(canonicalize_name(requirement.name), "0"))
    ]
    assert not outside, "run `make lock`"


def test_the_development_lock_extends_the_product_lock():
    assert locked("run.lock").items() <= locked("dev.lock").items()


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_every_package_of_a_lock_is_pinned_by_hash(lock):
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert all("==" in package and "--hash=sha256:" in package for package in packages)


def test_the_design_gives_a_reason_for_every_dependency():
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    chosen = design[design.index("## 6.") :].lower()
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]] + group("dev")
    assert not [r.name for r in wanted if f"`{r.name.lower()}" not in chosen]


@pytest.mark.parametrize("arguments", [["-c", "import gigaloop.cli"], ["-m", "gigaloop", "--help"]], ids=lambda a: a[0])
def test_the_command_starts_without_a_heavy_library(arguments):
    command = [sys.executable, "-X", "importtime", *arguments]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    lines = ran.stderr.splitlines()
    imported = {line.rsplit("|", 1)[1].strip() for line in lines if line.startswith("import time:")}
    said = [line for line in lines if not line.startswith("import time:")]
    assert ran.returncode == 0, said
    assert "gigaloop.cli" in imported
    assert not {name.partition(".")[0] for name in imported} & HEAVY


def test_a_look_at_the_catalogue_does_not_pay_for_the_plan():
    command = [sys.executable, "-X", "importtime", "-m", "gigaloop", "catalogue", "show", "gb300"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    imported = {line.rsplit("|", 1)[1].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "gigaloop.catalogue" in imported
    assert not {name for name in imported if name.startswith(("gigaloop.plan", "gigaloop.design", "numpy"))}
