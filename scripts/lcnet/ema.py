"""Mean of a network's weights over its last steps.

It fluctuates less than the weights do while the learning rate is high.
"""

import copy

import torch


class Ema:
    """A copy of `model` whose weights and statistics follow it.

    Each step takes over 1 - `decay` of the difference.
    """

    def __init__(self, model, decay):
        self.model, self.decay = copy.deepcopy(model).requires_grad_(False), decay
        pairs = zip(self.model.state_dict().values(), model.state_dict().values())
        self.own, self.followed = zip(*((a, b) for a, b in pairs if a.is_floating_point()))

    @torch.no_grad()
    def update(self, step):
        """The first steps take over more: the random weights of the start are soon forgotten."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.own, self.followed, 1 - decay)
