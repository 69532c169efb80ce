"""Where and in which precision a training computes."""

import torch


def choose(name, threads):
    """The device of that name; without a name the GPU if there is one, and else the CPU."""
    torch.set_num_threads(threads)
    # Of cuDNN's algorithms those that always sum in the same order: a resumed run is the run.
    torch.backends.cudnn.deterministic = True
    return torch.device(name or ("cuda" if torch.cuda.is_available() else "cpu"))


def autocast(device, bf16):
    """Convolutions in bfloat16, or all in float32."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16)


def fast(model, device):
    """What a step calls instead of a dense `model`.

    On a GPU it is one CUDA graph, since hundreds of small kernels are slow to launch.
    """
    return torch.compile(model, mode="reduce-overhead") if device.type == "cuda" else model
