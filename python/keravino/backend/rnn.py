"""Recurrent layers' backend functions."""

import collections
import threading

from keras.src import activations, tree
from keras.src.backend.openvino import numpy
from keras.src.backend.openvino.body import BodyScope, any_traced, repeat, to_tensor

from keravino import _native, options


def cudnn_ok(*args, **kwargs):
    """There is no cuDNN here."""
    return False


def rnn(
    step_function,
    inputs,
    initial_states,
    go_backwards=False,
    mask=None,
    constants=None,
    unroll=False,
    input_length=None,
    time_major=False,
    zero_output_for_mask=False,
    return_all_outputs=True,
):
    """Carries states along the time axis of `inputs`, step by step; in a traced graph as one loop.

    Args:
        step_function: (input, states + constants) -> (output, new states).
        inputs: tensor of shape (batch, time, ...), or several, nested.
        initial_states: tensors of shape (batch, ...), nested.
        go_backwards: from the last step to the first; outputs are in the order of the steps.
        mask: (batch, time) or (batch, time, 1): where false, the states stay and the output is that of the step before.
        constants: what each step gets after the states.
        unroll: makes every step a part of the traced graph; the time axis must be known.
        input_length: a number for each sample: steps from there on count as masked. A single number says nothing new.
        time_major: inputs, mask and outputs are of shape (time, batch, ...).
        zero_output_for_mask: where the mask is false, outputs are zero.
        return_all_outputs: whether all outputs are wanted, or the last one alone.

    Returns:
        (last output, outputs of shape (batch, time, ...), or (batch, 1, ...) of the last alone, states).
    """
    axis = 0 if time_major else 1
    inputs = tree.map_structure(to_tensor, inputs)
    flat = tree.flatten(inputs)
    states = tree.map_structure(to_tensor, tuple(initial_states))
    steps = flat[0].shape[axis]
    if unroll and not steps:
        raise ValueError("Unrolling requires a fixed number of timesteps.")
    mask = time_mask(mask, input_length, flat[0], axis)
    cell = Cell(step_function, inputs, states, tuple(constants or ()), mask is not None, zero_output_for_mask)
    slices = [*([] if mask is None else [mask]), *flat]
    run = run_traced if not unroll and any_traced((slices, states, constants)) else run_steps
    last, outputs, flat = run(cell, slices, tree.flatten(states), axis, go_backwards, return_all_outputs)
    outputs = outputs if return_all_outputs else [numpy.expand_dims(y, axis) for y in last]
    return cell.pack(last), cell.pack(outputs), list(tree.pack_sequence_as(states, flat))


def time_mask(mask, input_length, x, axis):
    """The mask as booleans of shape (batch, time), or the other way round as the inputs are; or None."""
    if mask is not None:
        mask = numpy.not_equal(to_tensor(mask), 0)
        return numpy.squeeze(mask, -1) if len(mask.shape) == 3 else mask
    if getattr(input_length, "shape", ()) == () and not isinstance(input_length, (list, tuple)):
        return None
    time = numpy.arange(_native.shape(x)[axis])
    mask = numpy.expand_dims(time, 0) < numpy.expand_dims(to_tensor(input_length), 1)
    return numpy.transpose(mask) if axis == 0 else mask


class Cell:
    """A step that keeps states and outputs where it is masked."""

    def __init__(self, function, inputs, states, constants, masked, zero_output):
        self.function = function
        self.inputs = inputs
        self.states = states
        self.constants = constants
        self.masked = masked
        self.zero_output = zero_output
        self.form = None  # of the output, once known

    def __call__(self, parts, states, previous):
        """(outputs, states) of a step, flat lists; `previous`: outputs of the step before, if any."""
        mask = parts[0] if self.masked else None
        x = tree.pack_sequence_as(self.inputs, parts[1:] if self.masked else parts)
        self.form, new = self.function(x, tree.pack_sequence_as(self.states, states) + self.constants)
        outputs = [to_tensor(y) for y in tree.flatten(self.form)]
        new = [to_tensor(s) for s in tree.flatten(new)]
        if mask is None:
            return outputs, new
        if self.zero_output or not previous:
            previous = [numpy.zeros_like(y) for y in outputs]
        outputs = [keep(mask, y, before) for y, before in zip(outputs, previous, strict=True)]
        return outputs, [keep(mask, s, before) for s, before in zip(new, states, strict=True)]

    def pack(self, outputs):
        """A flat list in the form that the step function gives."""
        return tree.pack_sequence_as(self.form, outputs)


