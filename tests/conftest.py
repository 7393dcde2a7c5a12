"What the tests share: the digits, a trained model and all eight artifacts, made once a session."
from pathlib import Path

import pytest

from edge_export import TREE, SimpleCNN, build, fit, load_data

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def digits():
    return load_data("digits")


@pytest.fixture(scope="session")
def made(digits, tmp_path_factory):
    "A folder with a trained model's eight artifacts: (folder, model, files)."
    folder = tmp_path_factory.mktemp("made")
    model = fit(SimpleCNN(), digits, out=folder)
    return folder, model, build(TREE, model, digits, folder)
