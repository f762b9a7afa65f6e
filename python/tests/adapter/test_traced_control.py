"""Control flow whose conditions and lengths are known only when a traced graph runs."""

import keras
import numpy as np
import pytest
from keras import ops, tree
from keras.src.backend.openvino.trace import Function

X = np.array([1, 2, 3], "float32")
ROWS = np.arange(12, dtype="float32").reshape(4, 3)


def check(function, *args):
    """The traced function gives what it gives step by step; returns its program."""
    want = tree.flatten(function(*[ops.convert_to_tensor(x) for x in args]))
    traced = Function(function)
    got = tree.flatten(traced(*args))
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        if b is None:
            assert a is None
            continue
        b = ops.convert_to_numpy(ops.convert_to_tensor(b))
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_array_equal(a, b)
    return list(traced._programs.values())[0].program.op_types()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "branches",
    [
        lambda x, y: (lambda: x * 2, lambda: y - x),
        lambda x, y: (lambda: x, lambda: y),
        lambda x, y: (lambda: (x, y), lambda: (y, x)),
        lambda x, y: (lambda: {"a": ops.sum(x), "b": 1.0}, lambda: {"a": 0.0, "b": ops.max(y)}),
        lambda x, y: (lambda: x + 1, lambda: ops.cond(ops.min(y) > 3, lambda: x - 1, lambda: y * 2)),
        lambda x, y: (lambda: ops.concatenate([x, y]), lambda: y),
        lambda x, y: (lambda: (x, None), lambda: (y, None)),
    ],
)
def test_cond(branches, sign):
    assert "If" in check(lambda x, y: ops.cond(ops.max(x) > 0, *branches(x, y)), sign * X, X + 3)


def test_cond_computes_one_branch():
    def function(x):
        return ops.cond(ops.max(x) > 0, lambda: x, lambda: ops.while_loop(lambda y: True, lambda y: y + 1, x))

    check(function, X)


@pytest.mark.parametrize("index", [-3, 0, 1, 2, 7])
def test_switch(index):
    branches = [lambda x: x + 1, lambda x: x * 10, lambda x: -x]
    check(lambda i, x: ops.switch(i, branches, x), np.int32(index), X)


@pytest.mark.parametrize("start", [0, 1, 20])
@pytest.mark.parametrize(
    "body",
    [
        lambda a, b: (a + 1, b),
        lambda a, b: (b + 1, a),
        lambda a, b: (a + b, a + b),
        lambda a, b: (a * 2 + 1, ops.ones_like(b)),
        lambda a, b: (a + 3, X),
        lambda a, b: (a + 3, a * 2),
        lambda a, b: [a + ops.sum(b), ops.fori_loop(0, ops.cast(a[0], "int32"), lambda i, y: y + a, b)],
        lambda a, b: (a + 2, ops.cond(ops.max(a) > 5, lambda: b, lambda: a)),
    ],
)
def test_while_loop(body, start):
    check(lambda a, b: ops.while_loop(lambda a, b: ops.max(a) < 15, body, (a, b)), X + start, X)


@pytest.mark.parametrize("limit", [0, 2, 100])
def test_while_loop_maximum_iterations(limit):
    types = check(lambda x: ops.while_loop(lambda y: ops.max(y) < 50, lambda y: y + 1, x, maximum_iterations=limit), X)
    assert ("Loop" in types) == (limit > 0)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_while_loop_with_growing_shapes(n):
    def grow(x, n):
        return ops.while_loop(lambda i, a: i < n, lambda i, a: (i + 1, ops.concatenate([a, a])), (0, x))

    check(grow, X, np.int32(n))


@pytest.mark.parametrize("n", [-4, 0, 1, 5])
def test_fori_loop(n):
    check(lambda n, x: ops.fori_loop(1, n, lambda i, y: y + ops.cast(i, "float32"), x), np.int32(n), X)


def test_a_loop_with_a_known_count_is_one_loop():
    types = check(lambda x: ops.fori_loop(0, 100, lambda i, y: y + 1, x), X)
    assert types.count("Loop") == 1 and "Add" not in types


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_scan(reverse, n):
    def step(carry, x):
        return {"sum": carry["sum"] + x[0], "count": carry["count"] + 1}, (carry["sum"] * x[1], x[0])

    def function(a, b):
        return ops.scan(step, {"sum": X, "count": 0}, (a, b), reverse=reverse)

    rows = np.arange(3 * n, dtype="float32").reshape(n, 3)
    if n:
        assert "Loop" in check(function, rows, rows + 1)
    else:
        _, (products, same) = Function(function)(rows, rows)
        assert products.shape == same.shape == (0, 3)


def test_lengths_known_when_it_runs():
    scan = Function(lambda x: ops.scan(lambda c, x: (c + x, c * x), X, x, reverse=True))
    sums = Function(lambda x: ops.associative_scan(lambda a, b: a + b, x, axis=1))
    for n in range(9, 0, -1):  # after four lengths one program serves all
        rows = np.arange(3 * n, dtype="float32").reshape(n, 3)
        carry, ys = scan(rows)
        want = []
        c = X
        for row in rows[::-1]:
            want.insert(0, c * row)
            c = c + row
        np.testing.assert_array_equal(carry, c)
        np.testing.assert_array_equal(ys, np.stack(want))
        np.testing.assert_array_equal(sums(rows.T), np.cumsum(rows.T, 1))
    assert [len(f._programs) for f in (scan, sums)] == [5, 5]