def keep(mask, new, old):
    """`new` for the samples that the mask lets through, `old` for the others."""
    return numpy.where(numpy.reshape(mask, [-1] + [1] * (len(new.shape) - 1)), new, old)


def run_steps(cell, slices, states, axis, go_backwards, return_all_outputs):
    """(last outputs, outputs, states), step by step."""
    every, last = [], None
    slices = [numpy.moveaxis(x, axis, 0) if axis else x for x in slices]
    steps = range(slices[0].shape[0])
    for i in reversed(steps) if go_backwards else steps:
        last, states = cell([x[i] for x in slices], states, last)
        every.append(last)
    if return_all_outputs:
        every = [numpy.stack(list(ys), axis=axis) for ys in zip(*every, strict=True)]
    return last, every, states


def run_traced(cell, slices, states, axis, go_backwards, return_all_outputs):
    """(last outputs, outputs, states) of one loop. Its states are the cell's, and the outputs of the step before where
    a mask keeps them."""
    n, states_of_outputs = len(states), []
    before = first_outputs(cell, slices, states, axis) if cell.masked and not cell.zero_output else []

    def step(parts, values):
        outputs, new = cell(parts, values[:n], values[n:])
        ids = [id(x) for x in new]
        states_of_outputs[:] = [ids.index(id(y)) if id(y) in ids else None for y in outputs]
        stacks = return_all_outputs or (None in states_of_outputs and not before)
        return True, new + (outputs if before else []), outputs if stacks else []

    steps = _native.shape(slices[0])[axis]
    values, every = repeat("rnn", step, states + before, slices, trip_count=steps, axis=axis, reverse=go_backwards)
    if before:
        last = values[n:]
    elif every:
        last = [y[(slice(None),) * axis + (-1,)] for y in every]
    else:
        last = [values[i] for i in states_of_outputs]
    return last, every, values[:n]


def first_outputs(cell, slices, states, axis):
    """What stands for the outputs before the first step: zeros."""
    ahead = (slice(None),) * axis
    with BodyScope():
        outputs, _ = cell([x[(*ahead, 0)] for x in slices], states, None)
    batch = _native.shape(slices[0])[1 - axis]
    return [numpy.zeros((batch, *_native.shape(y)[1:]), y.dtype) for y in outputs]


def lstm(
    inputs,
    initial_state_h,
    initial_state_c,
    mask,
    kernel,
    recurrent_kernel,
    bias,
    activation,
    recurrent_activation,
    return_sequences=False,
    go_backwards=False,
    unroll=False,
):
    """A whole LSTM layer on numbers. NotImplementedError sends Keras to `rnn`: within a traced graph, with a mask, and
    for the first calls of a kind."""

    def step(x, states, recurrent_kernel, bias):
        h, c = states
        z = x + numpy.matmul(h, recurrent_kernel)
        i, f, g, o = numpy.split(z, 4, axis=1)
        c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
        h = recurrent_activation(o) * activation(c)
        return h, [h, c]

    return layer(
        "lstm", step, inputs, [initial_state_h, initial_state_c], mask, [kernel, recurrent_kernel, bias],
        (activation, recurrent_activation, return_sequences, go_backwards, unroll),
    )  # fmt: skip


