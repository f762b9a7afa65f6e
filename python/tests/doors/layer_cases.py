"""Every layer class of keras.layers with configurations of it: records from which models are made."""

import keras
import numpy as np
from keras.src.applications import convnext, inception_resnet_v2

L = keras.layers
# Layers of keras.applications' own, which Keras saves with its models.
APPLICATIONS = {
    "CustomScaleLayer": inception_resnet_v2.CustomScaleLayer,
    "LayerScale": convnext.LayerScale,
}

WORDS = ["the", "cat", "sat", "Naïve", "dog!", "a b,  c", "", "[UNK]", "a much longer text of seventeen to thirty-two", "x" * 80]  # fmt: skip


class Case:
    """A layer's arguments, the shapes of its inputs (without the batch), and how it is called."""

    def __init__(
        self, *shapes, dtype="float32", call=None, below=None, as_list=False, masked=False, adapt=None, **config
    ):
        self.shapes = shapes
        self.dtype = dtype
        self.call = call or {}
        self.below = below  # inputs are whole numbers below this
        self.as_list = as_list  # several inputs are one argument
        self.masked = masked  # the first input goes through Masking
        self.adapt = adapt  # what the layer is adapted to
        self.config = config

    def build(self, name):
        """A model of the one layer; values of the config that are functions make layers."""
        inputs = [keras.Input(shape, dtype=self.dtype, name=f"x{i}") for i, shape in enumerate(self.shapes)]
        layer = (APPLICATIONS.get(name) or getattr(L, name))(
            **{k: v() if callable(v) else v for k, v in self.config.items()}
        )
        if self.adapt is not None:
            layer.adapt(np.array(self.adapt))
        given = [L.Masking(0.0)(x) for x in inputs] if self.masked else inputs
        call = {k: v(given) if callable(v) else v for k, v in self.call.items()}
        used = [given] if self.as_list else given[: len(given) - self.spare()]
        return keras.Model(inputs, layer(*used, **call))

    def finish(self, model):
        """What is done to the model once it has its weights."""

    def spare(self):
        """How many of the inputs the call's arguments take."""
        return sum(callable(v) for v in self.call.values())

    def data(self, rng, rows=3):
        """Numbers for the inputs. Of masked ones some steps are 0."""
        xs = []
        for shape in self.shapes:
            shape = tuple(5 if n is None else n for n in shape)
            if self.dtype == "string":
                xs.append(rng.choice(WORDS, (rows, *shape)))
                continue
            if self.below:
                x = rng.integers(0, self.below, (rows, *shape))
            elif self.dtype == "bool":
                x = rng.uniform(size=(rows, *shape)) < 0.6
            else:
                x = rng.normal(size=(rows, *shape))
            if self.masked:
                x[0, -2:] = 0
                x[1, 1] = 0
                x[1, :1] = 0
            xs.append(x.astype(self.dtype))
        return xs


def each(*configs, shape, **common):
    """Cases of one shape."""
    return [Case(shape, **config, **common) for config in configs]


def merges():
    return [
        Case((4,), (4,), as_list=True),
        Case((3, 4), (3, 4), (3, 4), as_list=True),
        Case((3, 1), (1, 4), as_list=True),
    ]


def convolutions(rank, **config):
    """channels_first, strides, dilation and padding, each with a channel count of its own."""
    size = (9, 8, 7)[:rank]
    last, first = (*size, 4), (4, *size)
    return [
        Case(last, kernel_size=3, activation="relu", **config),
        Case(last, kernel_size=3, strides=2, padding="same", use_bias=False, **config),
        Case(first, kernel_size=2, data_format="channels_first", **config),
        Case(last, kernel_size=2, dilation_rate=2, **config),
    ]


def pools(rank):
    size = (9, 8, 7)[:rank]
    return [
        Case((*size, 2), pool_size=2),
        Case((*size, 2), pool_size=3, strides=2, padding="same"),
        Case((2, *size), pool_size=2, strides=1, data_format="channels_first"),
    ]


def wide_pools(rank):
    size = (9, 8, 7)[:rank]
    return [Case((*size, 2)), Case((*size, 2), keepdims=True), Case((2, *size), data_format="channels_first")]


