"""CIFAR-10 binary files and MNIST idx files as tensors."""

import gzip
import pathlib
import struct

import numpy as np
import torch

from .command import BadInput

# A pixel p becomes (p - 128) / 128: exactly the int8 that the accelerator reads, times 2**-7.
MEAN = STD = 128.0 / 255.0


def cifar10_file(path):
    """Records of one label and 3072 pixels."""
    raw = path.read_bytes()
    if not raw or len(raw) % 3073:
        raise BadInput(f"{path}: expected records of 3073 bytes, found {len(raw)} bytes: "
                       "fetch it again (scripts/fetch_cifar10)")
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3073)


def cifar10(folder, train):
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
    records = np.concatenate([cifar10_file(pathlib.Path(folder) / name) for name in names])
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def idx(path):
    """One idx file (gzip or plain) of unsigned bytes."""
    raw = pathlib.Path(path).read_bytes()
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    zero, kind, rank = struct.unpack_from(">HBB", raw)
    if zero != 0 or kind != 8:
        raise BadInput(f"{path}: expected an idx file of unsigned bytes, found another")
    shape = struct.unpack_from(f">{rank}I", raw, 4)
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * rank).reshape(shape)


def mnist(folder, train):
    stem = "train" if train else "t10k"
    found = {}
    for kind in ("images", "labels"):
        names = sorted(pathlib.Path(folder).rglob(f"{stem}-{kind}*"))
        if not names:
            raise BadInput(f"{folder}: expected test_batch.bin of CIFAR-10 or {stem}-{kind}* of MNIST, found neither")
        found[kind] = idx(names[0])
    return found["images"][:, None], found["labels"]


def load(folder, train, device="cpu"):
    """(images uint8 [N, C, H, W], labels int64 [N]) of the data set in `folder`, on `device`."""
    reader = cifar10 if (pathlib.Path(folder) / "test_batch.bin").exists() else mnist
    images, labels = reader(folder, train)
    images, labels = torch.from_numpy(images.copy()), torch.from_numpy(labels.astype(np.int64))
    return images.to(device), labels.to(device)


def normalize(batch):
    return batch.float().sub(128.0).div(128.0).contiguous(memory_format=torch.channels_last)
