#!/usr/bin/env python3
r"""Train a ResNet-(6n+2), dense or as an LC-Net, and export it to ONNX.

Needs: python3 -m venv v && v/bin/pip install torch==2.15.0 numpy onnx

  # dense twin
  scripts/train_lcnet.py --data data/cifar10 --out runs/dense --n 1 --epochs 45
  # LC-Net from it, at most 60 % of the dense MACs
  scripts/train_lcnet.py --data data/cifar10 --out runs/lc --n 1 --epochs 45 --lr 0.06 --gate-lr 0.2 \
      --warm-start runs/dense/last.pt --teacher runs/dense/last.pt --target 0.6

Writes OUT/log.csv (a line an epoch), OUT/last.pt (a checkpoint; the same command resumes from it) and, at the end,
OUT/model.onnx and OUT/model.pt (the weights alone, for a warm start). Images enter as (p - 128) / 128.
"""

import argparse
import csv
import math
import os
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lcnet import data, export  # noqa: E402
from lcnet.command import BadInput, command, read, weights  # noqa: E402
from lcnet.measure import evaluate, settle_statistics  # noqa: E402
from lcnet.model import WIDTHS, CNet, LNet, ResNet, load  # noqa: E402
from lcnet.start import order_channels  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="folder with CIFAR-10 binary files or MNIST idx files")
    p.add_argument("--out", required=True, type=pathlib.Path, help="folder for log, checkpoint and ONNX")
    p.add_argument("--n", type=int, default=1, help="blocks a stage: depth is 6n+2 (default 1: ResNet-8)")
    p.add_argument("--epochs", type=int, default=45)
    p.add_argument("--warmup", type=int, default=5, help="epochs of rising learning rate")
    p.add_argument("--lr", type=float, default=0.2, help="peak learning rate of the network")
    p.add_argument("--gate-lr", type=float, default=0.1, help="learning rate of the gates, as a share of --lr")
    p.add_argument("--weight-decay", type=float, default=2e-4)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--bf16", action="store_true", help="bfloat16 autocast: faster only on CPUs with avx512_bf16 or AMX")
    p.add_argument("--warm-start", type=pathlib.Path, help="checkpoint, dense or LC-Net; makes the network an LC-Net")
    teacher = p.add_mutually_exclusive_group()
    teacher.add_argument("--teacher", type=pathlib.Path, help="dense checkpoint to distil from, of any depth")
    teacher.add_argument("--answers", type=pathlib.Path, help="or: file of teacher_answers.py, whose views of the images are used")
    p.add_argument("--start", type=float, default=1.0, help="MAC share at which the target starts to fall")
    p.add_argument("--target", type=float, default=1.0, help="executed MACs to press for, as a share of dense")
    p.add_argument("--pressure", type=float, default=4.0, help="loss per unit of MAC share above the target")
    p.add_argument("--tile", type=int, nargs="+", default=[1],
                   help="count live channels in tiles of so many, as an array with as many rows does; several: the mean of their costs")
    p.add_argument("--ramp", type=float, default=0.6, help="share of the epochs over which the target falls")
    p.add_argument("--l-floor", type=float, default=0.5, help="share of images that an L-Net stays open for, about")
    return p.parse_args()


def learning_rate(args, step, steps):
    """Linear warm-up, then a cosine to zero; as a share of the peak."""
    warm = args.warmup * steps // args.epochs
    return (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))


def optimizer(args, model):
    """SGD. A gate's learning rate goes with its number of outputs, so inversely with the MACs that hang on each.

    Then the pressure lowers all scores at the same pace, and what resists it is their importance for each MAC.
    """
    groups, own = {}, {}
    for m in model.modules():
        if isinstance(m, (CNet, LNet)):
            own.update({id(p): args.gate_lr * m.fc.out_features / WIDTHS[0] for p in m.parameters()})
        if isinstance(m, LNet):
            own[id(m.fc.weight)] = args.gate_lr  # the weights choose images and do not change the rate
    for p in model.parameters():
        decay = 0.0 if id(p) in own or p.ndim == 1 else args.weight_decay
        groups.setdefault((args.lr * own.get(id(p), 1.0), decay), []).append(p)
    groups = [{"lr_peak": lr, "weight_decay": decay, "params": ps} for (lr, decay), ps in groups.items()]
    return torch.optim.SGD(groups, lr=args.lr, momentum=0.9, nesterov=True)


def distillation(logits, soft, temperature=4.0):
    """Kullback-Leibler divergence from the teacher's softened answer, scaled to the size of a cross entropy."""
    answer, soft = F.log_softmax(logits / temperature, 1), F.log_softmax(soft / temperature, 1)
    return temperature**2 * F.kl_div(answer, soft, reduction="batchmean", log_target=True)


def loss_of(args, model, x, y, soft, dense_macs, progress):
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
        logits, macs, opens = model(x)
    logits = logits.float()
    loss = F.cross_entropy(logits, y)
    if soft is not None:
        loss = 0.5 * (loss + distillation(logits, soft))
    if opens:
        target = args.start - (args.start - args.target) * min(1, progress / args.ramp)
        loss = loss + args.pressure * F.relu(macs.mean() / dense_macs - target)
    return loss


