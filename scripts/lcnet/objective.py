"""What a training minimises, and with which optimiser."""

import statistics

import torch
import torch.nn.functional as F

from . import schedule
from .device import autocast
from .model import WIDTHS, CNet, LNet


class Sgd(torch.optim.SGD):
    """SGD that takes its momentum from a checkpoint, and nothing else.

    Rates and decay are those of the command that goes on.
    """

    def load_state_dict(self, saved):
        super().load_state_dict(
            {"state": saved["state"], "param_groups": self.state_dict()["param_groups"]}
        )


def optimizer(args, model):
    """SGD. A gate's learning rate goes with its number of outputs.

    So it goes inversely with the MACs that hang on each. Then the pressure lowers all scores at the
    same pace, and what resists it is their importance for each MAC.
    """
    groups, own = {}, {}
    for m in model.modules():
        if isinstance(m, (CNet, LNet)):
            own.update(
                {id(p): args.gate_lr * m.fc.out_features / WIDTHS[0] for p in m.parameters()}
            )
        if isinstance(m, LNet):
            own[id(m.fc.weight)] = (
                args.gate_lr
            )  # the weights choose images and do not change the rate
    for p in model.parameters():
        decay = 0.0 if id(p) in own or p.ndim == 1 else args.weight_decay
        groups.setdefault((args.lr * own.get(id(p), 1.0), decay), []).append(p)
    groups = [
        {"lr_peak": lr, "weight_decay": decay, "params": ps} for (lr, decay), ps in groups.items()
    ]
    return Sgd(groups, lr=args.lr, momentum=0.9, nesterov=True)


def distillation(logits, soft, temperature=4.0):
    """Kullback-Leibler divergence from the teacher's softened answer, sized as a cross entropy."""
    answer, soft = F.log_softmax(logits / temperature, 1), F.log_softmax(soft / temperature, 1)
    return temperature**2 * F.kl_div(answer, soft, reduction="batchmean", log_target=True)


class Objective:
    """Cross entropy, half of it distillation if there is a teacher, and the pressure on MACs."""

    def __init__(self, args, dense_macs, teacher):
        self.args, self.dense_macs, self.teacher = args, dense_macs, teacher

    def loss(self, model, x, y, soft, progress):
        args = self.args
        with autocast(x.device, args.bf16):
            if self.teacher:
                with torch.no_grad():
                    soft = self.teacher(x)[0].float()
            logits, macs, opens = model(x)
        logits = logits.float()
        loss = F.cross_entropy(logits, y, label_smoothing=args.smooth)
        if soft is not None:
            loss = 0.5 * (loss + distillation(logits, soft))
        if opens:
            target = schedule.target(progress, args.start, args.target, args.ramp)
            loss = loss + args.pressure * F.relu(macs.mean() / self.dense_macs - target)
        return loss


def hold_l_floor(model, floor):
    """Keeps each L-Net open for about `floor` of the images."""
    lowest = statistics.NormalDist().inv_cdf(floor)
    for m in model.modules():
        if isinstance(m, LNet):
            m.center.data.clamp_(min=lowest)
