"""Models to train, and what Keras makes of them: `python trained.py BACKEND FOLDER` starts or continues each case.

With torch it saves each compiled model first, and some of the trained ones as CASE.h5. Every run takes the same 20 batches in their order, and writes
CASE.BACKEND.keras and the logs of its one epoch, BACKEND.json.
"""

import json
import sys
from pathlib import Path

import numpy as np

ROWS, BATCH = 160, 8
# Those that are saved as .h5 too. (Keras fails to with Adafactor: two of its variables have one name.)
H5 = ["adamw", "momentum", "ftrl", "gathered_ema", "warmup", "binary", "huber", "decisions", "cnn_sgd", "cnn_frozen"]


def data(case, kind):
    """Inputs, labels of this kind and sample weights of a case."""
    rng = np.random.default_rng(5)
    if case in ("text", "recurrent", "masked", "attention_dropout"):
        x = rng.integers(0, 11, (ROWS, 5))
    else:
        x = rng.normal(size=(ROWS, *((8, 8, 3) if case.startswith("cnn") else (4,)))).astype("float32")
    classes = rng.integers(0, 3, ROWS)
    one_hot = np.eye(3, dtype="float32")[classes]
    values = np.abs(rng.normal(size=(ROWS, 3))).astype("float32")
    if kind == "two":
        return x, [classes, values], None
    y = {"classes": classes, "one_hot": one_hot, "values": values, "column": classes[:, None] > 0}
    y |= {"weights": classes, "one_hot_weights": one_hot, "steps": np.repeat(values, 2, 1)[:, :5, None]}
    weights = rng.uniform(0.1, 2, ROWS).astype("float32") if kind.endswith("weights") else None
    return x, [np.asarray(y[kind])], weights


def mlp(keras, optimizer="adam", loss="sparse_categorical_crossentropy", last="softmax", units=3, **compile_args):
    layers = keras.layers
    stack = [keras.Input((4,)), layers.Dense(6, "tanh"), layers.Dropout(0.0), layers.Dense(units, last)]
    model = keras.Sequential(stack)
    model.compile(optimizer, loss, **compile_args)
    return model


def cnn(keras, optimizer="adam", rate=0.0):
    layers = keras.layers
    stack = [
        keras.Input((8, 8, 3)),
        layers.Conv2D(4, 3, padding="same", use_bias=False, strides=2, kernel_regularizer="l2"),
        layers.BatchNormalization(momentum=0.9),
        layers.ReLU(),
        layers.DepthwiseConv2D(3, depthwise_regularizer=keras.regularizers.L1L2(1e-3, 1e-2)),
        layers.MaxPooling2D(),
        layers.Dropout(rate, seed=3),
        layers.Flatten(),
        layers.Dense(3, activity_regularizer=keras.regularizers.L1(0.01)),
    ]
    model = keras.Sequential(stack)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def cnn_frozen(keras):
    """Transfer learning as in Keras's guide: a base that is called with training=False, part of it frozen."""
    layers = keras.layers
    base = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()], name="base")
    base.layers[0].trainable = False
    x = keras.Input((8, 8, 3))
    y = layers.GlobalAveragePooling2D()(base(x, training=False))
    y = layers.BatchNormalization(trainable=False)(y)
    model = keras.Model(x, layers.Dense(3, "softmax")(y))
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy", "mse"])
    return model


def cnn_noise(keras):
    layers = keras.layers
    stack = [
        keras.Input((8, 8, 3)),
        layers.GaussianNoise(0.1, seed=1),
        layers.Conv2D(4, 3),
        layers.SpatialDropout2D(0.3, seed=2),
        layers.ActivityRegularization(l1=1e-3, l2=1e-2),
        layers.GaussianDropout(0.2, seed=3),
        layers.AlphaDropout(0.2, seed=4),
        layers.Flatten(),
        layers.Dropout(0.5, noise_shape=(None, 144), seed=5),
        layers.Dense(3, "softmax"),
    ]
    model = keras.Sequential(stack)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def constrained(keras):
    layers, constraints = keras.layers, keras.constraints
    stack = [
        keras.Input((4,)),
        layers.Dense(6, "tanh", kernel_constraint=constraints.MaxNorm(0.8), bias_constraint="non_neg"),
        layers.Dense(6, "tanh", kernel_constraint=constraints.MinMaxNorm(0.6, 0.9, 0.5, axis=1)),
        layers.Dense(3, "softmax", kernel_constraint="unit_norm"),
    ]
    model = keras.Sequential(stack)
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    return model


