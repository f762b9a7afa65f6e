"""The import hook: Keras's module names for its "openvino" backend lead to ours."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

PACKAGE = "keras.src.backend.openvino"
FOLDER = Path(__file__).parent / "backend"
# Keras's exporter builds on the tensors of Keras's own backend, so ours takes its place as a whole.
MODULES = {PACKAGE: "__init__.py", "keras.src.export.openvino": "export_openvino.py"}
OTHERS = tuple(f"keras.src.backend.{name}" for name in ("tensorflow", "jax", "torch", "numpy"))
# Keras's torch backend saves its own optimizer classes, by module; those of Keras have the same names and state.
TORCH = "keras.src.backend.torch"
TORCH_OPTIMIZERS = f"{TORCH}.optimizers"
ADVICE = 'Put "import keravino" before the first "import keras", or run the script with: python -m keravino script.py'


class Optimizers(importlib.abc.Loader):
    """Loads `torch_adam` and its like as Keras's own `adam`, and the packages above them empty."""

    def create_module(self, spec):
        """None: Python makes the module."""

    def exec_module(self, module):
        """Fills the module with the classes of Keras's module of that name."""
        if module.__name__.startswith(f"{TORCH_OPTIMIZERS}."):
            name = module.__name__.rsplit("torch_", 1)[1]
            vars(module).update(vars(importlib.import_module(f"keras.src.optimizers.{name}")))


class Finder(importlib.abc.MetaPathFinder):
    """Finds our package under the name that Keras imports; its submodules follow from its folder."""

    def find_spec(self, fullname, path=None, target=None):
        """Where our modules are. ImportError when Keras turns to another backend after all."""
        if fullname in MODULES:
            folder = [str(FOLDER)] if fullname == PACKAGE else None
            file = FOLDER / MODULES[fullname]
            return importlib.util.spec_from_file_location(fullname, file, submodule_search_locations=folder)
        if fullname in OTHERS and keras_backend() != "openvino":
            raise ImportError(
                f'keravino is imported, but Keras is told to use the "{keras_backend()}" backend. Leave KERAS_BACKEND '
                'unset, or set it to "openvino".'
            )
        torch = fullname == TORCH and importlib.util.find_spec("torch") is None
        if torch or fullname == TORCH_OPTIMIZERS or fullname.startswith(f"{TORCH_OPTIMIZERS}.torch_"):
            return importlib.machinery.ModuleSpec(
                fullname, Optimizers(), is_package=fullname in (TORCH, TORCH_OPTIMIZERS)
            )
        return None


def keras_backend():
    """The name of the backend that Keras has been loaded with, or None."""
    config = sys.modules.get("keras.src.backend.config")
    return config.backend() if config else None


def install():
    """Makes Keras's "openvino" backend ours. ImportError if Keras is loaded already or told to use another one."""
    loaded = sys.modules.get(PACKAGE)
    if loaded is not None and Path(loaded.__file__).parent == FOLDER:
        return
    if loaded is not None:
        raise ImportError(f'keravino: Keras is already loaded with its own "openvino" backend. {ADVICE}')
    if keras_backend():
        raise ImportError(f'keravino: Keras is already loaded with the "{keras_backend()}" backend. {ADVICE}')
    asked = os.environ.setdefault("KERAS_BACKEND", "openvino")
    if asked != "openvino":
        raise ImportError(
            f'keravino: the environment variable KERAS_BACKEND asks for "{asked}", and keravino takes the place of '
            'Keras\'s "openvino" backend. Unset KERAS_BACKEND, or set it to "openvino".'
        )
    sys.meta_path.insert(0, Finder())