def gru(
    inputs,
    initial_state,
    mask,
    kernel,
    recurrent_kernel,
    bias,
    activation,
    recurrent_activation,
    return_sequences=False,
    go_backwards=False,
    unroll=False,
    reset_after=True,
):
    """A whole GRU layer on numbers. NotImplementedError as for `lstm`, and without `reset_after`."""
    if not reset_after:
        raise NotImplementedError

    def step(x, states, recurrent_kernel, bias):
        [h] = states
        y = numpy.matmul(h, recurrent_kernel)
        y = y if bias is None else y + bias[1]
        (x_z, x_r, x_h), (y_z, y_r, y_h) = numpy.split(x, 3, axis=1), numpy.split(y, 3, axis=1)
        z, r = recurrent_activation(x_z + y_z), recurrent_activation(x_r + y_r)
        h = z * h + (1 - z) * activation(x_h + r * y_h)
        return h, [h]

    return layer(
        "gru", step, inputs, [initial_state], mask, [kernel, recurrent_kernel, bias],
        (activation, recurrent_activation, return_sequences, go_backwards, unroll),
    )  # fmt: skip


PROGRAMS = 32  # kinds of whole layers that are remembered; the least recently used one goes first
CALLS = 3  # so many of a kind run step by step before it is compiled
_layers = collections.OrderedDict()
_lock = threading.Lock()


def layer(name, step, inputs, states, mask, weights, form):
    """(last output, outputs, states) of a layer whose inputs are projected at once, as a program for its shapes."""
    *_, return_sequences, go_backwards, unroll = form
    named = all(getattr(f, "__module__", "").startswith("keras.src.activations") for f in form[:2])
    if mask is not None or unroll or not named:
        raise NotImplementedError
    tensors = [to_tensor(x) for x in (inputs, *states, *weights) if x is not None]
    if any_traced(tensors):
        return traced_layer(inputs, states, weights, form)
    if any(x.dtype != "float32" or 0 in x.shape for x in tensors):
        raise NotImplementedError
    place = (_native.device(), options.precision, options.threads)
    key = (name, *form, place, *(x.shape for x in tensors))
    with _lock:
        entry = _layers.setdefault(key, 0)
        _layers.move_to_end(key)
        if len(_layers) > PROGRAMS:
            _layers.popitem(last=False)
        if isinstance(entry, int):
            _layers[key] = entry = entry + 1
            if entry <= CALLS:
                raise NotImplementedError
            _layers[key] = entry = compile_layer(step, tensors, len(states), return_sequences, go_backwards, place)
    last, outputs, *states = entry(tensors, 0)
    return last, outputs, states


def traced_layer(inputs, states, weights, form):
    """(last output, outputs, states) of a layer in a graph that trains, by a kernel for its usual activations."""
    activation, recurrent_activation, return_sequences, go_backwards, _ = form
    if activation is not activations.tanh or recurrent_activation is not activations.sigmoid:
        raise NotImplementedError
    x = numpy.flip(to_tensor(inputs), 1) if go_backwards else to_tensor(inputs)
    kernel, recurrent_kernel, bias = (None if w is None else to_tensor(w) for w in weights)
    found = _native.recurrent(x, [to_tensor(s) for s in states], kernel, recurrent_kernel, bias)
    if not found:
        raise NotImplementedError
    outputs, *states = found
    return states[0], outputs if return_sequences else numpy.expand_dims(states[0], 1), states


def compile_layer(step, tensors, n, return_sequences, go_backwards, place):
    """The program of a layer for tensors of these shapes: inputs, n states, kernel, recurrent kernel, bias if any."""
    parameters = [_native.parameter(x.shape, x.dtype) for x in tensors]
    x, states, (kernel, *weights) = parameters[0], parameters[1 : 1 + n], parameters[1 + n :]
    recurrent_kernel, bias = (*weights, None)[:2]
    x = numpy.matmul(x, kernel)
    if bias is not None:
        x = x + (bias if len(bias.shape) == 1 else bias[0])
    last, outputs, states = rnn(
        lambda x, states: step(x, states, recurrent_kernel, bias),
        x, states, go_backwards=go_backwards, return_all_outputs=return_sequences,
    )  # fmt: skip
    device, precision, threads = place
    return _native.Program(
        parameters, [last, outputs, *states], device=device, precision=precision or "f32", threads=threads
    )


def bidirectional_lstm(*args, **kwargs):
    """Raises: Keras then runs two layers."""
    raise NotImplementedError


def bidirectional_gru(*args, **kwargs):
    """Raises: Keras then runs two layers."""
    raise NotImplementedError
