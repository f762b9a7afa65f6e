"""Python functions of tensors as compiled programs.

A function is traced once for each signature of its arguments. Variables that it reads are constants of the program,
and it is traced again when one of them has changed; variables that it assigns are inputs and outputs of the program.
"""

import collections
import functools
import operator
import threading

import numpy as np
from keras.src import tree
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.openvino.core import convert_to_tensor, get_device
from keras.src.backend.openvino.variable import Reads, latest_change, replace

from keravino import _native, options
from keravino._native import Tensor

EXACT_SHAPES = 4  # so many different shapes get a program each; those after them share one with open dimensions
CHANGES = 2  # so often a variable may change before it becomes an input of programs
PROGRAMS = 32  # of one function at a time; the least recently used one goes first


class TraceScope(StatelessScope):
    """A StatelessScope that knows which variables were assigned in it."""

    def __init__(self, state):
        super().__init__(state_mapping=state, collect_losses=True)
        self.assigned = {}

    def get_current_value(self, variable):
        """A variable's value. Keras asks for regularized weights here, whether they are in the scope or not."""
        value = super().get_current_value(variable)
        return variable.read() if value is None else value

    def add_update(self, update):
        """Notes an assignment."""
        self.assigned[id(update[0])] = update[0]
        super().add_update(update)


class Shapes:
    """Which shapes to trace for: each as it is while they are few, then one pattern with None wherever they differ."""

    def __init__(self, always_exact=False):
        self.exact = set()
        self.pattern = None
        self.always_exact = always_exact  # the function cannot, or shall not, be traced with open dimensions

    def choose(self, shapes):
        """The shapes to trace for, for arguments of these shapes."""
        if shapes in self.exact or self.always_exact:
            return shapes
        if self.pattern is None and len(self.exact) < EXACT_SHAPES:
            self.exact.add(shapes)
            return shapes
        for seen in self.exact if self.pattern is None else (self.pattern,):
            shapes = tuple(
                tuple(a if a == b else None for a, b in zip(x, y, strict=True))
                for x, y in zip(shapes, seen, strict=True)
            )
        self.pattern = shapes
        return shapes


class Traced:
    """One trace: the program, the variables whose values are constants of it, and the form of its outputs."""

    def __init__(self, function, parameters, arguments, state, precision):
        symbols = [_native.parameter(v.shape, v._dtype) for v in state]
        with Reads() as reads, TraceScope(list(zip(state, symbols, strict=True))) as scope:
            outputs = function(*arguments)
        self.reads = list(reads.versions.values())
        self.state = state
        self.assigned = list(scope.assigned.values())
        new_state = [scope.get_current_value(v) for v in self.assigned]
        self.checked = -1
        self.structure = outputs
        self.flat = tree.flatten(outputs)
        self.places = [i for i, x in enumerate(self.flat) if isinstance(x, Tensor)]
        if not self.is_complete():
            return
        tensors = [self.flat[i] for i in self.places]
        self.program = _native.Program(
            parameters + symbols, tensors + new_state, device=get_device(), precision=precision, threads=options.threads
        )
        self.structure = tree.map_structure(lambda x: None if isinstance(x, Tensor) else x, outputs)
        self.flat = [None if isinstance(x, Tensor) else x for x in self.flat]
        self.lock = threading.Lock()

    def is_complete(self):
        """Whether every variable that was assigned is state, and none was initialized or assigned meanwhile."""
        return {id(v) for v in self.assigned} <= {id(v) for v in self.state} and self.is_fresh()

    def stale(self):
        """The variables that have other values than the program holds."""
        return [variable for variable, version in self.reads if variable.version != version]

    def is_fresh(self):
        """Whether the variables still have the values that the program holds."""
        latest = latest_change()
        if self.checked != latest:
            if self.stale():
                return False
            self.checked = latest
        return True

    def run(self, inputs):
        """The outputs for these arrays; new values of the state are assigned."""
        if not self.state:
            return self.pack(self.program(inputs))
        with self.lock:
            values = self.program(inputs + [v._value for v in self.state], len(self.places))
            replace(self.assigned, values[len(self.places) :])
        return self.pack(values)

    def pack(self, values):
        """The function's outputs in its own form."""
        if self.structure is None:
            return values[0]
        flat = list(self.flat)
        for place, value in zip(self.places, values[: len(self.places)], strict=True):
            flat[place] = value
        return tree.pack_sequence_as(self.structure, flat)


