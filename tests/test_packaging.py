"""What is built is what is needed: a wheel that plays the demo without this folder, and a whole source archive."""

import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path, PurePosixPath

import httpx
import pytest

from bot import __version__
from tests.test_demo import ADDRESS, UP

ROOT = Path(__file__).parents[1]
SOURCE = {str(path.relative_to(ROOT)) for path in (ROOT / "bot").rglob("*") if path.suffix in (".py", ".js", ".mako")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with a wheel and a source archive, built as `pip` and `python -m build` have them built."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def wheel(built):
    (wheel,) = built.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def archive(built):
    (archive,) = built.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The folder of commands of a fresh environment with the wheel in it; what the wheel needs is lent by ours."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    # What our own .pth files say does not come along, so this folder's bot is not importable there.
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(f"{Path(httpx.__file__).parents[1]}\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(folder / "bin/python")]
    command = [*pip, "install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder / "bin"


def names(wheel):
    return set(zipfile.ZipFile(wheel).namelist())


def metadata(wheel):
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(opened.read(name))


def declared(wheel):
    """The Pythons that the wheel says it is for."""
    return [line.split(" :: ")[-1] for line in metadata(wheel).get_all("Classifier") if ":: Python :: 3." in line]


def newer(wheel):
    """The next Python, which nothing was tried with."""
    major, minor = declared(wheel)[-1].split(".")
    return f"{major}.{int(minor) + 1}"


def test_the_wheel_has_all_of_the_bot_and_nothing_else(wheel):
    found = names(wheel)

    assert found >= SOURCE | {"bot/py.typed", "bot/sandbox/page/index.html", "bot/sandbox/page/style.css"}
    assert {PurePosixPath(name).parts[0] for name in found if ".dist-info/" not in name} == {"bot"}
    assert [name for name in found if name.endswith((".pyc", ".db", ".env"))] == []


def test_the_wheel_says_what_it_is(wheel):
    told = metadata(wheel)

    assert (told["Name"], told["Version"], told["License-Expression"]) == ("onboarding-bot", __version__, "MIT")
    assert "Typing :: Typed" in told.get_all("Classifier")
    assert told.get_payload().startswith("# onboarding-bot\n")


def test_the_changelog_begins_with_this_version_and_names_the_pythons_that_are_declared(wheel):
    newest = (ROOT / "README.md").read_text().split("\n## Changelog\n")[1].split("\n### ")[1]
    (tested,) = re.findall(r"^Tested: .*?(?=^\n)", newest, flags=re.MULTILINE | re.DOTALL)

    assert newest.startswith(f"{__version__} · ")
    assert re.findall(r"\b3\.\d\d\b", tested) == [*declared(wheel), newer(wheel)]


def test_no_other_python_is_taken_by_pip_or_chosen_by_make(wheel):
    first, *_, last = declared(wheel)
    makefile = (ROOT / "Makefile").read_text()

    assert set(metadata(wheel)["Requires-Python"].split(",")) == {f">={first}", f"<{newer(wheel)}"}
    assert f"for v in {' '.join(declared(wheel))}; do" in makefile
    assert f"({first}) <= sys.version_info < ({newer(wheel)})".replace("3.", "3, ") in makefile
    assert f"{', '.join(declared(wheel)[:-1])} or {last}" in makefile


def test_the_source_archive_is_enough_to_test_and_build_it_again(archive, wheel, tmp_path):
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()

    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=unpacked,
        check=True,
        capture_output=True,
        timeout=60,
    )

    (again,) = tmp_path.glob("*.whl")
    assert names(again) == names(wheel)
    for name in ("tests/test_packaging.py", "Makefile", "constraints.txt", ".env.example", "deploy/Dockerfile"):
        assert (unpacked / name).is_file(), name


def test_installed_the_bot_plays_its_demo(installed, tmp_path):
    where = [installed / "python", "-c", "import bot; print(bot.__file__)"]
    assert str(installed.parent) in subprocess.run(where, cwd=tmp_path, capture_output=True, text=True).stdout

    command = [installed / "onboarding-bot", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as demo:
        try:
            printed = ""
            while UP not in printed and (line := demo.stdout.readline()):
                printed += line
            page, script = (httpx.get(f"{ADDRESS.search(printed)[0]}/{path}") for path in ("", "static/app.js"))
        finally:
            demo.terminate()

    assert "<title>" in page.text
    assert script.status_code == 200
