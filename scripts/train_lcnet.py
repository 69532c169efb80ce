#!/usr/bin/env python3
r"""Train a ResNet-(6n+2), dense or as an LC-Net, and export it to ONNX.

Needs: python3 -m venv v && v/bin/pip install torch==2.15.0 numpy onnx

  # dense, with a long schedule
  scripts/train_lcnet.py --data data/cifar10 --out runs/r20 --n 3 --epochs 160 --lr 0.1 \
      --weight-decay 5e-4 --flip alternate --ema 0.999
  # LC-Net from it, at most 60 % of the dense MACs
  scripts/train_lcnet.py --data data/cifar10 --out runs/lc --n 3 --epochs 45 --lr 0.06 \
      --gate-lr 0.2 --warm-start runs/r20/model.pt --teacher runs/r20/model.pt --target 0.6

Writes OUT/log.csv (a line an epoch), OUT/last.pt (a checkpoint; the same command resumes from it,
on another machine too) and, at the end, OUT/model.onnx and OUT/model.pt (the weights alone, for a
warm start). Images enter as (p - 128) / 128. It computes on a GPU if there is one: --bf16 is for
there.
"""

import argparse
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lcnet import batches, checkpoint, data, device, export  # noqa: E402
from lcnet.command import BadInput, command, weights  # noqa: E402
from lcnet.loop import Training  # noqa: E402
from lcnet.measure import evaluate, settle_statistics  # noqa: E402
from lcnet.model import ResNet, load  # noqa: E402
from lcnet.objective import Objective  # noqa: E402
from lcnet.start import order_channels  # noqa: E402


def arguments(given):
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument(
        "--data", required=True, help="folder with CIFAR-10 binary files or MNIST idx files"
    )
    p.add_argument(
        "--out", required=True, type=pathlib.Path, help="folder for log, checkpoint and ONNX"
    )
    p.add_argument(
        "--n", type=int, default=1, help="blocks a stage: depth is 6n+2 (default 1: ResNet-8)"
    )
    p.add_argument("--epochs", type=int, default=45)
    p.add_argument("--warmup", type=int, default=5, help="epochs of rising learning rate")
    p.add_argument("--lr", type=float, default=0.2, help="peak learning rate of the network")
    p.add_argument(
        "--gate-lr", type=float, default=0.1, help="learning rate of the gates, as a share of --lr"
    )
    p.add_argument("--weight-decay", type=float, default=2e-4)
    p.add_argument("--batch", type=int, default=128)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument(
        "--flip",
        choices=("random", "alternate"),
        default="random",
        help="mirror an image by chance, or in every other epoch",
    )
    p.add_argument(
        "--cutout",
        type=int,
        default=0,
        metavar="SIDE",
        help="cover a square of each image (default 0: none)",
    )
    p.add_argument(
        "--smooth", type=float, default=0.0, metavar="SHARE", help="label smoothing (default 0)"
    )
    p.add_argument(
        "--ema",
        type=float,
        default=0.0,
        metavar="DECAY",
        help="evaluate and export the running mean of the weights, such as 0.999 (default 0: none)",
    )
    p.add_argument(
        "--evaluate-every", type=int, default=1, metavar="EPOCHS", help="and behind the last epoch"
    )
    p.add_argument("--device", help="cpu or cuda (default: cuda if there is one)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument(
        "--bf16",
        action="store_true",
        help="bfloat16 autocast: on CPUs faster only with avx512_bf16 or AMX",
    )
    p.add_argument(
        "--warm-start",
        type=pathlib.Path,
        help="checkpoint, dense or LC-Net; makes the network an LC-Net",
    )
    teacher = p.add_mutually_exclusive_group()
    teacher.add_argument(
        "--teacher", type=pathlib.Path, help="dense checkpoint to distil from, of any depth"
    )
    teacher.add_argument(
        "--answers",
        type=pathlib.Path,
        help="or: file of teacher_answers.py, whose views of the images are used",
    )
    p.add_argument(
        "--start", type=float, default=1.0, help="MAC share at which the target starts to fall"
    )
    p.add_argument(
        "--target", type=float, default=1.0, help="executed MACs to press for, as a share of dense"
    )
    p.add_argument(
        "--pressure", type=float, default=4.0, help="loss per unit of MAC share above the target"
    )
    p.add_argument(
        "--tile",
        type=int,
        nargs="+",
        default=[1],
        help="count live channels in tiles of so many, as an array with as many rows does; "
        "several: the mean of their costs",
    )
    p.add_argument(
        "--ramp", type=float, default=0.6, help="share of the epochs over which the target falls"
    )
    p.add_argument(
        "--l-floor",
        type=float,
        default=0.5,
        help="share of images that an L-Net stays open for, about",
    )
    return p.parse_args(given)


def begin_from(path, model):
    """Gives `model` the weights of a checkpoint; true if they are dense, without gates."""
    saved = weights(path)
    own = {name: w.shape for name, w in model.state_dict().items()}
    bad = [name for name, w in saved.items() if own.get(name) != w.shape]
    bad += [name for name in own if name not in saved and "net" not in name]
    if bad:
        raise BadInput(
            f"{path}: {bad[0]}: expected the weights of a ResNet of the depth of --n, "
            "found another network's"
        )
    return bool(model.load_state_dict(saved, strict=False).missing_keys)


def main(given=None):
    args = arguments(given)
    where = device.choose(args.device, args.threads)
    torch.manual_seed(args.seed)
    images, labels = data.load(args.data, train=True, device=where)
    test = data.load(args.data, train=False, device=where)
    channels, size = images.shape[1], images.shape[2]
    model = ResNet(
        args.n, channels, int(labels.max()) + 1, gated=args.warm_start is not None, tiles=args.tile
    )
    model = model.to(where, memory_format=torch.channels_last)
    if args.warm_start and begin_from(args.warm_start, model):
        order_channels(model, images[:1000], labels[:1000])
    if args.answers:
        source = batches.Answered(images, labels, args.batch, args.seed, args.answers)
    else:
        source = batches.Fresh(
            images, labels, args.batch, args.seed, args.flip == "alternate", args.cutout
        )
    teacher = load(args.teacher).to(where) if args.teacher else None
    dense_macs = model.dense_macs(size)
    training = Training(args, model, source, Objective(args, dense_macs, teacher), where)
    run = checkpoint.Run(args.out, vars(args), training.parts())
    for epoch in range(run.resume(), args.epochs):
        start, last = time.time(), epoch + 1 == args.epochs
        row = [f"{training.epoch(epoch):.4f}"]
        if last:
            settle_statistics(
                training.result, images, source.generator(args.epochs), args.batch, args.bf16
            )
        if last or (epoch + 1) % args.evaluate_every == 0:
            top1, share, spread, rates = evaluate(training.result, *test, dense_macs)
            row += [
                f"{top1:.4f}",
                f"{share:.4f}",
                f"{spread:.4f}",
                " ".join(f"{r:.2f}" for r in rates),
            ]
        else:
            row += [""] * 4
        run.keep(epoch + 1, row + [f"{time.time() - start:.1f}"])
    result = training.result.cpu().eval()
    export.export(result, size, args.out / "model.onnx")
    checkpoint.write(
        args.out / "model.pt", {"model": result.state_dict()}
    )  # enough for a warm start or a twin
    print(
        f"{args.out / 'model.onnx'}: top-1, MAC share, its spread, L-Net rates:",
        evaluate(result, *(t.cpu() for t in test), dense_macs),
    )


if __name__ == "__main__":
    command(main)
