"""Gradient tapes, eagerly and traced, against derivatives that are known."""

import keras
import numpy as np
import pytest
from keras import ops

import keravino

X = np.array([0.5, -1.5, 2.0], "float32")


def variable(numbers=X, **kwargs):
    return keras.Variable(np.asarray(numbers, "float32"), **kwargs)


def test_variables_are_watched():
    v, frozen = variable(), variable(trainable=False)
    with keravino.GradientTape() as tape:
        y = ops.sum(v * v * frozen)
    gradient, none = tape.gradient(y, [v, frozen])
    np.testing.assert_allclose(gradient, 2 * X * X)
    assert none is None
    assert float(y) == pytest.approx((X**3).sum())


def test_tensors_that_are_watched():
    with keravino.GradientTape() as tape:
        x = tape.watch(X)
        y = ops.exp(x) + ops.square(X)
    np.testing.assert_allclose(tape.gradient(y, x), np.exp(X), rtol=1e-6)


def test_structures_and_seeds():
    v, w = variable(), variable([1, 2, 3])
    with keravino.GradientTape() as tape:
        y = {"a": v * w, "b": v}
    gradients = tape.gradient(y, {"v": v, "w": w}, {"a": np.float32(2) * np.ones(3, "float32"), "b": ops.ones(3)})
    np.testing.assert_allclose(gradients["v"], 2 * np.asarray(w) + 1)
    np.testing.assert_allclose(gradients["w"], 2 * X)


def test_higher_order():
    v = variable()
    with keravino.GradientTape() as outer:
        with keravino.GradientTape() as inner:
            y = ops.sum(v**4)
        first = inner.gradient(y, v)
    np.testing.assert_allclose(outer.gradient(first, v), 12 * X**2, rtol=1e-6)


def test_nothing_is_kept_after_a_tape():
    v = variable()
    with keravino.GradientTape() as tape:
        y = ops.sum(v * 2)
    tape.gradient(y, v)
    assert not (v * 2).traced


def test_value_and_grad():
    def loss(weights, x):
        return ops.sum((weights["a"] * x + weights["b"]) ** 2), "aux"

    weights = {"a": np.float32(2), "b": np.float32(-1)}
    (value, aux), gradients = keravino.value_and_grad(loss, has_aux=True)(weights, X)
    inner = 2 * X - 1
    assert aux == "aux"
    assert float(value) == pytest.approx((inner**2).sum())
    assert float(gradients["a"]) == pytest.approx((2 * inner * X).sum())
    assert float(gradients["b"]) == pytest.approx((2 * inner).sum())
    _, (a, b) = keravino.value_and_grad(lambda a, b: ops.sum(a * b), argnums=(0, 1))(X, X + 1)
    np.testing.assert_allclose([a, b], [X + 1, X])


def test_stop_gradient():
    v = variable()
    with keravino.GradientTape() as tape:
        y = ops.sum(v * ops.stop_gradient(v))
    np.testing.assert_allclose(tape.gradient(y, v), X)


def test_custom_gradient():
    @ops.custom_gradient
    def doubled(x, scale):
        def grad(*args, upstream=None):
            (upstream,) = args if upstream is None else (upstream,)
            return upstream * 10, None

        return x * scale, grad

    v = variable()
    with keravino.GradientTape() as tape:
        y = ops.sum(doubled(v, 2.0) * 3)
    np.testing.assert_allclose(tape.gradient(y, v), [30, 30, 30])
    assert float(y) == pytest.approx(6 * X.sum())


def test_custom_gradient_with_too_few_results():
    @ops.custom_gradient
    def product(a, b):
        return a * b, lambda g: g

    v = variable()
    with keravino.GradientTape() as tape:
        y = ops.sum(product(v, 2.0))
    with pytest.raises(ValueError, match="returned 1 gradients for 2 arguments"):
        tape.gradient(y, v)


def test_op_without_derivative_is_named():
    v = variable(np.eye(3))
    with keravino.GradientTape() as tape:
        y = ops.argmax(v)
    with pytest.raises(TypeError) as caught:
        tape.gradient(y, v)
    assert str(caught.value) == "[grad] only floats have gradients, got a result of int32"


def test_own_loop():
    """A loop of one's own over an optimizer learns a line."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)
    x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
    for _ in range(200):
        with keravino.GradientTape() as tape:
            loss = ops.mean((model(x, training=True) - (3 * x - 1)) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_weights), model.trainable_weights)
    np.testing.assert_allclose(np.ravel(model.layers[0].kernel), 3, rtol=1e-3)
    np.testing.assert_allclose(np.ravel(model.layers[0].bias), -1, rtol=1e-3)


def test_state_keeps_no_graph_from_step_to_step():
    """A metric and moving statistics that are updated within the tape."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])
    mean = keras.metrics.Mean()
    for _ in range(3):
        with keravino.GradientTape() as tape:
            loss = ops.mean(model(np.ones((4, 1), "float32"), training=True) ** 2)
            mean.update_state(loss)
        tape.gradient(loss, model.trainable_weights)
    for state in mean.variables + model.non_trainable_variables:
        assert not ops.convert_to_tensor(state).traced, state.path


def test_a_constant_gradient_within_a_trace():
    """The loss hangs on the batch, the gradient does not: it has numbers while the loss has none."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, kernel_initializer="zeros", trainable=True)])
    model.layers[0].kernel.trainable = False
    model.compile("sgd", lambda y, predicted: ops.mean(y + predicted, axis=-1))
    model.fit(np.ones((2, 3), "float32"), np.ones((2, 3), "float32"), verbose=0)
    np.testing.assert_allclose(model.layers[0].bias, np.full(3, -0.01 / 3), rtol=1e-6)
