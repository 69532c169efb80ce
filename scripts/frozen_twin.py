#!/usr/bin/env python3
"""Compare an LC-Net with its frozen twin: the same weights and the same average cost, no choice per image.

  scripts/frozen_twin.py models/resnet20-lcnet-60.pt --data data/cifar10

A file of train_lcnet.py does as well without its checkpoint: model.onnx has the batch norms folded, and what they were
is taken from the training images again.

How the twin is made, over all training images without augmentation:

1. For each gate output (an L-Net, or one channel of a C-Net) take its open rate, the share of images with a score
   above 0, and its mean score over the images that open it. (A C-Net 2 is asked about the images of an open L-Net alone.)
2. Open the gate outputs in falling order of their open rate. The dynamic network's average cost lies between two of
   these steps (a block at a time, mostly); both are taken: the twin that costs just less and the one that costs more.
3. An open output gives its mean score to every image, the others give 0.

A twin is evaluated as it is, and once more after its batch-norm statistics are taken again over 100 augmented
training batches, since the mean decision shifts them. All on the 10,000 test images.
"""

import argparse
import copy
import pathlib
import sys

import torch
import torch.nn as nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lcnet import data  # noqa: E402
from lcnet.command import command  # noqa: E402
from lcnet.measure import evaluate, settle_statistics  # noqa: E402
from lcnet.model import load  # noqa: E402
from lcnet.unfold import unfold  # noqa: E402


class Fixed(nn.Module):
    """A gate that gives the same scores for every image."""

    def __init__(self, scores):
        super().__init__()
        self.register_buffer("scores", scores)

    def forward(self, pooled):
        scores = self.scores.expand(len(pooled), -1)
        return scores, (scores > 0).float()


def gates(model):
    return [(block, name) for block in model.blocks for name in ("lnet", "cnet1", "cnet2")]


@torch.no_grad()
def mean_decisions(model, images):
    """Open rates and mean open scores (a tensor a gate), and the mean executed MACs."""
    model.eval()
    opened, total, asked, macs = {}, {}, {}, 0

    def record(gate, _, output):
        score, live = output
        opened[gate] = opened.get(gate, 0) + live.sum(0)
        asked[gate] = asked.get(gate, 0) + len(live)
        total[gate] = total.get(gate, 0) + score.sum(0, dtype=torch.float64)

    order = [getattr(*g) for g in gates(model)]
    hooks = [gate.register_forward_hook(record) for gate in order]
    for x in images.split(500):
        macs += model(data.normalize(x))[1].sum().item()
    for hook in hooks:
        hook.remove()
    rates = [opened[g] / asked[g] for g in order]
    return rates, [(total[g] / opened[g].clamp(min=1)).float() for g in order], macs / len(images)


def freeze(model, rates, scores, least):
    """A copy in which every gate output that is open at least at the rate `least` always gives its mean score."""
    twin = copy.deepcopy(model)
    for (block, name), rate, score in zip(gates(twin), rates, scores):
        setattr(block, name, Fixed(score * (rate >= least)))
    return twin


def around(model, rates, scores, image, macs):
    """The twins that cost just less than `macs` and just not less."""
    levels = sorted({r for rate in rates for r in rate.tolist() if r > 0}, reverse=True)
    less = None
    for level in levels:
        twin = freeze(model, rates, scores, level)
        with torch.no_grad():
            cost = twin.eval()(image)[1].item()
        if cost >= macs:
            return less, twin
        less = twin
    return less, None


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("network", type=pathlib.Path, help="checkpoint, or the ONNX file that was exported of it")
    p.add_argument("--data", required=True)
    p.add_argument("--threads", type=int, default=2)
    args = p.parse_args()
    torch.set_num_threads(args.threads)
    images, labels = data.load(args.data, train=True)
    test = data.load(args.data, train=False)
    model = unfold(args.network, images) if args.network.suffix == ".onnx" else load(args.network)
    dense = model.dense_macs(images.shape[2])

    def report(name, net):
        top1, share, spread, _ = evaluate(net, *test, dense)
        print(f"{name:40} top-1 {100 * top1:5.2f} %  MACs {share:.4f}  std/mean {spread / share:.3f}", flush=True)

    report("dynamic", model)
    rates, scores, macs = mean_decisions(model, images)
    print("open rate of each block's L-Net, C-Net 1, C-Net 2 over the training images:")
    for i in range(len(model.blocks)):
        print(f"  block {i + 1}: " + "  ".join(f"{r.mean():.2f}" for r in rates[3 * i : 3 * i + 3]))
    twins = around(model, rates, scores, data.normalize(images[:1]), macs)
    for name, twin in zip(("frozen, cheaper", "frozen, dearer"), twins):
        if twin:
            report(name, twin)
            settle_statistics(twin, images, torch.Generator().manual_seed(1))
            report(name + ", statistics retaken", twin)


if __name__ == "__main__":
    command(main)