def adaptive(rank):
    size = (9, 8, 6)[:rank]
    return [Case((*size, 2), output_size=2), Case((*size, 2), output_size=3), Case((2, *size), output_size=4, data_format="channels_first")]  # fmt: skip


def around(rank, key):
    """Paddings and croppings."""
    size = (7, 6, 5)[:rank]
    pairs = ((1, 2), (0, 1), (2, 0))[:rank]
    return [Case((*size, 2)), Case((*size, 2), **{key: 2}), Case((*size, 2), **{key: pairs if rank > 1 else pairs[0]})]


def recurrent(shape, **config):
    return [
        Case(shape, **config),
        Case(shape, return_sequences=True, go_backwards=True, **config),
        Case(shape, return_sequences=True, return_state=True, use_bias=False, **config),
        Case(shape, return_sequences=True, masked=True, **config),
        Case(shape, masked=True, unroll=True, activation="relu", **config),
        Case((None, *shape[1:]), return_state=True, **config),
    ]


def cells(cell):
    return [
        Case((5, 3), cell=cell),
        Case((5, 3), cell=cell, return_sequences=True, masked=True),
        Case((5, 3), cell=cell, return_state=True, go_backwards=True),
    ]


def with_states(count, **config):
    """Initial states as further inputs, with and without a mask."""
    call = {"initial_state": lambda xs: xs[1:]}
    shapes = [(5, 3), *[(4,)] * count]
    return [StatesCase(*shapes, call=call, return_sequences=True, masked=m, return_state=True, units=4, **config) for m in (False, True)]  # fmt: skip


class StatesCase(Case):
    """States are inputs that have no mask."""

    def build(self, name):
        inputs = [keras.Input(shape, name=f"x{i}") for i, shape in enumerate(self.shapes)]
        x = L.Masking(0.0)(inputs[0]) if self.masked else inputs[0]
        return keras.Model(inputs, getattr(L, name)(**self.config)(x, initial_state=inputs[1:]))

    def data(self, rng, rows=3):
        xs = super().data(rng, rows)
        return [xs[0], *[rng.normal(size=x.shape).astype("float32") for x in xs[1:]]]


class PipelineCase(Case):
    """The layer in a Pipeline."""

    def build(self, name):
        x = keras.Input(self.shapes[0], name="x0")
        return keras.Model(x, L.Pipeline([getattr(L, name)(**self.config)])(x))


class MaskCase(Case):
    """A tensor of booleans as the call's argument of this name."""

    def __init__(self, *shapes, argument, mask, **others):
        super().__init__(*shapes, **others)
        self.argument, self.mask = argument, mask

    def build(self, name):
        inputs = [keras.Input(shape, name=f"x{i}") for i, shape in enumerate(self.shapes)]
        mask = keras.Input(self.mask, dtype="bool", name="mask")
        args = [inputs] if self.as_list else inputs
        return keras.Model(
            [*inputs, mask], getattr(L, name)(**self.config)(*args, **{self.argument: mask}, **self.call)
        )

    def data(self, rng, rows=3):
        mask = rng.uniform(size=(rows, *self.mask)) < 0.6
        mask[..., 0] = True
        return [*super().data(rng, rows), mask]


class QuantizedCase(Case):
    """The layer quantised, after it got its weights."""

    def __init__(self, *shapes, mode, quantizer=None, **others):
        super().__init__(*shapes, **others)
        self.mode, self.quantizer = mode, quantizer

    def finish(self, model):
        model.layers[-1].quantize(self.mode, config=self.quantizer)


def quantized(*shapes, **config):
    """int8, int4 and float8, of weights alone and of inputs, too."""
    q = keras.quantizers
    modes = [
        ("int8", None),
        ("int8", q.Int8QuantizationConfig(activation_quantizer=None)),
        ("int4", None),
        ("int4", q.Int4QuantizationConfig(block_size=2)),
        ("int4", q.Int4QuantizationConfig(block_size=4)),
        ("int4", q.Int4QuantizationConfig(block_size=None, activation_quantizer=q.AbsMaxQuantizer())),
        ("float8", None),
    ]
    return [QuantizedCase(*shapes, mode=mode, quantizer=quantizer, **config) for mode, quantizer in modes]