def normalized(keras):
    layers = keras.layers
    stack = [keras.Input((4,)), layers.Dense(6), layers.LayerNormalization(), layers.Dense(3, "softmax")]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def text(keras):
    layers = keras.layers
    stack = [
        keras.Input((5,), dtype="int32"),
        layers.Embedding(11, 4, embeddings_regularizer="l1"),
        layers.Conv1D(4, 3, padding="causal", activation="gelu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(3, "softmax", kernel_regularizer=keras.regularizers.OrthogonalRegularizer()),
    ]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def recurrent(keras):
    """A mask from the tokens to the last layer that uses one."""
    layers = keras.layers
    stack = [
        keras.Input((5,), dtype="int32"),
        layers.Embedding(11, 4, mask_zero=True),
        layers.GRU(4, return_sequences=True),
        layers.LSTM(4, recurrent_regularizer="l2"),
        layers.Dense(3, "softmax"),
    ]
    model = keras.Sequential(stack)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def masked(keras):
    """A mask as far as the loss and the metric."""
    layers = keras.layers
    tokens = keras.Input((5,), dtype="int32")
    x = layers.Embedding(11, 4, mask_zero=True)(tokens)
    x = layers.SimpleRNN(4, return_sequences=True)(x)
    model = keras.Model(tokens, layers.Dense(1)(layers.Attention(use_scale=True)([x, x])))
    model.compile("sgd", "mse", metrics=["mae", keras.metrics.Recall(thresholds=0.1, name="recall")])
    return model


def attention_dropout(keras):
    """Random numbers of attention and of cells; a mask as far as the last layer but one."""
    layers = keras.layers
    tokens = keras.Input((5,), dtype="int32")
    x = layers.Embedding(11, 4, mask_zero=True)(tokens)
    x = layers.BatchNormalization()(x)
    x = layers.MultiHeadAttention(2, 3, dropout=0.3, seed=1)(x, x)
    x = layers.Attention(dropout=0.2, seed=2)([x, x])
    x = layers.GRU(4, dropout=0.3, seed=3, return_sequences=True)(x)
    x = layers.RNN(layers.SimpleRNNCell(3, dropout=0.3, seed=4))(x)
    model = keras.Model(tokens, layers.Dense(3, "softmax")(x))
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def two(keras):
    layers = keras.layers
    x = keras.Input((4,))
    shared = layers.Dense(5, "relu")
    a, b = layers.Dense(3, "softmax", name="a")(shared(x)), layers.Dense(3, name="b")(shared(-x))
    model = keras.Model(x, [a, b])
    model.compile(
        "adam",
        {"a": "sparse_categorical_crossentropy", "b": "mse"},
        loss_weights={"a": 0.5, "b": 2.0},
        metrics={"a": ["accuracy"], "b": ["mae", keras.metrics.RootMeanSquaredError()]},
    )
    return model


def optimizer_cases(keras):
    optimizers, schedules = keras.optimizers, keras.optimizers.schedules
    return {
        "adam": ("classes", mlp(keras, metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(2)])),
        "amsgrad": ("classes", mlp(keras, optimizers.Adam(0.01, amsgrad=True))),
        "adamw": ("classes", mlp(keras, optimizers.AdamW(0.01, weight_decay=0.1))),
        "sgd": ("classes", mlp(keras, optimizers.SGD(0.1, weight_decay=0.01))),
        "momentum": ("classes", mlp(keras, optimizers.SGD(0.1, momentum=0.9, clipnorm=0.1))),
        "nesterov": ("classes", mlp(keras, optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipvalue=0.01))),
        "rmsprop": ("classes", mlp(keras, optimizers.RMSprop(0.01, global_clipnorm=0.2))),
        "centered": ("classes", mlp(keras, optimizers.RMSprop(0.01, momentum=0.5, centered=True))),
        "adagrad": ("classes", mlp(keras, optimizers.Adagrad(0.1))),
        "adadelta": ("classes", mlp(keras, optimizers.Adadelta(1.0))),
        "adafactor": ("classes", mlp(keras, optimizers.Adafactor(0.05))),
        "adafactor_schedule": ("classes", mlp(keras, optimizers.Adafactor(schedules.ExponentialDecay(2.0, 5, 0.5)))),
        "adamax": ("classes", mlp(keras, optimizers.Adamax(0.01))),
        "ftrl": ("classes", mlp(keras, optimizers.Ftrl(0.1, -0.6, 0.2, 0.01, 0.02, 0.03, beta=0.1))),
        "lamb": ("classes", mlp(keras, optimizers.Lamb(0.01, weight_decay=0.01))),
        "lion": ("classes", mlp(keras, optimizers.Lion(0.01))),
        "nadam": ("classes", mlp(keras, optimizers.Nadam(0.01))),
        "ema": ("classes", mlp(keras, optimizers.Adam(0.01, use_ema=True, ema_momentum=0.8))),
        "ema_overwrite": (
            "classes",
            mlp(keras, optimizers.SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=3)),
        ),
        "ema_schedule": (
            "classes",
            mlp(keras, optimizers.SGD(schedules.ExponentialDecay(0.1, 5, 0.5), use_ema=True)),
        ),
        "gathered": (
            "classes",
            mlp(keras, optimizers.Adam(0.01, gradient_accumulation_steps=3, clipnorm=0.1, weight_decay=0.01)),
        ),
        "gathered_nadam": ("classes", mlp(keras, optimizers.Nadam(0.01, gradient_accumulation_steps=4))),
        "gathered_ema": (
            "classes",
            mlp(
                keras,
                optimizers.RMSprop(
                    schedules.InverseTimeDecay(0.1, 5, 0.5),
                    gradient_accumulation_steps=3,
                    use_ema=True,
                    ema_momentum=0.9,
                    ema_overwrite_frequency=2,
                ),
            ),
        ),
        "loss_factor": ("classes", mlp(keras, optimizers.SGD(0.1, loss_scale_factor=1024.0, global_clipnorm=0.5))),
        "loss_scale": ("classes", mlp(keras, optimizers.LossScaleOptimizer(optimizers.Adam(0.01), 16.0, 4))),
        "loss_scale_overflow": (  # of the first steps, and of some later ones
            "classes",
            mlp(
                keras,
                optimizers.LossScaleOptimizer(optimizers.SGD(0.01, 0.9, use_ema=True), 2.0**127, 3),
                loss_weights=[8.0],
            ),
        ),
        "restarts": ("classes", mlp(keras, optimizers.SGD(schedules.CosineDecayRestarts(0.1, 3, 1.5, 0.8, 0.1)))),
        "equal_restarts": ("classes", mlp(keras, optimizers.SGD(schedules.CosineDecayRestarts(0.1, 5, 1.0)))),
        "exponential": ("classes", mlp(keras, optimizers.SGD(schedules.ExponentialDecay(0.1, 5, 0.5, staircase=True)))),
        "inverse": ("classes", mlp(keras, optimizers.SGD(schedules.InverseTimeDecay(0.1, 5, 0.5)))),
        "cosine": ("classes", mlp(keras, optimizers.Adam(schedules.CosineDecay(0.1, 10, 0.1)))),
        "warmup": (
            "classes",
            mlp(keras, optimizers.SGD(schedules.CosineDecay(0.0, 10, warmup_target=0.1, warmup_steps=5))),
        ),
        "piecewise": (
            "classes",
            mlp(keras, optimizers.SGD(schedules.PiecewiseConstantDecay([5, 10], [0.1, 0.01, 0.2]))),
        ),
        "polynomial": ("classes", mlp(keras, optimizers.SGD(schedules.PolynomialDecay(0.1, 8, 0.01, power=2.0)))),
        "cycle": ("classes", mlp(keras, optimizers.SGD(schedules.PolynomialDecay(0.1, 8, 0.01, cycle=True)))),
    }


