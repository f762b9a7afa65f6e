"""Control flow over Python functions: run step by step where the numbers are known, traced into If and Loop nodes where
they are not."""

import builtins

from keras.src import tree
from keras.src.backend.openvino.body import any_traced, numpy, repeat, select, to_tensor
from keras.src.backend.openvino.body import flag as to_flag
from keras.src.backend.openvino.variable import Variable

from keravino import _native


def length(x, axis=0):
    """A dimension of a tensor: a number, or a scalar tensor where it is not known while tracing."""
    return _native.shape(x)[axis]


def cond(pred, true_fn, false_fn):
    """The result of one of two functions."""
    if isinstance(pred, Variable):
        pred = pred.value
    if any_traced(pred):
        return select(to_flag(pred), true_fn, false_fn)
    return true_fn() if pred else false_fn()


def switch(index, branches, *operands):
    """The result of the function that an index names; an index out of range takes the nearest."""
    index = to_tensor(index)
    if not index.traced:
        index = builtins.min(builtins.max(int(index), 0), len(branches) - 1)
        return branches[index](*operands)

    def choose(first):
        if first == len(branches) - 1:
            return branches[first](*operands)
        return cond(index <= first, lambda: branches[first](*operands), lambda: choose(first + 1))

    return choose(0)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` while `cond` holds."""
    is_sequence = isinstance(loop_vars, (tuple, list))
    values = tree.map_structure(to_tensor, tuple(loop_vars) if is_sequence else (loop_vars,))

    def call(values):
        new = body(*values)
        return tuple(new) if isinstance(new, (list, tuple)) else (new,)

    def step(_, states):
        new = call(tree.pack_sequence_as(values, states))
        tree.assert_same_structure(new, values)
        return cond(*tree.map_structure(to_tensor, new)), tree.flatten(new), []

    count = 0
    while any_traced(maximum_iterations) or maximum_iterations is None or count < maximum_iterations:
        condition = to_tensor(cond(*values))
        if any_traced((condition, values, maximum_iterations)):
            left = -1 if maximum_iterations is None else at_least_zero(maximum_iterations - count)
            states, _ = repeat("while_loop", step, tree.flatten(values), trip_count=left, condition=condition)
            values = tree.pack_sequence_as(values, states)
            break
        if not condition:
            break
        values = tree.map_structure(to_tensor, call(values))
        count += 1
    return values if is_sequence else values[0]


def at_least_zero(n):
    """A number of steps: to a loop, less than none means no bound."""
    return numpy().maximum(n, 0) if any_traced(n) else builtins.max(int(n), 0)


def fori_loop(lower, upper, body_fun, init_val):
    """Repeats `body_fun(i, value)` for i from `lower` up to `upper`."""
    value = init_val
    if not any_traced((lower, upper)):
        lower, upper = int(lower), int(upper)
        while lower < upper and not any_traced(value):
            value = body_fun(lower, value)
            lower += 1
        if lower >= upper:
            return value
    value = tree.map_structure(to_tensor, value)

    def step(_, states):
        i, *states = states
        new = body_fun(i, tree.pack_sequence_as(value, states))
        return True, [i + 1, *tree.flatten(new)], []

    states = [to_tensor(lower), *tree.flatten(value)]
    states, _ = repeat("fori_loop", step, states, trip_count=at_least_zero(upper - lower))
    return tree.pack_sequence_as(value, states[1:])


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
    if xs is None and any_traced(length):
        raise NotImplementedError("[keras.ops.scan] a length computed in the graph needs `xs` of that length")
    n = int(length) if xs is None else globals()["length"](tree.flatten(xs)[0])

    def call(carry, x):
        carry, y = f(carry, x)
        return carry, tree.map_structure(numpy().zeros_like, carry) if y is None else y

    if any_traced((carry, xs, n)):
        return scan_traced(call, carry, xs, n, reverse)
    ys = []
    for i in reversed(range(int(n))) if reverse else range(int(n)):
        x = tree.map_structure(lambda t, i=i: t[i], xs) if xs is not None else None
        carry, y = call(carry, x)
        ys.append(y)
    if reverse:
        ys.reverse()
    return carry, stack_all(ys)


def scan_traced(f, init, xs, n, reverse):
    """`scan` as a loop in the graph."""
    form = None

    def step(parts, states):
        nonlocal form
        x = tree.pack_sequence_as(xs, parts) if xs is not None else None
        carry, form = f(tree.pack_sequence_as(init, states), x)
        return True, tree.flatten(carry), tree.flatten(form)

    slices = tree.flatten(xs) if xs is not None else []
    carry, ys = repeat("scan", step, tree.flatten(init), slices, trip_count=n, reverse=reverse)
    if reverse:
        ys = [numpy().flip(y, 0) for y in ys]
    return tree.pack_sequence_as(init, carry), tree.pack_sequence_as(form, ys)


def stack_all(structures):
    """One structure of stacked tensors out of several structures of tensors."""
    return tree.map_structure(lambda *tensors: numpy().stack(list(tensors)), *structures)


def map(f, xs):
    """The results of `f` for each slice of `xs` along the first axis, stacked."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """The results of `function` for each slice of `elements` along the first axis, stacked."""
    return map(function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """All partial results of an associative function along an axis."""
    if not callable(f):
        raise TypeError(f"`f` should be a callable. Received: f={f}")
    elems = tree.map_structure(to_tensor, elems)
    flat = tree.flatten(elems)
    axis = axis if axis >= 0 else axis + len(flat[0].shape)
    if len({t.shape[axis] for t in flat}) != 1:
        shapes = [t.shape for t in flat]
        raise ValueError(f"Array inputs to associative_scan must have the same first dimension. (saw: {shapes})")

    def combine(left, right):
        result = f(tree.pack_sequence_as(elems, left), tree.pack_sequence_as(elems, right))
        return [to_tensor(x) for x in tree.flatten(result)]

    if reverse:
        flat = [numpy().flip(x, axis) for x in flat]
    scanned = (partial_results if flat[0].shape[axis] is not None else partial_results_traced)(combine, flat, axis)
    if reverse:
        scanned = [numpy().flip(x, axis) for x in scanned]
    return tree.pack_sequence_as(elems, scanned)


def partial_results(f, xs, axis):
    """The partial results in a number of calls that rises with the logarithm of the length."""
    n = xs[0].shape[axis]
    if n < 2:
        return xs

    def every_second(xs, start, stop):
        index = (builtins.slice(None),) * axis + (builtins.slice(start, stop, 2),)
        return [x[index] for x in xs]

    def part(xs, start, stop):
        index = (builtins.slice(None),) * axis + (builtins.slice(start, stop),)
        return [x[index] for x in xs]

    odd = partial_results(f, f(every_second(xs, 0, n - 1), every_second(xs, 1, n)), axis)
    even = part(xs, 0, 1)
    if n > 2:
        rest = f(part(odd, 0, (n - 1) // 2), every_second(xs, 2, n))
        even = [numpy().concatenate([a, b], axis=axis) for a, b in zip(even, rest, strict=True)]
    half = n // 2
    pairs = [
        numpy().reshape(numpy().stack([a, b], axis=axis + 1), [*a.shape[:axis], 2 * half, *a.shape[axis + 1 :]])
        for a, b in zip(part(even, 0, half), odd, strict=True)
    ]
    if n % 2:
        pairs = [numpy().concatenate([a, b], axis=axis) for a, b in zip(pairs, part(even, half, n), strict=True)]
    return pairs


def partial_results_traced(f, xs, axis):
    """The same one after the other, for a length not known while tracing."""

    def step(parts, states):
        is_first, *before = states
        parts = [numpy().expand_dims(x, axis) for x in parts]
        new = [numpy().where(is_first, x, y) for x, y in zip(parts, f(before, parts), strict=True)]
        return True, [to_tensor(False), *new], [numpy().squeeze(x, axis) for x in new]

    first = [x[(builtins.slice(None),) * axis + (builtins.slice(0, 1),)] for x in xs]
    return repeat("associative_scan", step, [to_tensor(True), *first], xs, trip_count=length(xs[0], axis), axis=axis)[1]
