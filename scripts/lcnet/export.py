"""ONNX export with standard operators only, batch norm and pool normalisation folded."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .data import MEAN, STD


class Graph:
    def __init__(self):
        self.nodes, self.weights = [], []

    def add(self, op, name, inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def const(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def floats(self, name, tensor):
        return self.const(name, tensor.detach().float().numpy())

    def conv(self, name, x, conv, bn):
        scale = bn.weight * (bn.running_var + bn.eps).rsqrt()
        weight = self.floats(f"{name}.weight", conv.weight * scale[:, None, None, None])
        bias = self.floats(f"{name}.bias", bn.bias - bn.running_mean * scale)
        k, s, p = conv.kernel_size[0], conv.stride[0], conv.padding[0]
        return self.add("Conv", name, [x, weight, bias], kernel_shape=[k, k], strides=[s, s], pads=[p] * 4)

    def pool(self, name, x):
        pooled = self.add("GlobalAveragePool", f"{name}.pool", [x])
        return self.add("Flatten", f"{name}.flat", [pooled], axis=1)

    def fc(self, name, x, weight, bias):
        inputs = [x, self.floats(f"{name}.weight", weight), self.floats(f"{name}.bias", bias)]
        return self.add("Gemm", name, inputs, transB=1)

    def score(self, name, pooled, gate):
        """pool -> FC -> clamp to [0, 1], as [N, outputs, 1, 1]."""
        fc = self.fc(f"{name}.fc", pooled, *gate.folded())
        clipped = self.add("Clip", f"{name}.score", [fc, "zero", "one"])
        return self.add("Unsqueeze", name, [clipped, "spatial_axes"])

    def block(self, name, x, block):
        h = self.add("Relu", f"{name}.relu1", [self.conv(f"{name}.conv1", x, block.conv1, block.bn1)])
        if block.gated:
            pooled = self.pool(f"{name}.gate", x)
            h = self.add("Mul", f"{name}.kept1", [h, self.score(f"{name}.cnet1", pooled, block.cnet1)])
        r = self.conv(f"{name}.conv2", h, block.conv2, block.bn2)
        if block.gated:
            score2 = self.score(f"{name}.cnet2", self.pool(f"{name}.gate2", h), block.cnet2)
            r = self.add("Mul", f"{name}.kept2", [r, score2])
            r = self.add("Mul", f"{name}.kept", [r, self.score(f"{name}.lnet", pooled, block.lnet)])
        short = x if block.shortcut is None else self.conv(f"{name}.shortcut", x, block.shortcut, block.bn_shortcut)
        return self.add("Relu", f"{name}.out", [self.add("Add", f"{name}.add", [short, r])])


def export(model, size, path):
    """Writes `model` (eval mode) for one image of `size` x `size` pixels a run."""
    g = Graph()
    g.const("zero", np.float32(0))
    g.const("one", np.float32(1))
    g.const("spatial_axes", np.array([2, 3], dtype=np.int64))
    y = g.add("Relu", "stem.relu", [g.conv("stem", "image", model.stem, model.bn)])
    for i, block in enumerate(model.blocks):
        y = g.block(f"block{i + 1}", y, block)
    g.fc("logits", g.pool("head", y), model.fc.weight, model.fc.bias)
    used = {name for node in g.nodes for name in node.input}
    channels, classes = model.stem.in_channels, model.fc.out_features
    graph = helper.make_graph(
        g.nodes,
        "lcnet",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, channels, size, size])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, classes])],
        [w for w in g.weights if w.name in used],
    )
    proto = helper.make_model(graph, producer_name="lcsim-train", opset_imports=[helper.make_opsetid("", 17)])
    proto.ir_version = 8
    helper.set_model_props(proto, {"lcsim.mean": repr([MEAN] * channels), "lcsim.std": repr([STD] * channels)})
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, path)
