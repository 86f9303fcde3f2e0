"""ESOL's molecules as ECFP fingerprints, split for training, in Parquet files.

Reads params.yaml and the tracked data; writes data/featurised. Run by DVC in
the project's folder.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from datasets import Dataset, DatasetDict, Sequence, Value, disable_progress_bars
from molflux import features, splits
from molflux.datasets import (
    featurise_dataset,
    load_dataset,
    load_dataset_from_store,
    save_dataset_to_store,
    split_dataset,
)
from rdkit import RDLogger


def load(config: dict, cache: str) -> Dataset:
    """The molecules from the file that `config` names, or from MolFlux's own loader."""
    if "file" in config:
        dataset = load_dataset_from_store(config["file"], cache_dir=cache)
    else:
        dataset = load_dataset(config["name"], cache_dir=cache)
    return dataset.rename_columns(config["rename"])


def as_floats(dataset: DatasetDict, column: str) -> DatasetDict:
    """Bits as the numbers that a network takes."""
    return dataset.cast_column(column, Sequence(Value("float32")))


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    disable_progress_bars()
    RDLogger.DisableLog("rdApp.warning")  # MolFlux's way to call RDKit, once for each molecule

    with TemporaryDirectory() as cache:  # Hugging Face's, which is not for several jobs
        molecules = load(params["dataset"], cache)
        parts = next(split_dataset(molecules, splits.load_from_dict(params["split"])))
        fingerprint = features.load_from_dict(params["features"])
        featurised = featurise_dataset(parts, column="smiles", representations=fingerprint)
        featurised = as_floats(featurised, f"smiles::{params['features']['name']}")
        save_dataset_to_store(featurised, "data/featurised", format="parquet", compression="gzip")


if __name__ == "__main__":
    main()
