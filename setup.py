"Package metadata: everything is read from settings.ini."
from configparser import ConfigParser
from pathlib import Path

from setuptools import find_packages, setup

config = ConfigParser(delimiters=["="])
config.read(Path(__file__).with_name("settings.ini"), encoding="utf-8")
cfg = config["DEFAULT"]
extras = {name.removesuffix("_requirements"): cfg[name].split()
          for name in cfg if name.endswith("_requirements")}

setup(
    name=cfg["lib_name"], version=cfg["version"], description=cfg["description"],
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=cfg["author"], author_email=cfg["author_email"], url=cfg["git_url"],
    license=cfg["license"].upper(), keywords=cfg["keywords"],
    packages=find_packages(include=["edge_export*"]), package_data={"edge_export": ["assets/*", "assets/c/*", "assets/c/empty/*", "assets/firmware/*", "assets/published/*", "assets/targets/*", "assets/vendors/*"]},
    python_requires=f">={cfg['min_python']}",
    install_requires=cfg["requirements"].split(), extras_require=extras,
    entry_points={"console_scripts": cfg["console_scripts"].split(),
                  "nbdev": [f"{cfg['lib_name']}={cfg['lib_path']}._modidx:d"]},
)
