"""What changes over the steps of a training: learning rate, and MACs that are pressed for."""

import math


def learning_rate(step, steps, warm):
    """Linear warm-up over `warm` steps, then a cosine to zero; as a share of the peak."""
    return (
        (step + 1) / warm
        if step < warm
        else 0.5 * (1 + math.cos(math.pi * (step - warm) / (steps - warm)))
    )


def target(progress, start, end, ramp):
    """Share of MACs that is allowed: it falls over the first `ramp` of the training."""
    return start - (start - end) * min(1, progress / ramp)