def loss_cases(keras):
    losses = keras.losses
    logits, positive = {"last": None}, {"last": "softplus"}
    return {
        "weights": (
            "weights",
            mlp(keras, metrics=["accuracy"], weighted_metrics=["accuracy", "sparse_categorical_crossentropy"]),
        ),
        "mse": ("values", mlp(keras, loss="mse", metrics=["mae", "mape", "cosine_similarity"], **logits)),
        "mae": ("values", mlp(keras, loss=losses.MeanAbsoluteError(reduction="sum"), **logits)),
        "mape": ("values", mlp(keras, loss="mape", **logits)),
        "msle": ("values", mlp(keras, loss="msle", **positive)),
        "huber": ("values", mlp(keras, loss=losses.Huber(0.3), **logits)),
        "log_cosh": ("values", mlp(keras, loss="log_cosh", **logits)),
        "poisson": ("values", mlp(keras, loss="poisson", **positive)),
        "cosine_similarity": ("values", mlp(keras, loss="cosine_similarity", **logits)),
        "kl": ("one_hot", mlp(keras, loss="kl_divergence")),
        "hinge": ("one_hot", mlp(keras, loss="hinge", metrics=["squared_hinge"], **logits)),
        "squared_hinge": ("one_hot", mlp(keras, loss=losses.squared_hinge, **logits)),
        "categorical_hinge": ("one_hot", mlp(keras, loss="categorical_hinge", **logits)),
        "categorical": (
            "one_hot",
            mlp(
                keras,
                loss=losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
                metrics=["acc", keras.metrics.TopKCategoricalAccuracy(2)],
                **logits,
            ),
        ),
        "binary": (
            "column",
            mlp(
                keras,
                loss=losses.BinaryCrossentropy(label_smoothing=0.1),
                last="sigmoid",
                units=1,
                metrics=["accuracy", keras.metrics.BinaryAccuracy(threshold=0.6)],
            ),
        ),
        "binary_logits": ("column", mlp(keras, loss=losses.BinaryCrossentropy(True), units=1, **logits)),
    }


