"""What the scripts share as commands: files from others, and one line for what is wrong with them."""

import pickle
import sys

import torch


class BadInput(Exception):
    """A file of the user's is not what it should be. The text names the file, what was expected and what was found."""


def read(path, what):
    """What torch.save wrote to a file; `what` tells the user what it should have been."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, OSError) as e:
        # A file that cannot be opened has its name in the error; that of a torn one has none.
        if isinstance(e, OSError) and e.filename:
            raise
        raise BadInput(f"{path}: expected {what}, found something else") from e


def weights(path):
    """The weights of a checkpoint: their running mean, where the training takes one."""
    saved = read(path, what := "a checkpoint of train_lcnet.py")
    if not isinstance(saved, dict) or "model" not in saved:
        raise BadInput(f"{path}: expected {what}, found no weights in it")
    return saved.get("ema", saved["model"])


def command(main):
    """Runs a script. Bad input gives one line and exit code 2."""
    try:
        main()
    except BadInput as e:
        print(f"error: {e}", file=sys.stderr)
    except OSError as e:
        print(f"error: {e.filename}: {e.strerror}", file=sys.stderr)
    else:
        return
    sys.exit(2)
