"""Self-test of the training scripts, on random images, in some seconds.

It is not part of scripts/test.sh, since torch is 3 GB.

v/bin/python scripts/test_training.py
"""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import teacher_answers  # noqa: E402
import train_lcnet  # noqa: E402
from lcnet import augment, batches, schedule  # noqa: E402
from lcnet.command import command  # noqa: E402
from lcnet.ema import Ema  # noqa: E402
from lcnet.loop import Training  # noqa: E402

COMMON = "--n 1 --epochs 3 --warmup 1 --batch 24 --threads 1 --device cpu".split()
DENSE = (
    COMMON
    + "--lr 0.05 --flip alternate --cutout 6 --smooth 0.1 --ema 0.9 --evaluate-every 2".split()
)


class Interrupted(Exception):
    pass


def interrupt_in(epoch):
    """Training.epoch, until the epoch of that number is half done."""
    step = Training.step

    def stopping(self, number, *batch):
        if number == epoch * len(self.batches) + 1:
            raise Interrupted
        return step(self, number, *batch)

    return mock.patch.object(Training, "step", stopping)


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.at = pathlib.Path(cls.folder)
        (cls.at / "data").mkdir()
        random = np.random.default_rng(1)
        for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
            records = random.integers(0, 256, (20, 3073), dtype=np.uint8)
            records[:, 0] %= 10
            records[:10, 0] = range(10)
            (cls.at / "data" / name).write_bytes(records.tobytes())
        cls.train("dense", DENSE)
        with (
            mock.patch.object(
                sys,
                "argv",
                [
                    "",
                    str(cls.at / "dense/model.pt"),
                    "--data",
                    str(cls.at / "data"),
                    "--threads",
                    "1",
                    "--out",
                    str(cls.at / "answers.pt"),
                    "--views",
                    "2",
                ],
            ),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            teacher_answers.main()

    @classmethod
    def train(cls, out, options):
        with contextlib.redirect_stdout(io.StringIO()):
            train_lcnet.main(["--data", str(cls.at / "data"), "--out", str(cls.at / out), *options])

    def refused(self, out, options):
        """The error of a command that must end with exit code 2."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as end:
            command(lambda: self.train(out, options))
        self.assertEqual(end.exception.code, 2)
        return errors.getvalue()

    def weights(self, run):
        return torch.load(self.at / run / "model.pt", weights_only=True)["model"]

    def log(self, run):
        """Lines without their last column, the seconds."""
        return [
            line.rsplit(",", 1)[0] for line in (self.at / run / "log.csv").read_text().splitlines()
        ]

    def assert_resumes(self, whole, parts, options):
        for epoch in (0, 2):
            with interrupt_in(epoch), self.assertRaises(Interrupted):
                self.train(parts, options)
        self.train(parts, options)
        ours, theirs = self.weights(parts), self.weights(whole)
        for name, weight in theirs.items():
            self.assertTrue(torch.equal(weight, ours[name]), name)
        self.assertEqual(self.log(parts), self.log(whole))

    def test_a_dense_run_resumes_exactly(self):
        self.assert_resumes("dense", "dense-parts", DENSE)
        self.assertEqual(
            [line.split(",")[2] == "" for line in self.log("dense")[1:]], [True, False, False]
        )

    def test_an_lcnet_resumes_exactly(self):
        lc = COMMON + [
            "--warm-start",
            str(self.at / "dense/model.pt"),
            "--answers",
            str(self.at / "answers.pt"),
            "--target",
            "0.6",
            "--ramp",
            "0.5",
            "--lr",
            "0.02",
            "--tile",
            "8",
        ]
        self.train("lc", lc)
        self.assert_resumes("lc", "lc-parts", lc)

    def test_another_seed_is_another_network(self):
        self.train("seed2", DENSE + ["--seed", "2"])
        self.assertFalse(
            torch.equal(self.weights("seed2")["stem.weight"], self.weights("dense")["stem.weight"])
        )

    def test_the_exported_weights_are_the_running_mean(self):
        saved = torch.load(self.at / "dense/last.pt", weights_only=True)
        self.assertTrue(torch.equal(self.weights("dense")["fc.weight"], saved["ema"]["fc.weight"]))
        self.assertFalse(torch.equal(saved["ema"]["fc.weight"], saved["model"]["fc.weight"]))

    def test_a_run_goes_on_only_as_itself(self):
        before = (self.at / "dense/last.pt").read_bytes(), self.log("dense")
        self.assertIn(
            "began with --seed 1, found --seed 2", self.refused("dense", DENSE + ["--seed", "2"])
        )
        self.assertIn(
            "began with --flip alternate, found --flip random",
            self.refused("dense", DENSE + ["--flip", "random"]),
        )
        self.assertIn(
            "3 epochs are done, found --epochs 2", self.refused("dense", DENSE + ["--epochs", "2"])
        )
        self.assertEqual(before, ((self.at / "dense/last.pt").read_bytes(), self.log("dense")))

    def test_bad_input_is_named(self):
        (self.at / "torn").mkdir()
        (self.at / "torn/last.pt").write_bytes((self.at / "dense/last.pt").read_bytes()[:5000])
        self.assertIn(
            "torn/last.pt: expected a checkpoint of this training", self.refused("torn", DENSE)
        )
        (self.at / "model").mkdir()
        (self.at / "model/last.pt").write_bytes((self.at / "dense/model.pt").read_bytes())
        self.assertIn(
            "model/last.pt: expected a checkpoint of this training", self.refused("model", DENSE)
        )
        self.assertIn(
            "--batch 1000: expected 1 to 100", self.refused("big", DENSE + ["--batch", "1000"])
        )
        self.assertFalse((self.at / "big").exists())


class Parts(unittest.TestCase):
    def setUp(self):
        generator = torch.Generator().manual_seed(1)
        self.images = torch.randint(0, 256, (40, 3, 32, 32), generator=generator, dtype=torch.uint8)
        self.labels = torch.arange(40)

    def test_an_epoch_follows_from_seed_and_number(self):
        def epoch(seed, number):
            return [
                (x, y)
                for x, y, _ in batches.Fresh(self.images, self.labels, 16, seed).epoch(number)
            ]

        first, again, next_one, other = epoch(1, 4), epoch(1, 4), epoch(1, 5), epoch(2, 4)
        self.assertTrue(all(torch.equal(a, b) for pair in zip(first, again) for a, b in zip(*pair)))
        self.assertFalse(torch.equal(first[0][1], next_one[0][1]))
        self.assertFalse(torch.equal(first[0][1], other[0][1]))
        seen = torch.cat([y for _, y in first])
        self.assertEqual((len(seen), len(seen.unique())), (32, 32))

    def test_alternating_flips_show_each_image_mirrored_in_every_other_epoch(self):
        gray = self.images.clone()
        gray[:] = (
            torch.arange(32, dtype=torch.uint8) * 8
        )  # brighter to the right, and to the left when mirrored
        source = batches.Fresh(gray, self.labels, 40, 1, alternate=True)
        mirrored = []
        for number in range(3):
            ((x, y, _),) = source.epoch(number)
            mirrored.append((x[:, 0, 16, 10] > x[:, 0, 16, 20])[y.argsort()])
        self.assertTrue(torch.equal(mirrored[0], ~mirrored[1]))
        self.assertTrue(torch.equal(mirrored[0], mirrored[2]))
        self.assertTrue(0 < mirrored[0].sum() < 40)

    def test_an_image_in_the_middle_is_itself(self):
        middle, straight = torch.full((40,), 4), torch.zeros(40, dtype=torch.bool)
        self.assertTrue(
            torch.equal(augment.augment(self.images, middle, middle, straight), self.images.float())
        )
        self.assertTrue(
            torch.equal(
                augment.augment(self.images, middle, middle, ~straight), self.images.float().flip(3)
            )
        )
        down = augment.augment(self.images, middle + 2, middle, straight)
        self.assertTrue(torch.equal(down[:, :, :30], self.images[:, :, 2:].float()))

    def test_cutout_covers_a_square_cut_off_at_the_edges(self):
        covered = augment.cover(torch.ones(2, 1, 8, 8), torch.tensor([[4, 4], [0, 7]]), 4)
        self.assertEqual((1 - covered).sum((1, 2, 3)).tolist(), [16, 6])
        self.assertEqual(covered[0, 0, 2:6, 2:6].sum(), 0)
        self.assertEqual(covered[1, 0, :2, 5:].sum(), 0)

    def test_the_learning_rate_rises_and_falls(self):
        rates = [schedule.learning_rate(step, 100, 10) for step in range(100)]
        self.assertEqual((rates[0], rates[9], rates[10]), (0.1, 1, 1))
        self.assertEqual(rates[10:], sorted(rates[10:], reverse=True))
        self.assertLess(rates[-1], 1e-3)
        self.assertEqual(
            [schedule.target(p, 1, 0.5, 0.5) for p in (0, 0.25, 0.5, 1)], [1, 0.75, 0.5, 0.5]
        )

    def test_the_running_mean_follows_the_weights(self):
        model = torch.nn.Linear(1, 1)
        ema = Ema(model, 0.5)
        torch.nn.init.constant_(model.weight, 2.0)
        torch.nn.init.constant_(ema.model.weight, 1.0)
        ema.update(0)  # a decay of 1/10: nearly all of it
        self.assertAlmostEqual(ema.model.weight.item(), 1.9, places=5)
        ema.update(1000)
        self.assertAlmostEqual(ema.model.weight.item(), 1.95, places=5)


if __name__ == "__main__":
    unittest.main()
