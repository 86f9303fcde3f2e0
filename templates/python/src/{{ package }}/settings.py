"""The settings of an experiment, as DVC leaves them in params.yaml."""

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Dataset:
    """How many rows there are, and what becomes of them."""

    rows: int
    validation_fraction: float
    test_fraction: float
    seed: int


@dataclass(frozen=True)
class Model:
    """The multilayer perceptron and its training."""

    hidden_units: int
    learning_rate: float
    max_epochs: int
    seed: int


@dataclass(frozen=True)
class Settings:
    """All of params.yaml."""

    dataset: Dataset
    model: Model


def read_settings(path: Path) -> Settings:
    """Reads params.yaml; a missing or an unknown key is an error."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Settings(dataset=Dataset(**values["dataset"]), model=Model(**values["model"]))
