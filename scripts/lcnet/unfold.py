"""An exported ONNX file as a network again, with batch norms of which statistics can be taken anew."""

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper

from . import data
from .command import BadInput
from .model import WIDTHS, LNet, ResNet


@torch.no_grad()
def unfold(path, images):
    """The LC-Net that `export` wrote to `path`, in eval mode.

    Folding loses what a batch norm subtracts and divides by. It is measured on the first 12,800 `images`, and taken as the norm's
    statistics: the network computes what the file does, and a norm that is given other statistics normalises again. The
    gates' own norms stay folded, so statistics can be taken anew once gates are fixed.
    """
    try:
        graph = onnx.load(path).graph
    except DecodeError as e:
        raise BadInput(f"{path}: expected an ONNX file, found something else") from e
    weights = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in graph.initializer}
    if "stem.weight" not in weights or "block1.lnet.fc.weight" not in weights:
        raise BadInput(f"{path}: expected an LC-Net that train_lcnet.py exported, found another network")
    blocks = max(int(name[5:].split(".")[0]) for name in weights if name.startswith("block"))
    classes, channels = weights["logits.weight"].shape[0], weights["stem.weight"].shape[1]
    model = ResNet(blocks // len(WIDTHS), channels, classes, gated=True).to(memory_format=torch.channels_last).eval()
    for m in model.modules():  # norms that do nothing
        if isinstance(m, torch.nn.modules.batchnorm._BatchNorm):
            m.running_var.fill_(1 - m.eps)
    norms = {}

    def give(name, conv, norm):
        conv.weight.copy_(weights[f"{name}.weight"])
        norm.bias.copy_(weights[f"{name}.bias"])
        norms[norm] = []

    give("stem", model.stem, model.bn)
    for i, block in enumerate(model.blocks):
        name = f"block{i + 1}"
        give(f"{name}.conv1", block.conv1, block.bn1)
        give(f"{name}.conv2", block.conv2, block.bn2)
        if block.shortcut is not None:
            give(f"{name}.shortcut", block.shortcut, block.bn_shortcut)
        for gate, net in (("lnet", block.lnet), ("cnet1", block.cnet1), ("cnet2", block.cnet2)):
            net.fc.weight.copy_(weights[f"{name}.{gate}.fc.weight"])
            (net.center if isinstance(net, LNet) else net.fc.bias).copy_(weights[f"{name}.{gate}.fc.bias"])
    model.fc.weight.copy_(weights["logits.weight"])
    model.fc.bias.copy_(weights["logits.bias"])
    measure(model, norms, images[:12_800])
    for norm, seen in norms.items():
        mean, square = torch.stack(seen).mean(0)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(square - mean**2)
        norm.weight.copy_((norm.running_var + norm.eps).sqrt())
        norm.bias.add_(mean)
    return model


def measure(model, norms, images):
    """Notes mean and mean square of what enters each norm, for each batch."""
    hooks = [n.register_forward_pre_hook(lambda n, x: norms[n].append(moments(x[0]))) for n in norms]
    model.compute_every_channel(True)
    for x in images.split(128):
        model(data.normalize(x))
    model.compute_every_channel(False)
    for hook in hooks:
        hook.remove()


def moments(x):
    return torch.stack([x.mean((0, 2, 3)), x.square().mean((0, 2, 3))])
