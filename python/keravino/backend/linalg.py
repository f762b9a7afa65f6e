"""keras.src.backend.linalg on OpenVINO: the registry's functions."""

from keras.src import tree
from keras.src.backend.openvino.registry import fill
from keras.src.backend.openvino.tape import GradientTape, settled

from keravino import _native

fill(globals(), "linalg")


def jvp(fun, primals, tangents, has_aux=False):
    """The value of a function and its derivative in a direction.

    The gradients of weighted outputs are linear in the weights; the derivative of these gradients, weighted by the
    tangents, with respect to the weights is the derivative in their direction. It asks for second derivatives.

    Args:
        fun: of tensors, or nested structures of tensors.
        primals, tangents: the arguments, as a tuple, and the direction in the same structure.
        has_aux: whether `fun` returns a pair of outputs and anything.

    Returns:
        (outputs, derivative in the structure of outputs), with `has_aux` what comes beside the outputs as well.
    """
    tape = GradientTape()
    with tape:
        arguments = tree.map_structure(tape.watch, tuple(primals))
        outputs = fun(*arguments)
        outputs, aux = outputs if has_aux else (outputs, None)
        xs, ys = tree.flatten(arguments), tree.flatten(tree.map_structure(tape.point, outputs))
        weights = [_native.watched(_native.tensor(0.0, y.dtype)) + 0 * y for y in ys]
        gradients = _native.gradients(ys, xs, weights)
        directions = [_native.tensor(t, x.dtype) for t, x in zip(tree.flatten(tangents), xs, strict=True)]
        pairs = [(g, d) for g, d in zip(gradients, directions, strict=True) if g is not None]
        found = [None] * len(ys)
        if pairs:
            found = _native.gradients([g for g, _ in pairs], weights, [d for _, d in pairs])
        found = [0 * y if g is None else g for g, y in zip(found, ys, strict=True)]
    found = tree.pack_sequence_as(outputs, settled(ys, found))
    return (outputs, found, aux) if has_aux else (outputs, found)
