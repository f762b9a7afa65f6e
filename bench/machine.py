"""What the run ran on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("keras", "openvino", "torch", "jax", "tensorflow", "onnxruntime", "tf2onnx", "numpy")
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")


def machine(cores=1):
    """CPU, how many of its cores are used, its flags that matter, and package versions, as one dict."""
    info = Path("/proc/cpuinfo").read_text()
    fields = dict(line.split(":", 1) for line in info.split("\n\n", 1)[0].splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    present = fields.get("flags", "").split()
    return {
        "cpu": fields.get("model name", platform.processor()),
        "cores": cores,
        "flags": [flag for flag in FLAGS if flag in present],
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }


def line(info):
    """The same in one line of text."""
    versions = ", ".join(f"{name} {number}" for name, number in info["versions"].items() if number)
    cores = "one core" if info["cores"] == 1 else f"{info['cores']} cores"
    return f"{info['cpu']} ({', '.join(info['flags'])}), {cores}; Python {info['python']}, {versions}"


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None
