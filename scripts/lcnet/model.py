"""ResNet-(6n+2) with an L-Net on every block and a C-Net on every convolution of a block."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from . import command

WIDTHS = (16, 32, 64)


def relu1(z):
    """Score clamp(z, 0, 1), and 1 where it is above 0: what the hardware executes.

    The gradient of the second is that of max(z, 0), so that the pressure on the executed count also reaches saturated
    scores, where the first has none. (Letting the first pass the gradients that lead back inside [0, 1] makes noise of
    either sign pull every score inside: no gate stays open or closed.)
    """
    above = z.clamp(min=0)
    return z.clamp(0, 1), (z > 0).float() + above - above.detach()


def in_tiles(live, tile):
    """Live channels of each image [N] as an array of `tile` rows and columns pays for them: in whole tiles.

    What a channel saves depends on what is left in the last tile: the gradient falls with that rest as 1 / rest, and is 1
    in the mean over the rests, so that the pressure empties tiles which are nearly empty and spares those which are full.
    """
    count = live.sum(1)
    if tile == 1:
        return count
    whole = (count.detach() / tile).ceil() * tile
    rest = count.detach() - whole + tile
    weight = tile / sum(1 / r for r in range(1, tile + 1)) / rest
    return whole + weight * (count - count.detach())


class CNet(nn.Module):
    """Fully connected layer + ReLU-1 on a pooled map [N, C].

    The pooled vector is normalised per channel: plain pool features hardly differ between
    images. The statistics fold into the layer at export, so the deployed gate is plain
    pool -> FC -> ReLU-1.
    """

    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs, affine=False)
        self.fc = nn.Linear(inputs, outputs)
        nn.init.normal_(self.fc.weight, std=0.2 * inputs**-0.5)
        nn.init.constant_(self.fc.bias, 1.0)

    def forward(self, pooled):
        with torch.autocast(pooled.device.type, enabled=False):
            return relu1(self.fc(self.norm(pooled.float())))

    def folded(self):
        """(weight [outputs, inputs], bias [outputs]) that read the plain pooled vector."""
        inv = (self.norm.running_var + self.norm.eps).rsqrt()
        weight = self.fc.weight * inv
        return weight, self.fc.bias - weight @ self.norm.running_mean


class LNet(nn.Module):
    """A gate with one output, which is normalised too: it varies between images whatever its weights are.

    Before ReLU-1 the score has variance 1 and mean `center`, so an L-Net is open for about
    Phi(center) of the images and cannot become static unless its center leaves the range.
    Both normalisations fold into the layer at export.
    """

    def __init__(self, inputs):
        super().__init__()
        self.norm = nn.BatchNorm1d(inputs, affine=False)
        self.fc = nn.Linear(inputs, 1, bias=False)
        self.out = nn.BatchNorm1d(1, affine=False)
        self.center = nn.Parameter(torch.tensor([2.5]))  # scores of 1 for 93 % of the images: close to dense
        nn.init.normal_(self.fc.weight, std=inputs**-0.5)

    def forward(self, pooled):
        with torch.autocast(pooled.device.type, enabled=False):
            return relu1(self.out(self.fc(self.norm(pooled.float()))) + self.center)

    def folded(self):
        inv = (self.out.running_var + self.out.eps).rsqrt()
        weight = inv * self.fc.weight * (self.norm.running_var + self.norm.eps).rsqrt()
        return weight, self.center - weight @ self.norm.running_mean - inv * self.out.running_mean


def pool(x):
    return x.float().mean((2, 3))


def gate_pool(x):
    """The pooled map that a gate reads. Its gradient stops here, which saves a fifth of the training time."""
    return x.detach().mean((2, 3), dtype=torch.float32)


def taken(x, images):
    """The maps [N, C, H, W] of some images; all rows of one channels-last image lie together, so each is one copy."""
    return x if images is None else x.permute(0, 2, 3, 1)[images].permute(0, 3, 1, 2)


def opened(live, step=8):
    """Images [M] whose L-Net is open, None if that is (nearly) all of them.

    Closed ones fill them up to whole steps, because the convolutions are compiled anew for each size of a batch; their
    scores are 0 anyway. There is one step at least: batch norm needs more than one image.
    """
    count = max(1, -(-int((live > 0).sum()) // step)) * step
    return None if count >= len(live) else live[:, 0].topk(count).indices.sort().values


def kept(live, lanes=8):
    """Channels [C'] live in any image of `live` [N, C], filled up to whole vectors of a CPU; None if that is all of them."""
    count = live.sum(0)
    vectors = -(-int((count > 0).sum()) // lanes)
    return None if vectors * lanes >= len(count) else count.topk(max(1, vectors) * lanes).indices.sort().values


def batch_norm(bn, x, channels):
    """`bn` on a map that has some of its channels alone. While training, the others' statistics stay as they are."""
    if channels is None:
        return bn(x)
    mean, var = bn.running_mean[channels], bn.running_var[channels]
    y = F.batch_norm(x, mean, var, bn.weight[channels], bn.bias[channels], bn.training, bn.momentum, bn.eps)
    if bn.training:
        bn.running_mean[channels], bn.running_var[channels] = mean, var
    return y


class Block(nn.Module):
    """Basic block: y = relu(shortcut(x) + L(x) * C2(h) * bn2(conv2(h))), h = C1(x) * relu(bn1(conv1(x))).

    What a gate closes is not computed: images whose L-Net is closed are left out of the block, and channels that are
    closed for every image of the batch are left out of the convolutions. No gradient is lost with them, and
    batch norm sees the images that it will see on the accelerator.
    """

    def __init__(self, inputs, outputs, stride, gated, tiles):
        super().__init__()
        self.tiles = tiles
        self.every_channel = False  # or those that are closed as well, while statistics are taken: none may be left without
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.bn_shortcut = nn.BatchNorm2d(outputs)
        self.gated = gated
        if gated:
            self.lnet = LNet(inputs)
            self.cnet1 = CNet(inputs, outputs)
            self.cnet2 = CNet(outputs, outputs)

    def forward(self, x):
        """Returns the output map, executed MACs per image [N], L-Net decisions [N, 1] (or None).

        While training, MACs are those of whole tiles, of the mean over `tiles`.
        """
        short = x if self.shortcut is None else self.bn_shortcut(self.shortcut(x))
        inputs, outputs = self.conv2.out_channels * short[0, 0].numel() * x.shape[1], short[0].numel() * self.conv2.out_channels
        macs1, macs2, fixed = 9 * inputs, 9 * outputs, 0 if self.shortcut is None else inputs
        if not self.gated:
            r = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
            return F.relu(short + r), fixed + macs1 + macs2, None
        pooled = gate_pool(x)
        (l_score, decisions), (c1, live1) = self.lnet(pooled), self.cnet1(pooled)
        images, live = opened(decisions), decisions
        if images is not None:
            x, l_score, live, c1, live1 = taken(x, images), l_score[images], live[images], c1[images], live1[images]
        r, live2 = self.residual(x, c1, live1, l_score)
        executed, tiles = 0, self.tiles if self.training else [1]
        for tile in tiles:
            share1, share2 = (in_tiles(channels, tile) / len(self.bn2.weight) for channels in (live1, live2))
            executed = executed + live[:, 0] * share1 * (macs1 + macs2 * share2) / len(tiles)
        if images is None:
            return F.relu(short + r), fixed + executed, decisions
        executed = executed.new_zeros(len(short)).index_add(0, images, executed)
        y = short.permute(0, 2, 3, 1).index_add(0, images, r.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return F.relu(y), fixed + executed, decisions

    def residual(self, x, c1, live1, l_score):
        """L(x) * C2(h) * bn2(conv2(h)) of open images, and which channels of it are live [N, C]."""
        first = None if self.every_channel else kept(live1)
        w1 = self.conv1.weight if first is None else self.conv1.weight[first]
        c1 = c1 if first is None else c1[:, first]
        h = F.relu(batch_norm(self.bn1, F.conv2d(x, w1, stride=self.conv1.stride, padding=1), first))
        h = h * c1[:, :, None, None].to(h.dtype)
        pooled = gate_pool(h)
        if first is not None:
            pooled = pooled.new_zeros(len(x), len(self.bn1.weight)).index_copy(1, first, pooled)
        c2, live2 = self.cnet2(pooled)
        second = None if self.every_channel else kept(live2)
        w2 = self.conv2.weight if first is None else self.conv2.weight[:, first]
        score = c2 * l_score
        if second is not None:
            w2, score = w2[second], score[:, second]
        r = batch_norm(self.bn2, F.conv2d(h, w2, padding=1), second) * score[:, :, None, None].to(h.dtype)
        if second is not None:
            n, _, height, width = r.shape
            r = r.new_zeros(n, height, width, len(self.bn2.weight)).index_copy(3, second, r.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        return r, live2


class ResNet(nn.Module):
    def __init__(self, n, channels=3, classes=10, gated=False, tiles=(1,)):
        super().__init__()
        self.stem = nn.Conv2d(channels, WIDTHS[0], 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(WIDTHS[0])
        blocks, inputs = [], WIDTHS[0]
        for stage, width in enumerate(WIDTHS):
            for i in range(n):
                blocks.append(Block(inputs, width, 2 if stage > 0 and i == 0 else 1, gated, tiles))
                inputs = width
        self.blocks = nn.ModuleList(blocks)
        self.fc = nn.Linear(inputs, classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        """Returns logits, executed MACs per image (tensor [N] or a number), list of L-Net decisions."""
        y = F.relu(self.bn(self.stem(x)))
        macs = self.stem.in_channels * 9 * y[0].numel() + self.fc.weight.numel()
        opens = []
        for block in self.blocks:
            y, executed, live = block(y)
            macs = macs + executed
            if live is not None:
                opens.append(live)
        return self.fc(pool(y)), macs, opens

    def compute_every_channel(self, on):
        for block in self.blocks:
            block.every_channel = on

    def dense_macs(self, size):
        """MACs of one image with every gate open."""
        side, total = size, self.stem.in_channels * 9 * WIDTHS[0] * size * size + self.fc.weight.numel()
        for b in self.blocks:
            side //= b.conv1.stride[0]
            outputs = b.conv1.out_channels * side * side
            total += outputs * 9 * (b.conv1.in_channels + b.conv2.in_channels)
            total += outputs * b.conv1.in_channels if b.shortcut is not None else 0
        return total


def load(path):
    """The network of a checkpoint, dense or an LC-Net as its weights say, ready to answer."""
    weights = command.weights(path)
    blocks = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blocks."))
    classes, channels = weights["fc.weight"].shape[0], weights["stem.weight"].shape[1]
    model = ResNet(blocks // len(WIDTHS), channels, classes, gated=any(".lnet." in name for name in weights))
    model.load_state_dict(weights)
    return model.to(memory_format=torch.channels_last).eval()