def test_maps():
    assert "Loop" in check(lambda x: ops.map(lambda row: {"a": ops.sum(row), "b": row}, x), ROWS)
    assert "Loop" in check(lambda x, y: ops.vectorized_map(lambda ab: ab[0] @ ab[1], (x, y)), ROWS, ROWS)
    assert "Loop" in check(ops.vectorize(lambda a, b: a + 2 * b), X, X)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("n", range(1, 10))
def test_associative_scan(n, reverse):
    rows = np.random.default_rng(n).integers(-3, 4, (2, n, 2, 2)).astype("float32")
    got = check(lambda x: ops.associative_scan(ops.matmul, x, reverse=reverse, axis=-3), rows)
    assert got.count("MatMul") <= 2 * np.log2(n) + 1


@pytest.mark.parametrize(
    "function, message",
    [
        (
            lambda x: ops.while_loop(lambda y: ops.max(y) < 9, lambda y: ops.cast(y, "int32") + 1, x),
            "[keras.ops.while_loop] the body turns loop variable 0 from float32 into int32",
        ),
        (
            lambda x: ops.while_loop(lambda y: ops.max(y) < 9, lambda y: ops.stack([y, y]), x),
            "[keras.ops.while_loop] the body changes the rank of loop variable 0: from (3,) to (2, 3)",
        ),
        (
            lambda x: ops.cond(ops.max(x) > 0, lambda: x, lambda: ops.cast(x, "int32")),
            "[keras.ops.cond] one branch returns float32 where the other returns int32",
        ),
        (
            lambda x: ops.cond(ops.max(x) > 0, lambda: 1, lambda: None),
            "[keras.ops.cond] `true_fn` and `false_fn` should return outputs of the same kind (struct, dtype and shape). "
            "Got 1 and None instead.",
        ),
        (
            lambda x: ops.scan(lambda c, _: (c, c), x, length=ops.cast(ops.max(x), "int32")),
            "[keras.ops.scan] a length computed in the graph needs `xs` of that length",
        ),
    ],
)
def test_errors(function, message):
    with pytest.raises((TypeError, ValueError, NotImplementedError)) as caught:
        Function(function)(X)
    assert message in str(caught.value)  # Keras's Cond adds its arguments


def test_wide_dtypes():
    def exact(x):
        return ops.cast(ops.exp(ops.cast(x, "float64")), "int32")

    got = Function(lambda x: ops.while_loop(lambda y: ops.max(y) < 9, lambda y: ops.exp(y), x))(X.astype("float64") / 3)
    np.testing.assert_array_equal(got, np.exp(np.exp(X.astype("float64") / 3)))
    check(lambda x: ops.cond(ops.max(x) > 0, lambda: ops.exp(x), lambda: -x), X.astype("float64"))
    check(lambda x: ops.cond(ops.max(x) > 0, lambda: exact(x), lambda: ops.cast(x, "int32")), X + 18)
    got = Function(lambda n, x: ops.fori_loop(0, n, lambda i, y: y, x))(np.int32(3), np.int64(2**40))
    assert (got, got.dtype) == (2**40, "int64")


@pytest.mark.parametrize("sign", [1, -1])
def test_variables_assigned_in_a_branch(sign):
    a, b = keras.Variable(np.float32(1)), keras.Variable(np.float32(10))

    def function(x):
        def true_fn():
            a.assign(a + ops.sum(x))
            return x

        ops.cond(ops.max(x) > 0, true_fn, lambda: b.assign(a * 2) * x)
        return a + b

    traced = Function(function)
    assert traced(sign * X) == (17 if sign > 0 else 3)
    assert (float(a), float(b)) == ((7, 10) if sign > 0 else (1, 2))
    traced(sign * X)
    assert (float(a), float(b)) == ((13, 10) if sign > 0 else (1, 2))


def test_variables_assigned_in_a_loop():
    total, seen = keras.Variable(np.float32(0)), keras.Variable(np.zeros(3, "float32"))

    def function(x):
        def body(y):
            total.assign_add(ops.sum(y))
            ops.cond(ops.max(y) > 5, lambda: seen.assign(y), lambda: seen.assign(seen + 100))
            return y + 1

        return ops.while_loop(lambda y: ops.max(y) < 9, body, x)

    np.testing.assert_array_equal(Function(function)(X), X + 6)
    assert float(total) == sum(float((X + i).sum()) for i in range(6))
    np.testing.assert_array_equal(seen.numpy(), X + 5)


def test_a_loss_within_a_loop_says_what_to_do():
    layer = keras.layers.Layer()

    def body(y):
        layer.add_loss(ops.sum(y))
        return y + 1

    with pytest.raises(NotImplementedError) as caught:
        Function(lambda x: ops.while_loop(lambda y: ops.max(y) < 9, body, x))(X)
    assert str(caught.value) == ("[add_loss] a branch or loop of a traced graph cannot add a loss; return it instead")


def test_in_a_model():
    class Collatz(keras.layers.Layer):
        def call(self, n):
            def step(row):
                def body(n, count):
                    return ops.cond(n % 2 == 0, lambda: n // 2, lambda: 3 * n + 1), count + 1

                return ops.while_loop(lambda n, count: n > 1, body, (row[0], 0))[1]

            return ops.map(step, n)

    inputs = keras.Input((1,), dtype="int32")
    model = keras.Model(inputs, Collatz()(inputs))
    assert model.predict(np.array([[1], [2], [27], [97]]), verbose=0).tolist() == [0, 1, 111, 118]
    assert model.predict(np.array([[6]]), verbose=0).tolist() == [8]
