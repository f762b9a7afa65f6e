"""The first inputs of each fuzz target, out of the models of tests/data."""

import io
import json
import pathlib
import zipfile

import h5py

DATA = pathlib.Path(__file__).parent.parent / "data"
SHARD = "a.weights.h5"  # as in index.cc


def deflated(archive):
    out = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
    return out.getvalue()


def archives():
    for path in DATA.glob("*.keras"):
        yield path.read_bytes()
        yield deflated(path)
    for path in DATA.glob("legacy/*.h5"):
        yield path.read_bytes()


def configs():
    for path in DATA.glob("*.keras"):
        with zipfile.ZipFile(path) as archive:
            yield f"{path.name}\n".encode() + archive.read("config.json")
    for path in DATA.glob("legacy/*.h5"):
        with h5py.File(path) as file:
            if "model_config" in file.attrs:
                yield f"legacy/{path.name}\n{file.attrs['model_config']}".encode()


def hdf5_files():
    for path in DATA.glob("*.keras"):
        with zipfile.ZipFile(path) as archive:
            yield archive.read("model.weights.h5")
    for path in DATA.glob("legacy/*.h5"):
        yield path.read_bytes()


def indices():
    for shard in (SHARD, [SHARD, "b.weights.h5"], f"../{SHARD}", 1, {}):
        index = {"metadata": {"total_size": 1.0}, "weight_map": {"/layers/dense/vars": shard}}
        yield json.dumps(index).encode()


def arrays():
    for path in (*DATA.glob("npy/*"), *DATA.glob("*.npz")):
        yield path.read_bytes()


SEEDS = {"archive": archives, "config": configs, "hdf5": hdf5_files, "index": indices, "npy": arrays}


def write(target, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[target]()):
        (folder / f"seed-{number}").write_bytes(seed)
