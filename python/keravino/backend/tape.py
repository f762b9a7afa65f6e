"""Gradients of what Python computes: tapes, and functions with a gradient of their own."""

import functools
import threading

from keras.src import tree
from keras.src.backend.openvino.body import to_tensor

from keravino import _native
from keravino._native import Tensor

_threads = threading.local()


def tapes():
    """The tapes that this thread is recording on, the innermost last."""
    try:
        return _threads.tapes
    except AttributeError:
        _threads.tapes = []
        return _threads.tapes


def read(variable, value):
    """What stands for a variable's value on the tapes: one that they can differentiate by."""
    stack = getattr(_threads, "tapes", None)
    if not stack or value is None:
        return value
    if not value.traced:
        seen = stack[0].reads.get(id(variable))
        if seen is not None and seen[1] is value:
            value = seen[2]
        elif variable.trainable and "float" in variable._dtype:
            value = _native.watched(value)
        else:
            return value
    for tape in stack:
        tape.note(variable, value)
    return value


class GradientTape:
    """Records what is computed within it, so that it can be differentiated.

        with keravino.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_weights)

    Trainable variables that are read within it are watched; `watch` adds tensors. It works eagerly and in a traced
    `train_step`, and tapes may be nested for derivatives of higher order. A tape may be asked several times.
    """

    def __init__(self):
        self.reads = {}  # id: (variable, its value, what stood for it)

    def __enter__(self):
        if not tapes():
            _threads.recording = _native.Recording()
        tapes().append(self)
        return self

    def __exit__(self, *exception):
        tapes().remove(self)
        if not tapes():
            _threads.recording = None

    def note(self, variable, value):
        """Notes what stands for a variable's value."""
        self.reads[id(variable)] = (variable, variable._value, value)

    def point(self, x):
        """What stands for a variable in the recorded graph; a tensor itself."""
        return self.reads[id(x)][2] if id(x) in self.reads else to_tensor(x)

    def watch(self, x):
        """The tensor to compute with in place of x, by which `gradient` can then differentiate."""
        x = to_tensor(x)
        return x if x.traced else _native.watched(x)

    def gradient(self, target, sources, output_gradients=None):
        """The gradients of target (the sum of all its elements) with respect to sources.

        Args:
            target: tensor, or nested structure of tensors, of a float dtype.
            sources: nested structure of variables, and of tensors that `watch` returned.
            output_gradients: what each element of target counts, in its structure; 1 by default.

        Returns:
            Tensors in the structure of sources; None for one that target does not hang on.
        """
        targets = [self.point(x) for x in tree.flatten(target)]
        seeds = None if output_gradients is None else [to_tensor(x) for x in tree.flatten(output_gradients)]
        flat = tree.flatten(sources)
        places = [i for i, x in enumerate(flat) if isinstance(x, Tensor) or id(x) in self.reads]
        found = _native.gradients(targets, [self.point(flat[i]) for i in places], seeds)
        if not tapes():
            found = settled(targets, found)
        results = [None] * len(flat)
        for place, gradient in zip(places, found, strict=True):
            results[place] = gradient
        return tree.pack_sequence_as(sources, results)


def settled(targets, found):
    """Gradients as numbers, computed together with the targets; graphs that are being traced stay."""
    present = [x for x in found if x is not None]
    together = present + [x for x in targets if x.traced]
    if not present or not all(_native.has_numbers(x) for x in together):
        return found
    numbers = iter(_native.settled(together))
    return [x if x is None else next(numbers) for x in found]


def value_and_grad(function, argnums=0, has_aux=False):
    """A function that returns what `function` does and its gradients.

    Args:
        function: of tensors, or nested structures of tensors; returns a scalar loss (with `has_aux` a pair of a loss
            and anything).
        argnums: the argument, or the arguments as a tuple, to differentiate by.
        has_aux: whether something comes beside the loss.

    Returns:
        A function of the same arguments that returns `(value, gradients)`.
    """
    several = isinstance(argnums, (tuple, list))

    def call(*args, **kwargs):
        with GradientTape() as tape:
            args = list(args)
            for i in argnums if several else (argnums,):
                args[i] = tree.map_structure(tape.watch, args[i])
            value = function(*args, **kwargs)
        sources = [args[i] for i in argnums] if several else args[argnums]
        gradients = tape.gradient(value[0] if has_aux else value, sources)
        return value, tuple(gradients) if several else gradients

    return call


def stop_gradient(variable):
    """The tensor, through which no gradient goes."""
    x = to_tensor(variable)
    return _native.with_gradient([x], [x], lambda g: [None])[0] if x.traced else x


def custom_gradient(fun):
    """A function with a gradient of its own.

    `fun` returns (outputs, gradient function). The gradient function takes the gradients of the outputs, one after
    the other, and returns those of the arguments.
    """

    def call(*args, **kwargs):
        args, kwargs = tree.map_structure(to_value, (args, kwargs))
        outputs, gradient = fun(*args, **kwargs)
        if not _native.recording():
            return outputs
        leaves = [x if isinstance(x, Tensor) else None for x in tree.flatten(args)]
        xs = [x for x in leaves if x is not None]

        def vjp(*upstream):
            found = gradient(*upstream)
            found = found if isinstance(found, (list, tuple)) else (found,)
            if len(found) != len(args):
                raise ValueError(f"a custom gradient returned {len(found)} gradients for {len(args)} arguments")
            flat = [g for arg, g in zip(args, found, strict=True) for g in spread(arg, g)]
            return [to_gradient(g, x) for g, x in zip(flat, leaves, strict=True) if x is not None]

        ys = _native.with_gradient([to_tensor(y) for y in tree.flatten(outputs)], xs, vjp)
        return tree.pack_sequence_as(outputs, ys)

    return call


def remat(f):
    """The same function, computed once more for its gradients: a tape keeps its arguments and results alone.

    What it takes from outside besides its arguments, as variables, is kept.
    """

    @functools.wraps(f)
    def call(*args, **kwargs):
        if not _native.recording():
            return f(*args, **kwargs)
        since = _native.moment()
        args, kwargs = tree.map_structure(to_value, (args, kwargs))
        outputs = f(*args, **kwargs)
        flat = tree.flatten(outputs)
        places = [i for i, x in enumerate(flat) if isinstance(x, Tensor)]
        xs = [x for x in tree.flatten((args, kwargs)) if isinstance(x, Tensor)]
        for i, y in zip(places, _native.recomputed(since, xs, [flat[i] for i in places]), strict=True):
            flat[i] = y
        return tree.pack_sequence_as(outputs, flat)

    return call


def to_value(x):
    return x.value if hasattr(x, "value") and hasattr(x, "assign") else x


def spread(arg, gradient):
    """The gradients of an argument's leaves; None stands for all of them."""
    return [None] * len(tree.flatten(arg)) if gradient is None else tree.flatten(gradient)


def to_gradient(g, x):
    """A gradient as a tensor; of what is no float there is none."""
    return None if g is None or "float" not in x.dtype else to_tensor(g)
