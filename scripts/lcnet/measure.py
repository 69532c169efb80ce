"""Accuracy and executed MACs on a set of images, and batch-norm statistics taken anew."""

import torch

from . import augment, data
from .device import autocast


@torch.no_grad()
def settle_statistics(model, images, generator, batch=128, bf16=False):
    """Batch-norm statistics of the final weights, as plain means over 100 batches."""
    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for m in norms:
        m.reset_running_stats()
        m.momentum = None
    model.train()
    model.compute_every_channel(True)
    for pick in torch.randperm(len(images), generator=generator)[: 100 * batch].split(batch):
        moves = augment.draw(len(pick), images.shape[1] == 3, generator)
        pick, *moves = (t.to(images.device) for t in (pick, *moves))
        with autocast(images.device, bf16):
            model(data.normalize(augment.augment(images[pick], *moves)))
    model.compute_every_channel(False)
    for m in norms:
        m.momentum = 0.1


@torch.no_grad()
def evaluate(model, images, labels, dense_macs):
    """Top-1, mean executed share of the dense MACs, its standard deviation over images, L-Net rates."""
    model.eval()
    hits, shares, rates = 0, [], []
    for x, y in zip(images.split(500), labels.split(500)):
        logits, macs, opens = model(data.normalize(x))
        hits += (logits.argmax(1) == y).sum().item()
        shares.append(torch.as_tensor(macs, dtype=torch.float32).cpu().expand(len(y)) / dense_macs)
        rates.append([live.mean().item() for live in opens])
    shares = torch.cat(shares)
    rates = [sum(r) / len(rates) for r in zip(*rates)]
    return hits / len(labels), shares.mean().item(), shares.std().item(), rates
