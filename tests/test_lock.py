"The lock pins everything settings.ini asks for, and nothing that belongs to one machine."
from configparser import ConfigParser

from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]


def locked():
    return {canonicalize_name(r.name): r for r in map(Requirement, LOCK)}


def asked():
    config = ConfigParser(delimiters=["="])
    config.read(ROOT / "settings.ini")
    return [Requirement(r) for key, text in config["DEFAULT"].items() if key.endswith("requirements") for r in text.split()]


def test_every_line_is_one_pinned_version():
    for r in locked().values():
        assert [s.operator for s in r.specifier] == ["=="], r
        assert "+" not in str(r.specifier) and not r.url, r


def test_nothing_of_one_machine():
    text = "\n".join(LOCK)
    assert "nvidia" not in text and "://" not in text and "@" not in text


def test_the_lock_is_within_the_ranges():
    pins = locked()
    for r in asked():
        pin = pins[canonicalize_name(r.name)]
        assert r.specifier.contains(next(iter(pin.specifier)).version), f"{r} does not admit {pin}"


def test_the_pins_that_nbdev_needs():
    exact = {r.name: str(r.specifier) for r in asked()}
    assert [exact[n] for n in ("nbdev", "execnb", "fastcore", "ghapi", "fastgit")] == ["==2.4.14", "==0.1.18", "==1.14.5", "==1.1.1", "==0.0.6"]
