"""How training images are varied: moved, mirrored, partly covered."""

import torch
import torch.nn.functional as F

MARGIN = 4  # rows and columns by which an image may be moved to either side


def draw(n, flip, generator):
    """How each of n images is varied: rows and columns by which it is moved, and if it is mirrored.

    Moves are 0 to 8, and 4 leaves the image in the middle.
    """
    dy, dx = torch.randint(0, 2 * MARGIN + 1, (2, n), generator=generator)
    return (
        dy,
        dx,
        torch.rand(n, generator=generator) < 0.5 if flip else torch.zeros(n, dtype=torch.bool),
    )


def augment(batch, dy, dx, mirrored):
    """Reflect-pad by 4, crop back to size as drawn for each image, mirror those that are to be."""
    n, _, h, w = batch.shape
    padded = F.pad(batch.float(), [MARGIN] * 4, mode="reflect")
    rows = dy[:, None] + torch.arange(h, device=batch.device)
    cols = dx[:, None] + torch.arange(w, device=batch.device)
    cols = torch.where(mirrored[:, None], cols.flip(1), cols)
    images = torch.arange(n, device=batch.device)
    return padded[images[:, None, None], :, rows[:, :, None], cols[:, None, :]].permute(0, 3, 1, 2)


def cover(batch, centers, side):
    """Cutout: a mid-grey square around a pixel [N, 2] of each normalised image.

    It is cut off at the edges.
    """
    h, w = batch.shape[2:]
    top, left = (centers - side // 2).T
    rows, cols = (
        torch.arange(h, device=batch.device) - top[:, None],
        torch.arange(w, device=batch.device) - left[:, None],
    )
    inside = ((rows >= 0) & (rows < side))[:, :, None] & ((cols >= 0) & (cols < side))[:, None, :]
    return batch.masked_fill(inside[:, None], 0.0)


def view(number, n, flip):
    """The draw for all n images of a training set in view `number`: the same whoever asks."""
    return draw(n, flip, torch.Generator().manual_seed(7000 + number))
