"""The training loop."""

import math

import torch

from . import device, schedule
from .command import BadInput
from .ema import Ema
from .objective import hold_l_floor, optimizer


class Training:
    """A network, its optimiser and the mean of its weights, and the steps that change them."""

    def __init__(self, args, model, batches, objective, where):
        self.args, self.model, self.batches, self.objective = args, model, batches, objective
        self.optimizer = optimizer(args, model)
        self.ema = Ema(model, args.ema) if args.ema else None
        self.called = model if any(b.gated for b in model.blocks) else device.fast(model, where)

    @property
    def result(self):
        """The network that is evaluated and exported."""
        return self.ema.model if self.ema else self.model

    def parts(self):
        """What a checkpoint holds."""
        parts = {"model": self.model, "optimizer": self.optimizer}
        return parts | {"ema": self.ema.model} if self.ema else parts

    def epoch(self, number):
        """One epoch; returns its mean loss."""
        self.model.train()
        count, total = len(self.batches), 0.0
        for i, (x, y, soft) in enumerate(self.batches.epoch(number)):
            total = total + self.step(number * count + i, x, y, soft)
        mean = float(total) / count
        if not math.isfinite(mean):
            raise BadInput(
                f"{self.args.out}: the loss of epoch {number + 1} is {mean}: "
                "go on from its checkpoint with a lower --lr"
            )
        return mean

    def step(self, step, x, y, soft):
        args, steps = self.args, self.args.epochs * len(self.batches)
        rate = schedule.learning_rate(step, steps, args.warmup * steps // args.epochs)
        for group in self.optimizer.param_groups:
            group["lr"] = group["lr_peak"] * rate
        loss = self.objective.loss(self.called, x, y, soft, step / steps)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        hold_l_floor(self.model, args.l_floor)
        if self.ema:
            self.ema.update(step)
        return loss.detach()
