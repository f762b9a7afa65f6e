"""Control flow over Python functions. A condition or a count must be known when the function is called."""

import builtins

from keras.src import tree
from keras.src.backend.common.symbolic_scope import in_symbolic_scope
from keras.src.backend.openvino.variable import Variable

from keravino import _native
from keravino._native import Tensor


def to_tensor(x):
    """A Tensor of anything that has numbers."""
    return x if isinstance(x, Tensor) else _native.tensor(x)


def op(name):
    """A function of the registry's numpy family, or one that says that it is missing."""
    from keras.src.backend.openvino import numpy

    return getattr(numpy, name)


def known(x, function, what):
    """Refuses a value that only exists when the traced graph runs."""
    if getattr(x, "traced", False):
        raise NotImplementedError(
            f"[keras.ops.{function}] {what} that is computed in the traced graph is not implemented yet. Compile the "
            "model with run_eagerly=True to run this step by step."
        )
    return x


def length(x, function):
    """The first dimension of a tensor."""
    size = x.shape[0]
    if size is None:
        raise NotImplementedError(f"[keras.ops.{function}] a length not known while tracing is not implemented yet")
    return size


def cond(pred, true_fn, false_fn):
    """The result of one of two functions. For shapes alone, both are alike."""
    if isinstance(pred, Variable):
        pred = pred.value
    if getattr(pred, "traced", False) and in_symbolic_scope():
        return true_fn()
    return true_fn() if known(pred, "cond", "a condition") else false_fn()


def switch(index, branches, *operands):
    """The result of the function that an index names; an index out of range takes the nearest."""
    index = to_tensor(index)
    if index.traced and in_symbolic_scope():
        return branches[0](*operands)
    number = builtins.min(builtins.max(int(known(index, "switch", "an index")), 0), len(branches) - 1)
    return branches[number](*operands)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` while `cond` holds."""
    is_sequence = isinstance(loop_vars, (tuple, list))
    values = tree.map_structure(to_tensor, tuple(loop_vars) if is_sequence else (loop_vars,))
    count = 0
    while maximum_iterations is None or count < maximum_iterations:
        condition = to_tensor(cond(*values))
        if condition.traced and in_symbolic_scope():
            break  # the body keeps shapes and dtypes
        if not known(condition, "while_loop", "a condition"):
            break
        values = body(*values)
        values = tuple(values) if isinstance(values, (list, tuple)) else (values,)
        count += 1
    return values if is_sequence else values[0]


def fori_loop(lower, upper, body_fun, init_val):
    """Repeats `body_fun(i, value)` for i from `lower` up to `upper`."""
    value = init_val
    for i in range(int(known(lower, "fori_loop", "a bound")), int(known(upper, "fori_loop", "a bound"))):
        value = body_fun(i, value)
    return value


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a value along the first axis of `xs`: (carry, y) = f(carry, x)."""
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    if not isinstance(unroll, bool) and (not isinstance(unroll, int) or unroll < 1):
        raise ValueError(f"`unroll` must be an positive integer or boolean. Received: unroll={unroll}")
    if xs is None and length is None:
        raise ValueError("Got no `xs` to scan over and `length` not provided.")
    xs = tree.map_structure(to_tensor, xs) if xs is not None else None
    carry = tree.map_structure(to_tensor, init)
    n = int(length) if length is not None else globals()["length"](tree.flatten(xs)[0], "scan")
    ys = []
    for i in reversed(range(n)) if reverse else range(n):
        x = tree.map_structure(lambda t, i=i: t[i], xs) if xs is not None else None
        carry, y = f(carry, x)
        ys.append(tree.map_structure(op("zeros_like"), carry) if y is None else y)
    if reverse:
        ys.reverse()
    return carry, stack_all(ys)


def stack_all(structures):
    """One structure of stacked tensors out of several structures of tensors."""
    return tree.map_structure(lambda *tensors: op("stack")(list(tensors)), *structures)


def map(f, xs):
    """The results of `f` for each slice of `xs` along the first axis, stacked."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """The results of `function` for each slice of `elements` along the first axis, stacked."""
    elements = tree.map_structure(to_tensor, elements)
    n = length(tree.flatten(elements)[0], "vectorized_map")
    return stack_all([function(tree.map_structure(lambda t, i=i: t[i], elements)) for i in range(n)])


def associative_scan(f, elems, reverse=False, axis=0):
    """All partial results of an associative function along an axis."""
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    elems = tree.map_structure(to_tensor, elems)
    sizes = [t.shape[axis] for t in tree.flatten(elems)]
    if len(set(sizes)) != 1:
        shapes = [t.shape for t in tree.flatten(elems)]
        raise ValueError(f"Array inputs to associative_scan must have the same first dimension. (saw: {shapes})")
    if sizes[0] is None:
        raise NotImplementedError(
            "[keras.ops.associative_scan] a length not known while tracing is not implemented yet"
        )

    def part(i):
        return tree.map_structure(lambda t: op("take")(t, [i], axis=axis), elems)

    order = range(sizes[0])[::-1] if reverse else range(sizes[0])
    results = []
    for i in order:
        results.append(f(results[-1], part(i)) if results else part(i))
    if reverse:
        results.reverse()
    return tree.map_structure(lambda *tensors: op("concatenate")(list(tensors), axis=axis), *results)


def stop_gradient(variable):
    """The tensor itself: there are no gradients yet to stop."""
    return variable.value if isinstance(variable, Variable) else to_tensor(variable)


def custom_gradient(fun):
    """The forward part of a function with its own gradient."""
    return lambda *args, **kwargs: fun(*args, **kwargs)[0]


def remat(f):
    """The function itself: without gradients there is nothing to compute again."""
    return f
