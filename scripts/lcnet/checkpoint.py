"""The folder of a run: a checkpoint, from which the same command goes on, and a log."""

import csv
import os
import subprocess
import pathlib

import torch

from .command import BadInput, read

COLUMNS = ["epoch", "train_loss", "test_top1", "mac_share", "mac_share_std", "lnet_open", "seconds"]
IDENTITY = (
    "n",
    "seed",
    "batch",
    "ema",
    "flip",
)  # arguments that a run keeps: another value is another run


def write(path, state):
    """All of it or nothing: the file of before stays until the new one is complete."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    os.replace(part, path)


def commit():
    """The commit of these scripts, for the record of a run."""
    asked = [
        "git",
        "-C",
        str(pathlib.Path(__file__).parent),
        "describe",
        "--always",
        "--dirty",
        "--abbrev=7",
        "--exclude=*",
    ]
    try:
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


class Run:
    """What is kept of a training in `folder`: the state dicts of `parts`, by name."""

    def __init__(self, folder, arguments, parts):
        self.folder, self.file, self.log, self.parts = (
            folder,
            folder / "last.pt",
            folder / "log.csv",
            parts,
        )
        self.record = {
            name: value if isinstance(value, (int, float, list)) else str(value)
            for name, value in arguments.items()
        }
        self.commits = []  # one for each start of the command, with the epoch at which it started

    def resume(self):
        """Number of epochs that are done; all parts are as they were behind the last of them."""
        self.folder.mkdir(parents=True, exist_ok=True)
        epochs = self.restore() if self.file.exists() else 0
        self.commits.append([epochs, commit()])
        kept = (
            self.log.read_text().splitlines()[1 : 1 + epochs]
            if epochs and self.log.exists()
            else []
        )
        with open(
            self.log, "w", newline=""
        ) as f:  # an epoch that was logged but not kept is logged anew
            f.write("\n".join([",".join(COLUMNS), *kept]) + "\n")
        return epochs

    def restore(self):
        saved = read(self.file, what := "a checkpoint of this training")
        if not isinstance(saved, dict) or not {"epoch", *self.parts} <= saved.keys():
            raise BadInput(
                f"{self.file}: expected {what}, found something else: "
                "give another --out to start a run"
            )
        self.compare(saved.get("arguments", {}), saved["epoch"])
        try:
            for name, part in self.parts.items():
                part.load_state_dict(saved[name])
        except (RuntimeError, ValueError, KeyError) as e:
            raise BadInput(
                f"{self.file}: expected {what}, found another network's: "
                "give another --out to start a run"
            ) from e
        self.commits = saved.get("commits", [])
        return saved["epoch"]

    def compare(self, before, epochs):
        """Refuses to go on as another run than the checkpoint is of."""
        for name in IDENTITY:
            if before.get(name, self.record[name]) != self.record[name]:
                raise BadInput(
                    f"{self.file}: the run began with --{name} {before[name]}, "
                    f"found --{name} {self.record[name]}: "
                    "give the same value to go on, or another --out to start a run"
                )
        if epochs > self.record["epochs"]:
            raise BadInput(
                f"{self.file}: {epochs} epochs are done, found --epochs {self.record['epochs']}: "
                f"give at least {epochs}, or another --out to start a run"
            )

    def keep(self, epochs, row):
        """After an epoch: the checkpoint first, then its line in the log."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        write(
            self.file, state | {"epoch": epochs, "arguments": self.record, "commits": self.commits}
        )
        with open(self.log, "a", newline="") as f:
            csv.writer(f, lineterminator="\n").writerow([epochs, *row])