def metric_cases(keras):
    m, thresholds = keras.metrics, [0.3, 0.2, 0.6]
    decisions = [m.TruePositives(), m.TrueNegatives(), m.FalsePositives(0.4), m.FalseNegatives(0.4)]
    decisions += [m.Precision(), m.Recall(0.3), m.Precision(class_id=1, name="one"), m.Recall(top_k=2, name="two")]
    curves = [m.AUC(), m.AUC(thresholds=thresholds, name="own"), m.AUC(multi_label=True, num_labels=3, name="each")]
    curves += [
        m.AUC(50, curve, summation, name=f"{curve}_{summation}")
        for curve in ("ROC", "PR", "PRGAIN")
        for summation in ("interpolation", "minoring", "majoring")
    ]
    curves += [m.SensitivityAtSpecificity(0.6), m.SpecificityAtSensitivity(0.6, 1), m.PrecisionAtRecall(0.5)]
    curves += [m.RecallAtPrecision(0.4, class_id=0)]
    scores = [m.F1Score("macro"), m.F1Score("micro", name="micro"), m.FBetaScore("weighted", 2.0, 0.35)]
    scores += [m.OneHotIoU(3, [0, 2]), m.OneHotMeanIoU(3), m.PearsonCorrelation(), m.ConcordanceCorrelation()]
    binary = [m.BinaryIoU(), m.AUC(from_logits=True), m.BinaryIoU([1], 0.1, name="ones")]
    values = [m.R2Score(), m.R2Score("variance_weighted_average", 2, name="weighted")]
    column = {"last": None, "units": 1, "loss": keras.losses.BinaryCrossentropy(True)}
    one_hot = "categorical_crossentropy"
    return {
        "decisions": ("one_hot_weights", mlp(keras, loss=one_hot, metrics=decisions)),
        "weighted_decisions": ("one_hot_weights", mlp(keras, loss=one_hot, weighted_metrics=decisions)),
        "curves": ("one_hot_weights", mlp(keras, loss=one_hot, metrics=curves)),
        "weighted_curves": ("one_hot_weights", mlp(keras, loss=one_hot, weighted_metrics=curves)),
        "scores": ("one_hot_weights", mlp(keras, loss=one_hot, metrics=scores)),
        "weighted_scores": ("one_hot_weights", mlp(keras, loss=one_hot, weighted_metrics=scores[:3])),
        "overlap": ("classes", mlp(keras, metrics=[m.MeanIoU(3, sparse_y_pred=False, ignore_class=1)])),
        "binary_overlap": ("column", mlp(keras, metrics=binary, **column)),
        "r2": ("values", mlp(keras, loss="mse", metrics=values, last=None)),
    }


