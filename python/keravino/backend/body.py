"""Python functions as bodies of If and Loop nodes: traced in place, with the variables that they assign as state."""

from keras.src import tree
from keras.src.backend.common.stateless_scope import StatelessScope, get_stateless_scope

from keravino import _native
from keravino._native import Tensor

# By promotion, as Keras has it: a state stays what it was.
NARROWED = {"int64": "int32", "float64": "float32", "complex128": "complex64"}


class BodyScope(StatelessScope):
    """Knows what a body assigns. Other variables have the values of the scope around it."""

    def __init__(self, state=()):
        super().__init__(collect_losses=True)
        self.state_mapping = {id(variable): value for variable, value in state}
        self.outer = get_stateless_scope()
        self.assigned = {}

    def get_current_value(self, variable):
        """The value in this scope, or in the one around it."""
        value = super().get_current_value(variable)
        return value if value is not None or self.outer is None else self.outer.get_current_value(variable)

    def add_update(self, update):
        """Notes an assignment."""
        self.assigned[id(update[0])] = update[0]
        super().add_update(update)

    def add_loss(self, loss):
        """Raises: the loss exists within the body alone."""
        raise NotImplementedError("[add_loss] a branch or loop of a traced graph cannot add a loss; return it instead")


def current(scope, variable):
    """A variable's value in its own dtype, as a body sees it or leaves it."""
    value = scope and scope.get_current_value(variable)
    value = variable.read() if value is None else value
    return variable._initializer(variable._shape, dtype=variable._dtype) if value is None else value


def to_tensor(x):
    """A Tensor of anything that has numbers."""
    return x if isinstance(x, Tensor) else _native.tensor(x)


def any_traced(structure):
    """Whether a tensor of a nested structure only has numbers when the graph runs."""
    return any(getattr(x, "traced", False) for x in tree.flatten(structure))


def leaf(x):
    """A result of a body: Python's numbers take the dtype of what they stand beside, so they stay as they are."""
    return x if x is None or isinstance(x, (bool, int, float)) else to_tensor(x)


def branch(function):
    """(moment, results, scope) of a branch."""
    scope, since = BodyScope(), _native.moment()
    with scope:
        return since, tree.map_structure(leaf, function()), scope


def alike(a, b):
    """Two leaves of branches as tensors."""
    if isinstance(a, Tensor) or isinstance(b, Tensor):
        a = a if isinstance(a, Tensor) else _native.tensor(a, b.dtype)
        b = b if isinstance(b, Tensor) else _native.tensor(b, a.dtype)
        return a, b
    return to_tensor(a), to_tensor(b)


def select(condition, true_fn, false_fn):
    """The results of one of two functions, chosen when the graph runs; only that one is computed then."""
    (since, results, scope), (other_since, other_results, other_scope) = branch(true_fn), branch(false_fn)
    flat, other = tree.flatten(results), tree.flatten(other_results)
    nones = [x is None for x in flat]
    if nones != [x is None for x in other]:
        raise ValueError(
            "[keras.ops.cond] `true_fn` and `false_fn` should return outputs of the same kind (struct, dtype and "
            f"shape). Got {results} and {other_results} instead."
        )
    pairs = [alike(a, b) for a, b in zip(flat, other, strict=True) if a is not None]
    assigned = list((scope.assigned | other_scope.assigned).values())
    pairs += [(current(scope, v), current(other_scope, v)) for v in assigned]
    if not pairs:
        return results
    outputs = _native.if_then_else(condition, since, [a for a, _ in pairs], other_since, [b for _, b in pairs])
    for variable in reversed(assigned):
        variable.assign(outputs.pop())
    outputs = iter(outputs)
    return tree.pack_sequence_as(results, [None if none else next(outputs) for none in nones])


def without(shape, axis):
    return shape[:axis] + shape[axis + 1 :]