def lookups(vocabulary, **common):
    """Look-ups of words or integers in every output mode, with the vocabulary given and adapted to."""
    modes = [{"output_mode": mode} for mode in ("multi_hot", "one_hot", "count")]
    more = [{"num_oov_indices": 3}, {"pad_to_max_tokens": True, "max_tokens": 9, "output_mode": "count"}, *modes]
    return [
        Case((4,), vocabulary=vocabulary, **common),
        *(Case((4,), vocabulary=vocabulary, **config, **common) for config in more),
        Case((4,), vocabulary=vocabulary, output_mode="tf_idf", idf_weights=[0.5, 1.0, 0.25], **common),
        Case((4,), adapt=[*vocabulary, vocabulary[0], vocabulary[1], vocabulary[0]], **common),
        Case((4,), adapt=[[w] for w in [*vocabulary, vocabulary[0]]], output_mode="tf_idf", **common),
    ]


class FeaturesCase(Case):
    """The model that a FeatureSpace makes: look-ups, hashes, crosses, bins and numbers, concatenated."""

    def __init__(self, **config):
        super().__init__((1,), (1,), (1,), **config)

    def build(self, name):
        import tensorflow as tf

        space = keras.utils.FeatureSpace
        features = {
            "number": space.float_normalized(),
            "word": space.string_categorical(**self.config),
            "whole": space.integer_categorical(num_oov_indices=2),
            "hashed": space.string_hashed(num_bins=5),
            "bins": space.float_discretized(num_bins=3),
        }
        made = space(features, crosses=[space.cross(("word", "whole"), crossing_dim=9)], output_mode="concat")
        rng = np.random.default_rng(3)
        made.adapt(tf.data.Dataset.from_tensor_slices(dict(zip(features, self.data(rng, 20), strict=True))))
        return keras.Model([made.get_inputs()[n] for n in features], made.get_encoded_features())

    def finish(self, model):
        for layer in model.layers:
            if isinstance(layer, L.Normalization):
                layer.finalize_state()

    def data(self, rng, rows=3):
        number, bins = rng.normal(size=(2, rows, 1)).astype("float32")
        word, hashed = rng.choice(WORDS, (2, rows, 1))
        return [number, word, rng.integers(0, 9, (rows, 1)), hashed, bins]


def texts(*configs):
    return [Case((1,), dtype="string", vocabulary=["cat", "a", "the", "x"], **config) for config in configs]


def conv_lstm(shape):
    config = {"filters": 3, "kernel_size": 2}
    return [
        Case(shape, return_sequences=True, go_backwards=True, **config),
        Case(shape, return_state=True, use_bias=False, **config),
        MaskCase(shape, argument="mask", mask=shape[:1], return_sequences=True, **config),
        Case((None, *shape[1:]), activation="relu", **config),
    ]


def attention(**config):
    three = [(4, 6), (5, 6), (5, 6)]
    return [
        Case(*three[:2], as_list=True, **config),
        Case(*three, as_list=True, call={"use_causal_mask": True}, **config),
        Case(*three, as_list=True, call={"return_attention_scores": True}, masked=True, **config),
    ]


def heads(**config):
    three = [(4, 6), (5, 6), (5, 6)]
    return [
        Case(*three[:2], **config),
        Case(*three, use_bias=False, call={"use_causal_mask": True}, **config),
        Case(*three, call={"return_attention_scores": True}, **config),
        Case((5, 6), (5, 6), sliding_window=2, masked=True, **config),
        MaskCase(*three[:2], argument="attention_mask", mask=(4, 5), **config),
    ]


def random_images(*configs):
    return each(*configs, shape=(6, 8, 3))