def cases(keras):
    """Name -> (labels, model that is compiled)."""
    return {
        **optimizer_cases(keras),
        **loss_cases(keras),
        **metric_cases(keras),
        "cnn": ("classes", cnn(keras)),
        "cnn_sgd": ("classes", cnn(keras, keras.optimizers.SGD(0.05, momentum=0.9))),
        "cnn_dropout": ("classes", cnn(keras, rate=0.4)),
        "cnn_frozen": ("one_hot", cnn_frozen(keras)),
        "cnn_noise": ("classes", cnn_noise(keras)),
        "constrained": ("classes", constrained(keras)),
        "normalized": ("classes", normalized(keras)),
        "text": ("classes", text(keras)),
        "recurrent": ("classes", recurrent(keras)),
        "masked": ("steps", masked(keras)),
        "attention_dropout": ("classes", attention_dropout(keras)),
        "two": ("two", two(keras)),
    }


def files(folder, case):
    """The input and label files of a case, and that of the weights or None."""
    folder = Path(folder)
    weights = folder / f"{case}.weights.npy"
    labels = sorted(folder.glob(f"{case}.y*.npy"))
    return folder / f"{case}.x.npy", labels, weights if weights.exists() else None


def make(keras, folder):
    """Saves all models as compiled and built, and their data."""
    keras.utils.set_random_seed(1)
    for case, (labels, model) in cases(keras).items():
        model.optimizer.build(model.trainable_variables)
        model.save(folder / f"{case}.keras")
        x, y, weights = data(case, labels)
        np.save(folder / f"{case}.x.npy", x)
        for i, each in enumerate(y):
            np.save(folder / f"{case}.y{i}.npy", each)
        if weights is not None:
            np.save(folder / f"{case}.weights.npy", weights)


def fit(keras, folder, source, case, first=0):
    """Trains a saved model on the batches from `first` on; the model and its logs."""
    x_file, y_files, weights_file = files(folder, case)
    x, y = np.load(x_file), [np.load(file) for file in y_files]
    weights = None if weights_file is None else np.load(weights_file)[first:]
    model = keras.models.load_model(source)
    y = [each[first:] for each in y]
    history = model.fit(
        x[first:], y if len(y) > 1 else y[0], sample_weight=weights, batch_size=BATCH, shuffle=False, verbose=0
    )
    return model, {name: values[0] for name, values in history.history.items()}


def main(backend, folder):
    import keras

    folder = Path(folder)
    if backend == "torch":
        make(keras, folder)
    logs = {}
    for start in sorted(folder.glob("*.x.npy")):
        case = start.name.split(".")[0]
        model, logs[case] = fit(keras, folder, folder / f"{case}.keras", case)
        model.save(folder / f"{case}.{backend}.keras")
        if backend == "torch" and case in H5:
            model.save(folder / f"{case}.h5")  # last: this takes the optimizer out of what compile was given
    (folder / f"{backend}.json").write_text(json.dumps(logs))


if __name__ == "__main__":
    main(*sys.argv[1:])