def successor(name, i, new, old):
    """A state after a step, in the dtype it had before; TypeError or ValueError if it is of another kind."""
    if not isinstance(new, Tensor):
        new = _native.tensor(new, old.dtype if isinstance(new, (bool, int, float)) else None)
    if new.dtype == NARROWED.get(old.dtype):
        return _native.ops["core"]["cast"](new, old.dtype)
    if new.dtype != old.dtype:
        raise TypeError(f"[keras.ops.{name}] the body turns loop variable {i} from {old.dtype} into {new.dtype}")
    if len(new.shape) != len(old.shape):
        raise ValueError(
            f"[keras.ops.{name}] the body changes the rank of loop variable {i}: from {old.shape} to {new.shape}"
        )
    return new


def repeat(name, step, states, slices=(), *, trip_count=-1, condition=True, axis=0, reverse=False):
    """A loop in the graph.

    Args:
        name: of the function of keras.ops, for errors.
        step: (slices, states) -> (whether to go on, new states, what is stacked): lists of tensors.
        states: list of tensors. A dimension that a step changes is open within the loop.
        slices: list of tensors, of `trip_count` slices each, that are taken apart along `axis`, from the end if
            `reverse`.
        trip_count: number of steps, or scalar tensor, at least 1 where something is stacked; -1: until the condition
            fails.
        condition: whether there is a first step.
        axis: the results are stacked along it too, in the order of the steps.

    Returns:
        (states after the last step, stacked results).
    """
    scope = get_stateless_scope()
    slices, variables = list(slices), {}
    shapes = [x.shape for x in states]
    while True:
        values = states + [current(scope, v) for v in variables.values()]
        since = _native.moment()
        parts = [_native.parameter(without(x.shape, axis), x.dtype) for x in slices]
        symbols = [_native.parameter(shape, x.dtype) for shape, x in zip(shapes, states, strict=True)]
        held = [_native.parameter(v.shape, v._dtype) for v in variables.values()]
        body = BodyScope(zip(variables.values(), held, strict=True))
        with body:
            go_on, new, stacked = step(parts, symbols)
            new = [successor(name, i, x, old) for i, (x, old) in enumerate(zip(new, symbols, strict=True))]
            stacked = [to_tensor(x) for x in stacked]
        open_shapes = [
            tuple(a if a == b else None for a, b in zip(shape, x.shape, strict=True))
            for shape, x in zip(shapes, new, strict=True)
        ]
        if open_shapes == shapes and body.assigned.keys() <= variables.keys():
            break
        shapes = open_shapes
        variables |= body.assigned
    new += [current(body, v) for v in variables.values()]
    if isinstance(trip_count, int) and trip_count == 0:
        return states, empty(step, states, slices, axis)
    outputs = _native.loop(
        count(trip_count), flag(condition), slices, values, since, parts + symbols + held,
        [flag(go_on), *new, *stacked], axis, reverse,
    )  # fmt: skip
    n, m = len(states), len(values)
    for variable, value in zip(variables.values(), outputs[n:m], strict=True):
        variable.assign(value)
    return outputs[:n], outputs[m:]


def empty(step, states, slices, axis):
    """What a loop without a step stacks: nothing, in the shape of what a step would give."""
    parts = [numpy().zeros(without(_native.shape(x), axis), x.dtype) for x in slices]
    with BodyScope():
        _, _, stacked = step(parts, states)
    return [numpy().expand_dims(to_tensor(x), axis)[(slice(None),) * axis + (slice(0, 0),)] for x in stacked]


def count(n):
    """A number of steps as the loop takes it: a scalar, and none for less than none."""
    return _native.ops["core"]["cast"](n, "int64") if isinstance(n, Tensor) else _native.tensor(int(n), "int64")


def flag(x):
    """A condition as a boolean scalar."""
    x = _native.ops["core"]["cast"](to_tensor(x), "bool")
    return x if x.shape == () else numpy().reshape(x, ())


def numpy():
    """The module of ops, which imports this one."""
    from keras.src.backend.openvino import numpy

    return numpy