class Function:
    """A Python function of nested tensors that runs as compiled programs; its outputs are NumPy arrays.

    Args:
        function: called with traced tensors in place of arrays; what else is in the arguments stays as it is.
        state: variables known to be assigned by it; others are found by tracing.
        precision: function of no arguments that names the precision to compile for.
        exact: trace for each shape as it is.
    """

    def __init__(self, function, state=(), precision=lambda: "f32", exact=False):
        self._function = function
        self._state = list(state)
        self._precision = precision
        self._programs = collections.OrderedDict()
        self._changes = collections.Counter()
        self._shapes = collections.defaultdict(lambda: Shapes(exact))
        self._lock = threading.RLock()

    def __call__(self, *args):
        """The outputs for these arguments, with NumPy arrays in place of tensors."""
        leaves = [to_input(leaf) for leaf in tree.flatten(args)]
        inputs = [leaf for leaf in leaves if is_array(leaf)]
        with self._lock:
            traced = self._find(args, leaves, inputs)
        return traced.run(inputs)

    def _find(self, args, leaves, inputs):
        kind = (
            outline(args),
            tuple(signature(leaf) for leaf in leaves),
            get_device(),
            options.precision,
            options.threads,
        )
        shapes = self._shapes[kind]
        exact = tuple(x.shape for x in inputs)
        chosen = shapes.choose(exact)
        traced = self._programs.get((kind, chosen))
        if traced is None or not traced.is_fresh():
            if traced is not None:
                self._hold_as_state(traced.stale())
            try:
                traced = self._trace(args, leaves, chosen)
            except Exception:
                if chosen == exact:
                    raise
                traced = self._trace(args, leaves, exact)  # raises if it is not the open dimensions
                shapes.always_exact = True
                chosen = exact
            self._programs[kind, chosen] = traced
        self._programs.move_to_end((kind, chosen))
        if len(self._programs) > PROGRAMS:
            self._programs.popitem(last=False)
        return traced

    def _hold_as_state(self, variables):
        """Makes variables that keep changing inputs of the next programs; as constants they would cost a program each
        time."""
        known = {id(v) for v in self._state}
        for v in variables:
            self._changes[id(v)] += 1
            if self._changes[id(v)] >= CHANGES and id(v) not in known:
                self._state.append(v)

    def _trace(self, args, leaves, shapes):
        for _ in range(4):  # variables may be created, and state found, by the first two
            remaining = iter(shapes)
            symbols = [
                _native.parameter(next(remaining), dtype_name(leaf)) if is_array(leaf) else leaf for leaf in leaves
            ]
            parameters = [x for x in symbols if isinstance(x, Tensor)]
            arguments = tree.pack_sequence_as(args, symbols)
            traced = Traced(self._function, parameters, arguments, list(self._state), self._precision())
            if traced.is_complete():
                return traced
            known = {id(v) for v in self._state}
            self._state += [v for v in traced.assigned if id(v) not in known]
        raise RuntimeError("variables keep being created or assigned from outside while this function is traced")


def to_input(leaf):
    """An argument's leaf as a program takes it: arrays of any library as NumPy's; what is no array stays."""
    if leaf is None or isinstance(leaf, (np.ndarray, Tensor, str, bytes)):
        return leaf
    if hasattr(leaf, "detach") or isinstance(leaf, (bool, int, float)):
        return convert_to_tensor(leaf)
    return np.asarray(leaf) if hasattr(leaf, "__array__") else leaf


def is_array(leaf):
    return isinstance(leaf, (np.ndarray, Tensor))


def dtype_name(array):
    return array.dtype if isinstance(array, Tensor) else numpy_name(array.dtype)


numpy_name = functools.cache(operator.attrgetter("name"))  # NumPy puts the name together at each call


def signature(leaf):
    """What of a leaf decides how the function is traced, but for its dimensions."""
    return (dtype_name(leaf), len(leaf.shape)) if is_array(leaf) else leaf


def outline(structure):
    """The form of nested arguments, without their leaves, as something hashable."""
    if isinstance(structure, dict):
        return tuple((key, outline(value)) for key, value in structure.items())
    if isinstance(structure, (list, tuple)):
        return (type(structure), *(outline(value) for value in structure))
    return None
