"""Fits the model that params.yaml describes, and tests it.

Reads data/featurised; writes the model, its learning curve (DVCLive) and its
errors on molecules that it has not seen. Run by DVC in the project's folder.
"""

import json
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from datasets import DatasetDict, disable_progress_bars
from molflux import metrics, modelzoo
from molflux.datasets import load_dataset_from_store

TEST_METRICS = {  # our names for MolFlux's
    "rmse": "root_mean_squared_error",
    "mae": "mean_absolute_error",
    "r2": "r2",
}


def sklearn_config(config: dict, seed: int) -> dict:
    """scikit-learn's names for the settings that both models have."""
    if config["optimizer"]["name"] != "Adam":
        raise SystemExit("error: scikit-learn's MLP has no optimizer but Adam here")
    epochs = config["trainer"]["max_epochs"]
    return {
        "x_features": config["x_features"],
        "y_features": config["y_features"],
        "hidden_layer_sizes": [config["hidden_dim"]] * (config["num_layers"] - 1),
        "batch_size": config["datamodule"]["train"]["batch_size"],
        "solver": "adam",
        "learning_rate_init": config["optimizer"]["config"]["lr"],
        "random_state": seed,
        "max_iter": epochs,
        "n_iter_no_change": epochs,  # it stops after max_epochs, not before
    }


def train_sklearn(params: dict, data: DatasetDict) -> modelzoo.Model:
    """Trains on one thread: as small as this is, more are slower, and round differently."""
    from dvclive import Live
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    if params["fabric"]["accelerator"] != "cpu":
        print("warning: scikit-learn has no code for GPUs, using the CPU", file=sys.stderr)
    config = sklearn_config(params["model"]["config"], params["seed"])
    model = modelzoo.load_from_dict({"name": params["model"]["name"], "config": config})
    warnings.simplefilter("ignore", ConvergenceWarning)  # max_epochs was asked for
    with threadpool_limits(1):
        model.train(train_data=data["train"])
    with Live("metrics/train", dvcyaml=None) as live:
        for loss in model.model.loss_curve_:
            live.log_metric("train/total/loss", loss)
            live.next_step()
    return model


def train_lightning(params: dict, data: DatasetDict) -> modelzoo.Model:
    """Trains on the device that `fabric` names, or on one thread; Lightning logs each epoch."""
    import torch
    from lightning.pytorch import seed_everything

    torch.set_num_threads(1)
    seed_everything(params["seed"], workers=True)
    model = modelzoo.load_from_dict(params["model"])
    model.train(train_data=data["train"], validation_data=data["validation"])
    return model


TRAIN = {"mlp_regressor": train_sklearn, "lightning_mlp_regressor": train_lightning}


def errors_on(part, model: modelzoo.Model) -> dict:
    """The model's errors on `part`, in log10(mol/L)."""
    (target,) = model.y_features
    (predictions,) = model.predict(part).values()
    values = metrics.load_suite("regression").compute(
        predictions=predictions, references=part.with_format(None)[target]
    )
    return {name: values[theirs] for name, theirs in TEST_METRICS.items()}


def main() -> None:
    params = yaml.safe_load(Path("params.yaml").read_text())
    disable_progress_bars()
    with TemporaryDirectory() as cache:  # Hugging Face's, which is not for several jobs
        data = load_dataset_from_store("data/featurised", cache_dir=cache)
        model = TRAIN[params["model"]["name"]](params, data)
        errors = errors_on(data["test"], model)
    modelzoo.save_to_store("model", model)
    Path("metrics/test.json").write_text(json.dumps({"test": errors}, indent=2) + "\n")
    print(f"test RMSE {errors['rmse']:.4f} log10(mol/L)")


if __name__ == "__main__":
    main()
