"The lock pins everything settings.ini asks for, and nothing that belongs to one machine."
from configparser import ConfigParser

from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TARGETS = ("openvino", "executorch", "iree", "ethosu", "micro", "targets")   # extras of other runtimes, and all of them: their packages have a lock of their own


def lines(name):
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


LOCK, SECOND = lines("requirements.txt"), lines("requirements-targets.txt")


def named(lock):
    return {canonicalize_name(r.name): r for r in map(Requirement, lock)}


def locked():
    return named(LOCK) | named(SECOND)


def asked():
    config = ConfigParser(delimiters=["="])
    config.read(ROOT / "settings.ini")
    return [Requirement(r) for key, text in config["DEFAULT"].items()
            if key.endswith("requirements") and not key.startswith("targets") for r in text.split()]


def test_one_extra_brings_all_other_runtimes():
    config = ConfigParser(delimiters=["="])
    config.read(ROOT / "settings.ini")
    assert Requirement(config["DEFAULT"]["targets_requirements"].strip()).extras == {*TARGETS[:-1], "arm"}


def test_what_the_days_need_is_in_the_first_lock_alone():
    config = ConfigParser(delimiters=["="])
    config.read(ROOT / "settings.ini")
    days = [key for key in config["DEFAULT"] if key.endswith("requirements") and key.removesuffix("_requirements") not in TARGETS]
    assert {canonicalize_name(Requirement(r).name) for key in days for r in config["DEFAULT"][key].split()} <= set(named(LOCK))
    assert not set(named(LOCK)) & set(named(SECOND))


def test_every_line_is_one_pinned_version():
    for r in locked().values():
        assert [s.operator for s in r.specifier] == ["=="], r
        assert "+" not in str(r.specifier) and not r.url, r


def test_nothing_of_one_machine():
    text = "\n".join(LOCK + SECOND)
    assert "nvidia" not in text and "://" not in text and "@" not in text


def test_the_lock_is_within_the_ranges():
    pins = locked()
    for r in asked():
        pin = pins[canonicalize_name(r.name)]
        assert r.specifier.contains(next(iter(pin.specifier)).version), f"{r} does not admit {pin}"


def test_the_pins_that_nbdev_needs():
    exact = {r.name: str(r.specifier) for r in asked()}
    assert [exact[n] for n in ("nbdev", "execnb", "fastcore", "ghapi", "fastgit")] == ["==2.4.14", "==0.1.18", "==1.14.5", "==1.1.1", "==0.0.6"]
