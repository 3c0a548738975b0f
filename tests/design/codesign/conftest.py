"""A programme of two generations, and a mix that is laid out in an instant."""

from __future__ import annotations

import pytest

from gigaloop.catalogue import load_catalogue
from gigaloop.design.codesign.serving import ServingWork
from gigaloop.design.codesign.training import TrainingWork
from gigaloop.design.performance.strategies import Job
from gigaloop.design.serving.loads import ServingLoad
from gigaloop.design.transformer import Transformer, preset
from gigaloop.programme import load_programme, new_programme

LLAMA = Transformer("Llama 3.1 8B", 32, 4096, 32, 8, 128, 14336, 128256)


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def programme(tmp_path_factory, catalogue):
    folder = tmp_path_factory.mktemp("codesign") / "mine"
    new_programme(folder)
    return load_programme(folder, catalogue)


@pytest.fixture(scope="session")
def training():
    """A dense model on as many accelerators as a few domains have."""
    return TrainingWork("training", 0.5, LLAMA, Job(sequence=8192, batch=576, precision=1), 288)


@pytest.fixture(scope="session")
def serving(catalogue):
    """A mixture of experts, at a speed that its users must see."""
    load = ServingLoad(isl=2048.0, osl=512.0, precision=1)
    return ServingWork("serving", 0.5, preset(catalogue, "deepseek-v3"), load, domain=144, speed=40.0)


@pytest.fixture(scope="session")
def mix(training, serving):
    """The same for every generation."""
    return lambda generation, domain: (training, serving)  # noqa: ARG005
