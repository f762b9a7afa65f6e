"""Writes npy/: arrays as NumPy saves them. Run by hand: python tests/data/make_npy.py"""

import pathlib

import ml_dtypes
import numpy as np

HERE = pathlib.Path(__file__).parent / "npy"
DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
DTYPES += ["float16", "float32", "float64", "complex64", "complex128"]

grid = np.arange(24, dtype="float32").reshape(2, 3, 4)
np.save(HERE / "plain.npy", grid)
np.save(HERE / "fortran.npy", np.asfortranarray(grid))
np.save(HERE / "big_endian.npy", grid.astype(">f4"))
np.save(HERE / "big_endian_fortran_complex.npy", np.asfortranarray((grid + 1j * grid).astype(">c16")))
np.save(HERE / "scalar.npy", np.float64(2.5))
np.save(HERE / "vector.npy", np.arange(3))
np.save(HERE / "empty.npy", np.zeros((0, 5), "int8"))
np.save(HERE / "bfloat16.npy", grid[0].astype(ml_dtypes.bfloat16))
np.save(HERE / "text.npy", np.array(["a"]))
np.save(HERE / "record.npy", np.zeros(1, [("a", "f4")]))
for version in (2, 3):
    with open(HERE / f"version{version}.npy", "wb") as file:
        np.lib.format.write_array(file, grid, version=(version, 0))
every = {name: np.array([0, 1, 100]).astype(name) for name in DTYPES}
np.savez(HERE / "every.npz", **every)
np.savez_compressed(HERE / "compressed.npz", grid, grid[0])
