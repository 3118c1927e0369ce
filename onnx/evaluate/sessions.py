"""Where a denoiser's time goes in ONNX Runtime, and which of the session's options pay.

    python -m evaluate.sessions --pack onnx/packs/clay --variable segmentation --maps 10 --threads 1

Prints the share of the machine's matrix peak (single-precision products by NumPy) that the denoiser reaches, its time by operator, and the time
of a step with each option beside that without it; the two take turns. With one thread the time is the processor's, which leaves out what
others took of it; give NumPy's BLAS as many threads (OPENBLAS_NUM_THREADS).
"""

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from math import prod
from pathlib import Path

import numpy as np
import onnxruntime

from evaluate.pack import Pack, parent_feeds

PRODUCTS = ("Conv", "MatMul", "Gemm")
WALKS = "full"  # a distilled network is asked without guidance, and a pack may have it in one precision alone
PROMPT = "a dog and a red car on a meadow"


def feeds(pack, variable, count, guided=True):
    """Inputs of a step for `count` samples; without guidance for the text's half alone."""
    side = pack.latent_side(variable)
    noise = np.random.default_rng(0).standard_normal((count, pack.manifest["latent"]["channels"], side, side)).astype(np.float32)
    constant = pack.text_feeds([PROMPT] * count)
    for parent in pack.factors[variable]["parents"]:
        constant |= parent_feeds(parent, noise, noise)
    both = {"latent": np.concatenate([noise, noise]), "time": np.full(2 * count, 0.5, np.float32)} | constant
    return both if guided else {name: value[:count] for name, value in both.items()}


def session(path, threads, change=lambda options: None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    change(options)
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def seconds(call, threads):
    clock = time.process_time if threads == 1 else time.perf_counter
    started = clock()
    call()
    return clock() - started


def profile(path, threads, inputs, runs=5):
    """Shares of the time, and floating-point operations of a run, by operator."""
    with tempfile.TemporaryDirectory() as folder:

        def enable(options):
            options.enable_profiling = True
            options.profile_file_prefix = str(Path(folder, "profile"))

        profiled = session(path, threads, enable)
        for _ in range(runs):
            profiled.run(None, inputs)
        events = json.loads(Path(profiled.end_profiling()).read_text(encoding="utf-8"))
    times, operations = Counter(), Counter()
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("_kernel_time"):
            name = event["args"]["op_name"]
            times[name] += event["dur"]
            operations[name] += work(name, event["args"]) / runs
    return Counter({name: spent / times.total() for name, spent in times.items()}), operations


def work(name, arguments):
    """Floating-point operations of a node: two for each product that is summed."""
    if not any(kind in name for kind in PRODUCTS):
        return 0
    shapes = [next(iter(entry.values())) for entry in arguments["input_type_shape"]]
    out = next(iter(arguments["output_type_shape"][0].values()))
    summed = prod(shapes[1][1:]) if "Conv" in name else shapes[0][-1]
    return 2 * prod(out) * summed


def matrix_peak(side=1024):
    """A product of square matrices: operations, and the call."""
    a = np.random.default_rng(0).standard_normal((side, side)).astype(np.float32)
    return 2 * side**3, lambda: a @ a


def variants(path, threads, pack, variable, maps):
    """Name -> a call that does the same step in another way."""
    both, text = feeds(pack, variable, maps), feeds(pack, variable, maps, guided=False)
    plain = session(path, threads)
    bound = plain.io_binding()
    for name, value in both.items():
        bound.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(value))
    bound.bind_output("prediction")
    level = onnxruntime.GraphOptimizationLevel

    def run(change):
        changed = session(path, threads, change)
        return lambda: changed.run(None, both)

    def spin(options):
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")

    def flush(options):
        options.add_session_config_entry("session.set_denormal_as_zero", "1")

    return {
        "full precision": lambda: plain.run(None, both),
        "two calls, text and null text": lambda: (plain.run(None, text), plain.run(None, text)),
        "the text's half alone (outside guidance)": lambda: plain.run(None, text),
        "bound inputs and output": lambda: plain.run_with_iobinding(bound),
        "extended optimisation": run(lambda o: setattr(o, "graph_optimization_level", level.ORT_ENABLE_EXTENDED)),
        "basic optimisation": run(lambda o: setattr(o, "graph_optimization_level", level.ORT_ENABLE_BASIC)),
        "no memory pattern": run(lambda o: setattr(o, "enable_mem_pattern", False)),
        "no arena": run(lambda o: setattr(o, "enable_cpu_mem_arena", False)),
        "threads that do not spin": run(spin),
        "denormals are zero": run(flush),
        **_int8(pack, variable, threads, both),
    }


def _int8(pack, variable, threads, inputs):
    if "int8" not in pack.factors[variable]:
        return {}
    eight = session(str(Path(pack.folder, pack.factors[variable]["int8"])), threads)
    return {"8-bit weights and activations": lambda: eight.run(None, inputs)}


def start(path, threads):
    """Seconds to load the graph, and to load it as ONNX Runtime optimised and stored it."""
    with tempfile.TemporaryDirectory() as folder:
        stored = str(Path(folder, "optimised.onnx"))
        session(path, threads, lambda o: setattr(o, "optimized_model_filepath", stored))
        off = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        again = lambda: session(stored, threads, lambda o: setattr(o, "graph_optimization_level", off))
        return take_turns({"load": lambda: session(path, threads), "load what was optimised and stored": again}, 5, threads)


def take_turns(calls, rounds, threads):
    """Name -> seconds of each round, all in turn."""
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(seconds(call, threads))
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--variable", default="segmentation")
    parser.add_argument("--maps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    pack = Pack(options.pack, options.threads, walks=WALKS)
    path = str(Path(options.pack, pack.factors[options.variable]["model"]))
    inputs = feeds(pack, options.variable, options.maps)

    threads = options.threads
    shares, operations = profile(path, threads, inputs)
    product, multiply = matrix_peak()
    plain = session(path, threads)
    turns = take_turns({"step": lambda: plain.run(None, inputs), "matrix": multiply, "again": multiply}, 2 * options.rounds, threads)
    peak = product / min(turns["matrix"] + turns["again"])
    step = min(turns["step"])
    print(f"{options.variable}, {options.maps} maps, threads: {threads}")
    print(f"a step: {operations.total() / 1e9:.1f} GFLOP; share of the matrix peak: {operations.total() / step / peak:.2f}\n")
    print("| operator | share of the time | its share of the matrix peak |\n| --- | --- | --- |")
    for name, share in shares.most_common(8):
        rate = f"{operations[name] / (share * step) / peak:.2f}" if operations[name] else ""
        print(f"| {name} | {100 * share:.1f} % | {rate} |")
    rest = 1 - sum(share for _, share in shares.most_common(8))
    print(f"| {len(shares) - 8} others | {100 * rest:.1f} % | |\n")

    print("| option | time, median of ratios | fastest |\n| --- | --- | --- |")
    turns = take_turns(variants(path, threads, pack, options.variable, options.maps), options.rounds, threads)
    usual = next(iter(turns.values()))
    report(turns, usual)
    turns = start(path, threads)
    report(turns, turns["load"])
    pack.text(PROMPT)
    encode = seconds(lambda: pack.text(PROMPT + " again"), threads)
    print(f"| text features not cached, against a step | {encode / min(usual):.3f} | |")


def report(turns, usual):
    for name, times in turns.items():
        ratio = statistics.median(a / b for a, b in zip(times, usual, strict=True))
        print(f"| {name} | {ratio:.3f} | {min(times) / min(usual):.3f} |")


if __name__ == "__main__":
    main()
