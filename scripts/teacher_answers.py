#!/usr/bin/env python3
r"""What dense networks together answer to a training set, kept so that any number of trainings can distil from it.

  scripts/teacher_answers.py models/resnet20-dense.pt models/resnet32-dense.pt --data data/cifar10 --out runs/answers.pt

Each image is augmented in --views ways, and trainings with --answers use these views and no others. OUT holds
float16 logits [views, images, classes], the mean of the teachers' logits. It is written after each view, and a run that was
interrupted goes on behind the last.
"""

import argparse
import os
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lcnet import augment, data  # noqa: E402
from lcnet.command import command, read  # noqa: E402
from lcnet.model import load  # noqa: E402


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("teachers", nargs="+", type=pathlib.Path, help="dense checkpoints, of any depth")
    p.add_argument("--data", required=True, help="folder with CIFAR-10 binary files or MNIST idx files")
    p.add_argument("--out", required=True, type=pathlib.Path)
    p.add_argument("--views", type=int, default=8, help="ways in which each image is augmented (default 8)")
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--threads", type=int, default=2)
    args = p.parse_args()
    args.out.parent.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    images, labels = data.load(args.data, train=True)
    teachers = [load(path) for path in args.teachers]
    answers = list(read(args.out, "the answers of an interrupted run")) if args.out.exists() else []
    for number in range(len(answers), args.views):
        start, moves = time.time(), augment.view(number, len(labels), images.shape[1] == 3)
        parts = []
        with torch.no_grad():
            for pick in torch.arange(len(labels)).split(args.batch):
                x = data.normalize(augment.augment(images[pick], *(m[pick] for m in moves)))
                parts.append(sum(teacher(x)[0] for teacher in teachers) / len(teachers))
        logits = torch.cat(parts)
        answers.append(logits.half())
        part = args.out.with_suffix(".part")
        torch.save(torch.stack(answers), part)
        os.replace(part, args.out)
        right = (logits.argmax(1) == labels).float().mean().item()
        print(f"view {number + 1} of {args.views}: {right:.2%} of the images right, {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    command(main)