def hold_l_floor(args, model):
    lowest = statistics.NormalDist().inv_cdf(args.l_floor)
    for m in model.modules():
        if isinstance(m, LNet):
            m.center.data.clamp_(min=lowest)


def read_answers(path, images):
    """Answers of teachers [views, images, classes]."""
    answers = read(path, "answers of teacher_answers.py")
    if not isinstance(answers, torch.Tensor) or answers.ndim != 3 or answers.shape[1] != images:
        found = list(answers.shape) if isinstance(answers, torch.Tensor) else type(answers).__name__
        raise BadInput(f"{path}: expected answers [views, {images}, classes], found {found}")
    return answers


def begin_from(path, model):
    """Gives `model` the weights of a checkpoint; true if they are of a dense network, whose gates are to be made."""
    saved = weights(path)
    own = {name: w.shape for name, w in model.state_dict().items()}
    bad = [name for name, w in saved.items() if own.get(name) != w.shape]
    bad += [name for name in own if name not in saved and "net" not in name]
    if bad:
        raise BadInput(f"{path}: {bad[0]}: expected the weights of a ResNet of the depth of --n, found another network's")
    return bool(model.load_state_dict(saved, strict=False).missing_keys)


def checkpoint(path, state):
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


def main():
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    images, labels = data.load(args.data, train=True)
    test_images, test_labels = data.load(args.data, train=False)
    channels, size = images.shape[1], images.shape[2]
    model = ResNet(args.n, channels, int(labels.max()) + 1, gated=args.warm_start is not None, tiles=args.tile)
    model = model.to(memory_format=torch.channels_last)
    dense_macs = model.dense_macs(size)
    opt = optimizer(args, model)
    teacher = load(args.teacher) if args.teacher else None
    answers = read_answers(args.answers, len(labels)) if args.answers else None
    views = [torch.stack(m) for m in zip(*(data.view(v, len(labels), channels == 3) for v in range(len(answers))))] if args.answers else None
    first, last = 0, args.out / "last.pt"
    if last.exists():
        saved = read(last, "a checkpoint of this training")
        model.load_state_dict(saved["model"])
        opt.load_state_dict(saved["optimizer"])
        first = saved["epoch"]
    elif args.warm_start:
        if begin_from(args.warm_start, model):
            order_channels(model, images[:1000], labels[:1000])
    per_epoch = len(labels) // args.batch
    with open(args.out / "log.csv", "a", newline="") as f:
        log = csv.writer(f)
        if first == 0:
            log.writerow(["epoch", "train_loss", "test_top1", "mac_share", "mac_share_std", "lnet_open", "seconds"])
        for epoch in range(first, args.epochs):
            start, total = time.time(), 0.0
            generator = torch.Generator().manual_seed(args.seed * 1000 + epoch)  # an epoch resumes as it would have run
            order = torch.randperm(len(labels), generator=generator)
            model.train()
            for i in range(per_epoch):
                step = epoch * per_epoch + i
                for group in opt.param_groups:
                    group["lr"] = group["lr_peak"] * learning_rate(args, step, args.epochs * per_epoch)
                pick = order[i * args.batch : (i + 1) * args.batch]
                soft = None
                if views:  # the images of a batch come from all views, and each image is seen in all of them
                    which = (pick + epoch) % len(answers)
                    moves = [m[which, pick] for m in views]
                    soft = answers[which, pick].float()
                else:
                    moves = data.draw(len(pick), channels == 3, generator)
                x = data.normalize(data.augment(images[pick], *moves))
                if teacher:
                    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.bf16):
                        soft = teacher(x)[0].float()
                loss = loss_of(args, model, x, labels[pick], soft, dense_macs, step / (args.epochs * per_epoch))
                opt.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                opt.step()
                hold_l_floor(args, model)
                total += loss.item()
            if epoch + 1 == args.epochs:
                settle_statistics(model, images, generator, args.batch, args.bf16)
            top1, share, spread, rates = evaluate(model, test_images, test_labels, dense_macs)
            row = [epoch + 1, f"{total / per_epoch:.4f}", f"{top1:.4f}", f"{share:.4f}", f"{spread:.4f}"]
            log.writerow(row + [" ".join(f"{r:.2f}" for r in rates), f"{time.time() - start:.1f}"])
            f.flush()
            checkpoint(last, {"model": model.state_dict(), "optimizer": opt.state_dict(), "epoch": epoch + 1})
    model.eval()
    export.export(model, size, args.out / "model.onnx")
    checkpoint(args.out / "model.pt", {"model": model.state_dict()})  # enough for a warm start or a twin
    print(f"{args.out / 'model.onnx'}: top-1, MAC share, its spread, L-Net rates:",
          evaluate(model, test_images, test_labels, dense_macs))


if __name__ == "__main__":
    command(main)
