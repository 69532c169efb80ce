"""Where the gates of a warm-started network begin: all open, and the least important channels closest to closing."""

import torch
import torch.nn.functional as F

from . import data


class Ones(torch.nn.Module):
    """Stands for a C-Net: scores of 1, whose gradients tell what each channel does for the loss."""

    def __init__(self, outputs):
        super().__init__()
        self.outputs, self.scores = outputs, []

    def forward(self, pooled):
        ones = pooled.new_ones(len(pooled), self.outputs)
        self.scores.append(ones.clone().requires_grad_())
        return self.scores[-1], ones


def order_channels(model, images, labels, lowest=1.0, highest=2.5):
    """Sets the C-Net biases from `lowest` to `highest`, in the order of importance for each MAC.

    A channel's importance is the mean square of the loss gradient by its score (Fisher information) over
    `images`. Without this all channels of a layer look alike to the pressure and close in the same step.
    """
    nets, ones = [], []
    model.eval()
    for block in model.blocks:
        for name in ("cnet1", "cnet2"):
            net = getattr(block, name)
            nets.append((block, name, net))
            ones.append(Ones(net.fc.out_features))
            setattr(block, name, ones[-1])
    for x, y in zip(images.split(250), labels.split(250)):
        logits, _, _ = model(data.normalize(x))
        F.cross_entropy(logits, y, reduction="sum").backward()
    values = []
    for (block, name, net), one in zip(nets, ones):
        setattr(block, name, net)
        square = torch.cat([s.grad for s in one.scores]).square().mean(0)
        # MACs of a channel, up to a factor: stages halve the side and double the width. A closed channel of conv1
        # saves its own filter and an input of conv2, one of conv2 its own filter only.
        width = block.conv2.in_channels
        filters = width + (block.conv1.in_channels if name == "cnet1" else 0)
        values.append(square / (filters / width**2))
    model.zero_grad(set_to_none=True)
    importance = torch.cat(values)
    rank = importance.argsort().argsort().float() / (len(importance) - 1)
    biases = (lowest + (highest - lowest) * rank).split([len(v) for v in values])
    for (_, _, net), bias in zip(nets, biases):
        net.fc.bias.data.copy_(bias)
