"""What fit can do, from given weights and without chance: history and weights after two epochs."""

import inspect


def trained(keras, np, model, x, y, compile_args=None, **fit_args):
    """The numbers of a model's history and its weights."""
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(0, 0.3, w.shape) if w.ndim > 1 else w for w in model.get_weights()])
    model.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": "mse", **(compile_args or {})})
    history = model.fit(x, y, **{"epochs": 2, "batch_size": 12, "shuffle": False, "verbose": 0, **fit_args}).history
    return [np.array(history[name]) for name in sorted(history)] + model.get_weights()


def mlp(keras, *hidden, units=3, **dense_args):
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, "tanh", **dense_args), *hidden, layers.Dense(units, name="last")]
    )


def data(np, n=40):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(n, 6)).astype("float32")
    return x, np.tanh(x[:, :3]), rng.integers(0, 3, n)


def plain(keras, np):
    return trained(keras, np, mlp(keras), *data(np)[:2])


def metrics(keras, np):
    x, _, labels = data(np)
    args = {
        "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "metrics": ["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(2)],
        "weighted_metrics": [keras.metrics.SparseCategoricalCrossentropy(from_logits=True, name="weighted")],
    }
    return trained(keras, np, mlp(keras), x, labels, args, class_weight={0: 1.0, 1: 3.0, 2: 0.5}, validation_split=0.2)


def curve_metrics(keras, np):
    x, _, labels = data(np)
    names = [keras.metrics.AUC(from_logits=True), keras.metrics.Precision(), keras.metrics.F1Score(average="macro")]
    return trained(
        keras, np, mlp(keras), x, np.eye(3, dtype="float32")[labels], {"metrics": names, "loss": "categorical_hinge"}
    )


def sample_weight(keras, np):
    x, y, _ = data(np)
    return trained(keras, np, mlp(keras), x, y, {"weighted_metrics": ["mae"]}, sample_weight=np.linspace(0, 2, len(x)))


def several_outputs(keras, np):
    x, y, labels = data(np)
    inputs = keras.Input((6,))
    hidden = keras.layers.Dense(8, "relu")(inputs)
    outputs = {"a": keras.layers.Dense(3, name="a")(hidden), "b": keras.layers.Dense(3, "softmax", name="b")(hidden)}
    args = {
        "loss": {"a": "huber", "b": "sparse_categorical_crossentropy"},
        "loss_weights": {"a": 0.3, "b": 2.0},
        "metrics": {"b": ["accuracy"]},
    }
    return trained(keras, np, keras.Model(inputs, outputs), x, {"a": y, "b": labels}, args)


def regularizers(keras, np):
    rule = {
        "kernel_regularizer": keras.regularizers.L1L2(0.01, 0.01),
        "bias_regularizer": "l2",
        "activity_regularizer": "l2",
    }
    return trained(keras, np, mlp(keras, kernel_constraint="max_norm", **rule), *data(np)[:2])


def added_loss(keras, np):
    class Activity(keras.layers.Layer):
        def call(self, x):
            self.add_loss(0.1 * keras.ops.mean(x**2))
            return x

    return trained(keras, np, mlp(keras, Activity()), *data(np)[:2])


def normalization(keras, np):
    layers = keras.layers
    hidden = [layers.BatchNormalization(momentum=0.8), layers.LayerNormalization(), layers.UnitNormalization()]
    return trained(keras, np, mlp(keras, *hidden), *data(np)[:2], validation_split=0.25)


def frozen(keras, np):
    model = mlp(keras, keras.layers.BatchNormalization())
    model.layers[0].trainable = model.layers[1].trainable = False
    return trained(keras, np, model, *data(np)[:2])


def masks(keras, np):
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 4, (24, 5)), rng.normal(size=(24, 5, 2)).astype("float32")
    layers = keras.layers
    inputs = keras.Input((5,), dtype="int32")
    hidden = layers.Embedding(4, 6, mask_zero=True)(inputs)
    hidden = layers.MultiHeadAttention(2, 3)(hidden, hidden)
    return trained(keras, np, keras.Model(inputs, layers.Dense(2)(hidden)), x, y, {"metrics": ["mae"]})


def swapped_averages(keras, np):
    args = {"optimizer": keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5)}
    swap = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)]
    return trained(keras, np, mlp(keras), *data(np)[:2], args, callbacks=swap, validation_split=0.2, epochs=3)


def bfloat16(keras, np):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        return trained(keras, np, mlp(keras), *data(np)[:2])
    finally:
        keras.config.set_dtype_policy("float32")


def images(keras, np):
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(24, 8, 8, 3)).astype("float32"), rng.integers(0, 2, 24)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, strides=2, padding="same", activation="gelu"),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.GroupNormalization(2),
            layers.AveragePooling2D(2),
            layers.Conv2DTranspose(3, 2, strides=2, activation="silu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(2, "softmax"),
        ]
    )
    return trained(keras, np, model, x, y, {"loss": "sparse_categorical_crossentropy"})


FIT_CASES = {name: f for name, f in list(globals().items()) if inspect.isfunction(f) and f not in (trained, mlp, data)}
