"""`model.export("model.xml", format="openvino")`: a traced model as OpenVINO IR."""

import inspect

from keras.src import tree
from keras.src.backend.openvino.trace import TraceScope
from keras.src.export.export_utils import get_input_signature, make_input_spec
from keras.src.utils import io_utils

from keravino import _native


def export_openvino(model, filepath, verbose=None, input_signature=None, **kwargs):
    """Writes the forward pass of a model as OpenVINO IR: an .xml file, and a .bin file with the weights beside it.

    Args:
        model: a Keras model that has been built.
        filepath: path of the .xml file.
        verbose: whether to print where it was written; None means yes.
        input_signature: shapes and dtypes of the inputs as KerasTensors or InputSpecs; the model's own by default.
        kwargs: no others are known.
    """
    filepath = str(filepath)
    if not filepath.endswith(".xml"):
        raise ValueError(f"The OpenVINO export requires the filepath to end with '.xml'. Got: filepath={filepath}")
    if kwargs:
        raise ValueError(f"Arguments not recognized: {sorted(kwargs)}")
    if input_signature is None:
        input_signature = get_input_signature(model)
    specs = tree.map_structure(make_input_spec, input_signature)
    if isinstance(specs, (list, tuple)) and len(specs) == 1:
        specs = specs[0]
    symbols = tree.map_structure(lambda spec: _native.parameter(spec.shape, spec.dtype), specs)
    several = isinstance(symbols, (list, tuple)) and len(inspect.signature(model.call).parameters) > 1
    with TraceScope([]) as scope:
        outputs = model(*symbols) if several and not hasattr(model, "_inputs_struct") else model(symbols)
    if scope.assigned:
        names = sorted(variable.path for variable in scope.assigned.values())
        raise NotImplementedError(f"A model that changes its own state cannot be exported. It assigns: {names}")
    inputs, results = tree.flatten(symbols), tree.flatten(outputs)
    names = [spec.name or f"input_{i}" for i, spec in enumerate(tree.flatten(specs))]
    outputs = getattr(model, "output_names", None) or [f"output_{i}" for i in range(len(results))]
    _native.save_ir(filepath, inputs, results, names, outputs)
    if verbose is None or verbose:
        io_utils.print_msg(f"Saved OpenVINO IR at '{filepath}'.")