RATES = [{"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "seed": 1}]
FACTORS = [{"factor": 0.2}, {"factor": (0.1, 0.3)}, {"factor": 0.3, "seed": 2}]
RANGED = [{"factor": 0.2, "value_range": (0, 1)}, {"factor": (0.1, 0.3), "value_range": (0, 1)}, {"factor": 0.3}]

CASES = {
    "Activation": each(*({"activation": a} for a in ("relu", "softmax", "gelu", "log_softmax")), shape=(3, 4)),
    "ActivityRegularization": each({}, {"l1": 0.1}, {"l2": 0.1}, shape=(4,)),
    "Add": merges(),
    "AdditiveAttention": [*attention(), Case((4, 6), (5, 6), as_list=True, use_scale=False)],
    "AlphaDropout": each({"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "noise_shape": (1, 4)}, shape=(4,)),
    "Attention": [
        *attention(),
        *attention(use_scale=True, score_mode="concat"),
        Case((4, 6), (5, 6), as_list=True, use_scale=True, dropout=0.2),
    ],
    "AugMix": random_images({}, {"value_range": (0, 1)}, {"num_chains": 2}),
    "AutoContrast": random_images({}, {"value_range": (0, 1)}, {"value_range": (-1, 1)}),
    "Average": merges(),
    "BatchNormalization": [
        Case((4,)), Case((5, 6, 3), scale=False, epsilon=0.1), Case((3, 5, 6), axis=1, center=False), Case((4, 3), masked=True),
    ],
    "Bidirectional": [
        Case((5, 3), layer=lambda: L.LSTM(4)),
        Case((5, 3), layer=lambda: L.GRU(4, return_sequences=True), merge_mode="sum", masked=True),
        Case((5, 3), layer=lambda: L.SimpleRNN(4, return_state=True), merge_mode="mul"),
        Case((5, 3), layer=lambda: L.LSTM(4, return_sequences=True), merge_mode=None),
        Case((5, 3), layer=lambda: L.GRU(4), merge_mode="ave", backward_layer=lambda: L.GRU(4, reset_after=False, go_backwards=True)),
    ],
    "CategoryEncoding": [
        Case((3,), below=4, dtype="int32", num_tokens=4),
        Case((1,), below=4, dtype="int32", num_tokens=4, output_mode="one_hot"),
        Case((3,), below=4, dtype="int32", num_tokens=4, output_mode="count"),
    ],
    "CenterCrop": each({"height": 4, "width": 4}, {"height": 5, "width": 8}, {"height": 3, "width": 5, "data_format": "channels_last"}, shape=(6, 8, 3)),
    "Concatenate": [Case((3, 4), (3, 2), as_list=True), Case((3, 4), (2, 4), as_list=True, axis=1), Case((3, 4), (3, 4), as_list=True, masked=True)],
    "ContrastLimitedAdaptiveHistogramEqualization": [
        Case((20, 18, 3), value_range=(-4, 4)),
        Case((12, 16, 2), value_range=(-3, 3), tile_grid_size=(3, 4), clip_limit=1.5),
        Case((1, 16, 16), value_range=(-3, 3), data_format="channels_first", clip_limit=0.0),
    ],
    "Conv1D": [*convolutions(1, filters=6), Case((9, 4), filters=6, kernel_size=3, padding="causal", groups=2)],
    "Conv2D": [*convolutions(2, filters=6), Case((9, 8, 4), filters=6, kernel_size=(3, 2), groups=2)],
    "Conv3D": [*convolutions(3, filters=6), Case((6, 5, 4, 4), filters=6, kernel_size=2, groups=2)],
    "ConvLSTM1D": [*conv_lstm((3, 6, 2)), Case((3, 2, 6), filters=3, kernel_size=3, strides=2, padding="same", data_format="channels_first")],
    "ConvLSTM2D": [*conv_lstm((3, 6, 5, 2)), Case((3, 2, 6, 5), filters=3, kernel_size=3, padding="same", data_format="channels_first")],
    "ConvLSTM3D": [Case((3, 4, 5, 4, 2), filters=2, kernel_size=2), Case((3, 4, 5, 4, 2), filters=2, kernel_size=2, padding="same", return_sequences=True), Case((3, 4, 5, 4, 2), filters=2, kernel_size=3, dilation_rate=1, return_state=True, use_bias=False)],
    "CutMix": random_images({}, {"factor": 0.5}, {"seed": 3}),
    "Dense": [Case((4,), units=3), Case((3, 4), units=2, activation="tanh", use_bias=False), Case((2, 3, 4), units=5, activation="softmax"), *quantized((3, 5), units=7), *quantized((4,), units=6, use_bias=False, activation="relu"), *quantized((3, 24), units=10)],
    "DepthwiseConv1D": [*convolutions(1), Case((9, 4), kernel_size=3, depth_multiplier=2)],
    "DepthwiseConv2D": [*convolutions(2), Case((9, 8, 4), kernel_size=3, depth_multiplier=2)],
    "Discretization": each({"bin_boundaries": [-0.5, 0.0, 1.0]}, {"bin_boundaries": [0.0], "output_mode": "one_hot"}, {"bin_boundaries": [-1.0, 1.0], "output_mode": "count"}, {"bin_boundaries": [-1.0, 1.0], "output_mode": "multi_hot"}, shape=(4,)),
    "CustomScaleLayer": [Case(shape, shape, as_list=True, scale=scale) for shape, scale in (((4, 5), 0.17), ((4,), -2.0), ((3, 3, 2), 1.0))],
    "LayerScale": [Case(shape, init_values=1e-6, projection_dim=6) for shape in ((4, 5, 6), (3, 6), (6,))],
    "Dot": [Case((4,), (4,), as_list=True, axes=1), Case((3, 4), (5, 4), as_list=True, axes=2), Case((3, 4), (3, 5), as_list=True, axes=(1, 1), normalize=True)],
    "Dropout": each({"rate": 0.1}, {"rate": 0.5, "noise_shape": (None, 1)}, {"rate": 0.0}, shape=(4,)),
    "ELU": each({}, {"alpha": 0.5}, {"name": "other"}, shape=(4,)),
    "EinsumDense": [Case((4,), equation="ab,bc->ac", output_shape=5, bias_axes="c"), Case((3, 4), equation="abc,cd->abd", output_shape=(None, 5)), Case((3, 4), equation="...x,xy->...y", output_shape=6, activation="relu"), *quantized((3, 4), equation="abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de"), *quantized((3, 4, 2), equation="abcd,cde->abe", output_shape=(None, 5))],
    "Embedding": each({"input_dim": 7, "output_dim": 3}, {"input_dim": 7, "output_dim": 2, "mask_zero": True}, {"input_dim": 9, "output_dim": 4, "name": "other"}, shape=(5,), below=7, dtype="int32") + quantized((5,), below=7, dtype="int32", input_dim=7, output_dim=5)[:4],
    # Alone it gives its input tensor itself, which Keras takes for a cycle.
    "Equalization": [PipelineCase((6, 8, 3)), PipelineCase((6, 8, 3), value_range=(0, 1)), PipelineCase((6, 8, 3), bins=64)],
    "FeatureSpace": [FeaturesCase(), FeaturesCase(max_tokens=5), FeaturesCase(num_oov_indices=2, max_tokens=6)],
    "Flatten": [Case((3, 4)), Case((2, 3, 4)), Case((2, 3, 4), data_format="channels_first")],
    "GRU": [*recurrent((5, 3), units=4), *with_states(1), Case((5, 3), units=4, reset_after=False, recurrent_activation="hard_sigmoid")],
    "GaussianDropout": each(*RATES, shape=(4,)),
    "GaussianNoise": each({"stddev": 0.1}, {"stddev": 0.5}, {"stddev": 0.2, "seed": 1}, shape=(4,)),
    "GroupNormalization": [Case((4, 6), groups=2), Case((5, 4, 6), groups=-1, epsilon=0.1), Case((6, 5, 4), groups=3, axis=1, scale=False)],
    "GroupQueryAttention": heads(head_dim=4, num_query_heads=4, num_key_value_heads=2),
    "HashedCrossing": [
        Case((1,), (1,), dtype="int32", below=50, as_list=True, num_bins=7),
        Case((1,), (1,), dtype="string", as_list=True, num_bins=9),
        Case((), (), dtype="string", as_list=True, num_bins=5, output_mode="one_hot"),
    ],
    "Hashing": [
        Case((4,), dtype="int64", below=2**40, num_bins=1000),
        Case((4,), dtype="string", num_bins=1000),
        Case((4,), dtype="string", num_bins=1000, salt=[3, 2**40]),
        Case((1,), dtype="string", num_bins=4, mask_value="cat", output_mode="one_hot"),
        Case((4,), dtype="int32", below=9, num_bins=4, mask_value=2, salt=5, output_mode="count"),
    ],
    "Identity": [Case((4,)), Case((3, 4)), Case((3, 4), masked=True)],
    "IntegerLookup": [
        *lookups([12, 3, 7], dtype="int64", below=15),
        Case((4,), dtype="int64", below=15, vocabulary=[12, 3, 7], mask_token=0, num_oov_indices=2, oov_method="farmhash", salt=[1, 2]),
        Case((4,), dtype="int64", below=5, vocabulary=[12, 3, 7], invert=True),
        Case((4,), dtype="int64", below=2**40, vocabulary=[12, 3, 7], num_oov_indices=5),
    ],
    "LSTM": [*recurrent((5, 3), units=4), *with_states(2), Case((5, 3), units=4, recurrent_activation="hard_sigmoid", implementation=1)],
    "LayerNormalization": [Case((4,)), Case((3, 4), axis=(1, 2), epsilon=0.1), Case((3, 4), center=False, scale=False)],
    "LeakyReLU": each({}, {"negative_slope": 0.1}, {"negative_slope": 0.0}, shape=(4,)),
    "Masking": each({}, {"mask_value": 1.0}, {"mask_value": -1.0}, shape=(3, 2)),
    # Without boxes it gives its images.
    "MaxNumBoundingBoxes": [PipelineCase((6, 8, 3), max_number=n) for n in (1, 2, 5)],
    "Maximum": merges(),
    "MelSpectrogram": [Case((1600,), fft_length=256, sequence_stride=64, sampling_rate=8000, num_mel_bins=20), Case((1600,), fft_length=128, sequence_stride=64, sampling_rate=8000, num_mel_bins=10, power_to_db=False, mag_exp=1.0), Case((1600,), fft_length=256, sequence_length=128, sequence_stride=100, sampling_rate=16000, num_mel_bins=16, window="hamming", min_freq=50.0, max_freq=6000.0)],
    "Minimum": merges(),
    "MixUp": random_images({}, {"alpha": 0.5}, {"seed": 3}),
    "MultiHeadAttention": [*heads(num_heads=2, key_dim=4), Case((4, 6), (5, 6), num_heads=2, key_dim=3, value_dim=5, output_shape=7), Case((2, 3, 6), (2, 3, 6), num_heads=2, key_dim=3, attention_axes=(2,)), Case((4, 6), (5, 6), num_heads=2, key_dim=3, masked=True), Case((2, 3, 6), (2, 3, 6), num_heads=2, key_dim=3)],
    "Multiply": merges(),
    "Normalization": each({"mean": 1.0, "variance": 2.0}, {"mean": [1.0, 2.0, 3.0, 4.0], "variance": [1.0, 2.0, 0.5, 3.0]}, {"mean": 1.0, "variance": 2.0, "invert": True}, {"axis": -1}, shape=(4,)),
    "PReLU": [Case((4,)), Case((3, 4, 2), shared_axes=(1, 2)), Case((3, 4), shared_axes=1)],
    "Permute": [Case((3, 4), dims=(2, 1)), Case((2, 3, 4), dims=(3, 1, 2)), Case((2, 3, 4), dims=(1, 3, 2))],
    "Pipeline": [Case((6, 8, 3), layers=lambda: [L.Rescaling(2.0), L.RandomFlip()]), Case((6, 8, 3), layers=lambda: [L.CenterCrop(4, 4)]), Case((6, 8, 3), layers=lambda: [L.RandomRotation(0.2), L.Rescaling(0.5, offset=1.0)])],
    "RMSNormalization": [Case((4,)), Case((3, 4), epsilon=0.1), Case((2, 3, 4), epsilon=0.01)],
    "RNN": [
        *cells(lambda: L.LSTMCell(4)),
        *cells(lambda: [L.GRUCell(4), L.SimpleRNNCell(3), L.LSTMCell(2)]),
    ],
    "RandAugment": random_images({}, {"value_range": (0, 1)}, {"num_ops": 1}),
    "RandomBrightness": random_images(*FACTORS),
    "RandomColorDegeneration": random_images(*FACTORS),
    "RandomColorJitter": random_images({"brightness_factor": 0.1}, {"value_range": (0, 1)}, {"hue_factor": 0.1}),
    "RandomContrast": random_images(*FACTORS),
    "RandomCrop": random_images({"height": 4, "width": 4}, {"height": 6, "width": 8}, {"height": 3, "width": 5}),
    "RandomElasticTransform": random_images({}, {"factor": 0.5}, {"scale": 0.5}),
    "RandomErasing": random_images({}, {"factor": 0.5}, {"scale": 0.1}),
    "RandomFlip": random_images({}, {"mode": "horizontal"}, {"mode": "vertical"}),
    "RandomGaussianBlur": random_images({}, {"factor": 0.5}, {"kernel_size": 5}),
    "RandomGrayscale": random_images({}, {"factor": 0.5}, {"seed": 3}),
    "RandomHue": random_images(*RANGED),
    "RandomInvert": random_images({}, {"factor": 0.5}, {"value_range": (0, 1)}),
    "RandomPerspective": random_images({}, {"factor": 0.5}, {"scale": 0.5}),
    "RandomPosterization": random_images({"factor": 4}, {"factor": 2}, {"factor": 8, "value_range": (0, 1)}),
    "RandomRotation": random_images(*FACTORS),
    "RandomSaturation": random_images(*FACTORS),
    "RandomSharpness": random_images(*FACTORS),
    "RandomShear": random_images({"x_factor": 0.1}, {"y_factor": 0.2}, {}),
    "RandomTranslation": random_images({"height_factor": 0.1, "width_factor": 0.2}, {"height_factor": 0.3, "width_factor": 0.0}, {"height_factor": 0.1, "width_factor": 0.1, "fill_mode": "constant"}),
    "RandomZoom": random_images({"height_factor": 0.1}, {"height_factor": 0.2, "width_factor": 0.3}, {"height_factor": (0.1, 0.2)}),
    "ReLU": each({}, {"max_value": 1.0, "threshold": 0.2}, {"negative_slope": 0.2}, shape=(4,)),
    "RepeatVector": each({"n": 1}, {"n": 2}, {"n": 5}, shape=(4,)),
    "Rescaling": each({"scale": 2.0}, {"scale": 0.5, "offset": 1.0}, {"scale": [1.0, 2.0, 3.0]}, shape=(4, 3)),
    "Reshape": [Case((3, 4), target_shape=(4, 3)), Case((3, 4), target_shape=(-1,)), Case((3, 4), target_shape=(2, -1, 2))],
    "Resizing": each({"height": 4, "width": 5}, {"height": 9, "width": 5, "interpolation": "nearest"}, {"height": 4, "width": 4, "crop_to_aspect_ratio": True}, shape=(6, 8, 3)),
    "ReversibleEmbedding": [Case((5,), below=7, dtype="int32", input_dim=7, output_dim=3), Case((5,), below=7, dtype="int32", input_dim=7, output_dim=3, tie_weights=False, mask_zero=True), Case((4, 3), input_dim=7, output_dim=3, call={"reverse": True}, logit_soft_cap=2.0), *quantized((4, 3), input_dim=7, output_dim=3, call={"reverse": True})[:6], *quantized((4, 8), input_dim=7, output_dim=8, call={"reverse": True}, tie_weights=False)[:6], *quantized((5,), below=7, dtype="int32", input_dim=7, output_dim=3, tie_weights=False)[:5]],
    "STFTSpectrogram": [Case((100, 2), mode=m, frame_length=20, frame_step=10) for m in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")] + [Case((100, 2), frame_length=20, fft_length=32, expand_dims=True), Case((2, 100), frame_length=20, data_format="channels_first", padding="same", mode="magnitude")],
    "SeparableConv1D": [*convolutions(1, filters=6)[:3], Case((9, 4), filters=6, kernel_size=3, depth_multiplier=2)],
    "SeparableConv2D": [*convolutions(2, filters=6)[:3], Case((9, 8, 4), filters=6, kernel_size=3, depth_multiplier=2)],
    "SimpleRNN": [*recurrent((5, 3), units=4), *with_states(1)],
    "Softmax": [Case((4,)), Case((3, 4), axis=1), Case((3, 4), axis=(1, 2)), MaskCase((3, 4), argument="mask", mask=(3, 4))],
    "Solarization": random_images({}, {"threshold_factor": 0.5}, {"value_range": (0, 1)}),
    "SpectralNormalization": [Case((4,), layer=lambda: L.Dense(3)), Case((5, 6, 3), layer=lambda: L.Conv2D(4, 3)), Case((4,), layer=lambda: L.Dense(3, use_bias=False), power_iterations=2)],
    "StringLookup": [
        *lookups(["cat", "the", "Naïve"], dtype="string"),
        Case((4,), dtype="string", vocabulary=["cat", "the"], mask_token="", num_oov_indices=2, salt=7),
        Case((4,), dtype="int64", below=5, vocabulary=["cat", "Naïve", "the"], invert=True),
    ],
    "Subtract": [Case((4,), (4,), as_list=True), Case((3, 4), (3, 4), as_list=True), Case((3, 1), (1, 4), as_list=True)],
    "TextVectorization": [
        *texts({}, {"output_sequence_length": 2}, {"split": "character", "output_sequence_length": 9}, {"ngrams": 2}),
        *texts({"ngrams": (2, 3), "standardize": "lower"}, {"standardize": None, "output_mode": "count"}, {"split": "character", "output_mode": "multi_hot"}),
        *texts({"output_mode": "tf_idf", "idf_weights": [0.5, 1.0, 0.25, 2.0]}, {"split": None, "standardize": "strip_punctuation"}),
        Case((1,), dtype="string", adapt=WORDS, max_tokens=8),
        Case((), dtype="string", adapt=WORDS, output_mode="tf_idf", pad_to_max_tokens=True, max_tokens=40),
    ],
    "TimeDistributed": [Case((5, 3), layer=lambda: L.Dense(4)), Case((4, 6, 5, 3), layer=lambda: L.Conv2D(2, 3)), Case((5, 3), layer=lambda: L.BatchNormalization(), masked=True), Case((None, 3), layer=lambda: L.LayerNormalization())],
    "UnitNormalization": [Case((4,)), Case((3, 4), axis=1), Case((3, 4), axis=(1, 2))],
    "UpSampling1D": each({}, {"size": 3}, {"size": 1}, shape=(4, 3)),
    "UpSampling2D": [Case((4, 3, 2)), Case((4, 3, 2), size=(2, 3), interpolation="bilinear"), Case((2, 4, 3), data_format="channels_first")],
    "UpSampling3D": [Case((3, 4, 2, 2)), Case((3, 4, 2, 2), size=(1, 2, 3)), Case((2, 3, 4, 2), data_format="channels_first")],
}  # fmt: skip
for rank in (1, 2, 3):
    CASES |= {
        f"AdaptiveAveragePooling{rank}D": adaptive(rank),
        f"AdaptiveMaxPooling{rank}D": adaptive(rank),
        f"AveragePooling{rank}D": pools(rank),
        f"Conv{rank}DTranspose": convolutions(rank, filters=6),
        f"Cropping{rank}D": around(rank, "cropping"),
        f"GlobalAveragePooling{rank}D": wide_pools(rank),
        f"GlobalMaxPooling{rank}D": wide_pools(rank),
        f"MaxPooling{rank}D": pools(rank),
        f"SpatialDropout{rank}D": each(*RATES, shape=(5, 4, 3, 2)[-rank - 1 :]),
        f"ZeroPadding{rank}D": around(rank, "padding"),
    }
CASES["GlobalAveragePooling1D"] += [Case((5, 3), masked=True), Case((5, 3), masked=True, keepdims=True)]

# Cells are layers within others: their cases are those of what holds them.
CELLS = {"GRUCell": "RNN", "LSTMCell": "RNN", "SimpleRNNCell": "RNN", "StackedRNNCells": "RNN"}

# What cannot be run without Python: the reason is in the error.
REFUSED = ["FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"]

# Not layers to save: base classes, and what stands for a model's input.
ABSTRACT = ["Input", "InputLayer", "InputSpec", "Layer", "Wrapper"]
