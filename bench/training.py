"""The models of the training benchmark, compiled, and a batch of data for each."""

import numpy as np


def _cnn(layers, keras):
    stack = [layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D()]
    stack += [layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    return keras.Sequential([keras.Input((28, 28, 1)), *stack, layers.Dense(128, activation="relu"), layers.Dense(10)])


def _mlp(layers, keras):
    hidden = [layer for _ in range(2) for layer in (layers.Dense(512, activation="relu"), layers.Dropout(0.2))]
    return keras.Sequential([keras.Input((784,)), *hidden, layers.Dense(10)])


def _lstm(layers, keras):
    words = keras.Input((80,), dtype="int32")
    return keras.Sequential([words, layers.Embedding(5000, 128), layers.LSTM(128), layers.Dense(10)])


def _transformer(layers, keras):
    words = keras.Input((64,), dtype="int32")
    x = layers.Embedding(5000, 128)(words)
    for _ in range(2):
        attention = layers.MultiHeadAttention(4, 32)(x, x, use_causal_mask=True)
        x = layers.LayerNormalization()(layers.Add()([x, attention]))
        hidden = layers.Dense(128)(layers.Dense(512, activation="gelu")(x))
        x = layers.LayerNormalization()(layers.Add()([x, hidden]))
    return keras.Model(words, layers.Dense(5000)(x))


def _mobilenet(layers, keras):
    return keras.applications.MobileNetV2((96, 96, 3), weights=None, classes=10, classifier_activation=None)


def _resnet(layers, keras):
    def convolution(x, filters, strides=1, size=3):
        x = layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    images = keras.Input((64, 64, 3))
    x = layers.ReLU()(convolution(images, 64))
    for filters, strides in ((64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1)):
        y = layers.ReLU()(convolution(x, filters, strides))
        shortcut = convolution(x, filters, strides, 1) if strides > 1 else x
        x = layers.ReLU()(layers.Add()([convolution(y, filters), shortcut]))
    return keras.Model(images, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


# Name: builder, shape of a batch of inputs (words if they are integers), shape of the labels, their classes, steps that
# are timed together.
MODELS = {
    "train_cnn": (_cnn, (128, 28, 28, 1), (128,), 10, 8),
    "train_mlp": (_mlp, (128, 784), (128,), 10, 32),
    "train_lstm": (_lstm, (32, 80), (32,), 10, 8),
    "train_transformer": (_transformer, (32, 64), (32, 64), 5000, 2),
    "train_resnet": (_resnet, (16, 64, 64, 3), (16,), 10, 1),
    "train_mobilenet": (_mobilenet, (16, 96, 96, 3), (16,), 10, 2),
}


def build(name, keras):
    """(compiled model, inputs and labels of some batches, size of a batch, number of batches)."""
    make, shape, labels, classes, steps = MODELS[name]
    rng = np.random.default_rng(0)
    model = make(keras.layers, keras)
    words = len(shape) == 2 and name != "train_mlp"
    many = (shape[0] * steps, *shape[1:])
    x = rng.integers(0, 5000, many).astype("int32") if words else rng.random(many, dtype="float32")
    y = rng.integers(0, classes, (labels[0] * steps, *labels[1:]))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model, x, y, shape[0], steps
