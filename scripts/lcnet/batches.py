"""The training batches of an epoch: normalised images, labels, and kept answers of teachers.

All that is random in an epoch follows from the seed and the number of the epoch. So an epoch that
is resumed runs as it would have run, and no state of a random generator needs to be kept.
"""

import torch

from . import augment, data
from .command import BadInput, read


class Fresh:
    """Images in a new order each epoch, varied anew each time."""

    def __init__(self, images, labels, batch, seed, alternate=False, cutout=0):
        if not 0 < batch <= len(labels):
            raise BadInput(
                f"--batch {batch}: expected 1 to {len(labels)}, the number of training images"
            )
        self.images, self.labels, self.batch, self.seed, self.cutout = (
            images,
            labels,
            batch,
            seed,
            cutout,
        )
        self.flips = images.shape[1] == 3  # a mirrored digit is none
        # Which images are mirrored in even epochs; the others are in odd ones. None: by chance.
        self.first = None
        if alternate and self.flips:
            self.first = (
                torch.rand(len(labels), generator=torch.Generator().manual_seed(seed)) < 0.5
            )

    def __len__(self):
        return len(self.labels) // self.batch

    def generator(self, epoch):
        return torch.Generator().manual_seed(self.seed * 1000 + epoch)

    def order(self, generator):
        return torch.randperm(len(self.labels), generator=generator)[: len(self) * self.batch]

    def epoch(self, number):
        generator = self.generator(number)
        order = self.order(generator)
        dy, dx, mirrored = augment.draw(len(order), self.flips, generator)
        if self.first is not None:
            mirrored = self.first[order] ^ (number % 2 == 1)
        centers = torch.randint(0, self.images.shape[2], (len(order), 2), generator=generator)
        drawn = [t.to(self.images.device) for t in (order, dy, dx, mirrored, centers)]
        for pick, dy, dx, mirrored, centers in zip(*(t.split(self.batch) for t in drawn)):
            x = data.normalize(augment.augment(self.images[pick], dy, dx, mirrored))
            if self.cutout:
                x = augment.cover(x, centers, self.cutout)
            yield x, self.labels[pick], None


class Answered(Fresh):
    """Images in the views that teachers have answered (teacher_answers.py).

    The images of a batch come from all views, and each image is seen in all of them in turn.
    """

    def __init__(self, images, labels, batch, seed, path):
        super().__init__(images, labels, batch, seed)
        answers = read(path, "answers of teacher_answers.py")
        if (
            not isinstance(answers, torch.Tensor)
            or answers.ndim != 3
            or answers.shape[1] != len(labels)
        ):
            found = (
                list(answers.shape) if isinstance(answers, torch.Tensor) else type(answers).__name__
            )
            raise BadInput(
                f"{path}: expected answers [views, {len(labels)}, classes], found {found}"
            )
        self.answers = answers.to(images.device)
        views = [augment.view(v, len(labels), self.flips) for v in range(len(answers))]
        self.views = [torch.stack(moves).to(images.device) for moves in zip(*views)]

    def epoch(self, number):
        order = self.order(self.generator(number)).to(self.images.device)
        for pick in order.split(self.batch):
            which = (pick + number) % len(self.answers)
            x = augment.augment(self.images[pick], *(moves[which, pick] for moves in self.views))
            yield data.normalize(x), self.labels[pick], self.answers[which, pick].float()
