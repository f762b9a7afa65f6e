"""Every layer class of keras.layers with configurations of it: records from which models are made."""

import keras

L = keras.layers


class Case:
    """A layer's arguments, the shapes of its inputs (without the batch), and how it is called."""

    def __init__(self, *shapes, dtype="float32", call=None, below=None, as_list=False, masked=False, **config):
        self.shapes = shapes
        self.dtype = dtype
        self.call = call or {}
        self.below = below  # inputs are whole numbers below this
        self.as_list = as_list  # several inputs are one argument
        self.masked = masked  # the first input goes through Masking
        self.config = config

    def build(self, name):
        """A model of the one layer; values of the config that are functions make layers."""
        inputs = [keras.Input(shape, dtype=self.dtype, name=f"x{i}") for i, shape in enumerate(self.shapes)]
        layer = getattr(L, name)(**{k: v() if callable(v) else v for k, v in self.config.items()})
        given = [L.Masking(0.0)(x) for x in inputs] if self.masked else inputs
        call = {k: v(given) if callable(v) else v for k, v in self.call.items()}
        used = [given] if self.as_list else given[: len(given) - self.spare()]
        return keras.Model(inputs, layer(*used, **call))

    def spare(self):
        """How many of the inputs the call's arguments take."""
        return sum(callable(v) for v in self.call.values())

    def data(self, rng, rows=3):
        """Numbers for the inputs. Of masked ones some steps are 0."""
        xs = []
        for shape in self.shapes:
            shape = tuple(5 if n is None else n for n in shape)
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


def images(**config):
    return each({}, {"data_format": "channels_last"}, {"name": "other"}, shape=(6, 8, 3), **config)


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
    "Conv1D": [*convolutions(1, filters=6), Case((9, 4), filters=6, kernel_size=3, padding="causal", groups=2)],
    "Conv2D": [*convolutions(2, filters=6), Case((9, 8, 4), filters=6, kernel_size=(3, 2), groups=2)],
    "Conv3D": [*convolutions(3, filters=6), Case((6, 5, 4, 4), filters=6, kernel_size=2, groups=2)],
    "Conv1DTranspose": convolutions(1, filters=6),
    "Conv2DTranspose": convolutions(2, filters=6),
    "Conv3DTranspose": convolutions(3, filters=6),
    "ConvLSTM1D": [*conv_lstm((3, 6, 2)), Case((3, 2, 6), filters=3, kernel_size=3, strides=2, padding="same", data_format="channels_first")],
    "ConvLSTM2D": [*conv_lstm((3, 6, 5, 2)), Case((3, 2, 6, 5), filters=3, kernel_size=3, padding="same", data_format="channels_first")],
    "ConvLSTM3D": [Case((3, 4, 5, 4, 2), filters=2, kernel_size=2), Case((3, 4, 5, 4, 2), filters=2, kernel_size=2, padding="same", return_sequences=True), Case((3, 4, 5, 4, 2), filters=2, kernel_size=3, dilation_rate=1, return_state=True, use_bias=False)],
    "Cropping1D": around(1, "cropping"),
    "Cropping2D": around(2, "cropping"),
    "Cropping3D": around(3, "cropping"),
    "CutMix": random_images({}, {"factor": 0.5}, {"seed": 3}),
    "Dense": [Case((4,), units=3), Case((3, 4), units=2, activation="tanh", use_bias=False), Case((2, 3, 4), units=5, activation="softmax")],
    "DepthwiseConv1D": [*convolutions(1), Case((9, 4), kernel_size=3, depth_multiplier=2)],
    "DepthwiseConv2D": [*convolutions(2), Case((9, 8, 4), kernel_size=3, depth_multiplier=2)],
    "Discretization": each({"bin_boundaries": [-0.5, 0.0, 1.0]}, {"bin_boundaries": [0.0], "output_mode": "one_hot"}, {"bin_boundaries": [-1.0, 1.0], "output_mode": "count"}, {"bin_boundaries": [-1.0, 1.0], "output_mode": "multi_hot"}, shape=(4,)),
    "Dot": [Case((4,), (4,), as_list=True, axes=1), Case((3, 4), (5, 4), as_list=True, axes=2), Case((3, 4), (3, 5), as_list=True, axes=(1, 1), normalize=True)],
    "Dropout": each({"rate": 0.1}, {"rate": 0.5, "noise_shape": (None, 1)}, {"rate": 0.0}, shape=(4,)),
    "ELU": each({}, {"alpha": 0.5}, {"name": "other"}, shape=(4,)),
    "EinsumDense": [Case((4,), equation="ab,bc->ac", output_shape=5, bias_axes="c"), Case((3, 4), equation="abc,cd->abd", output_shape=(None, 5)), Case((3, 4), equation="...x,xy->...y", output_shape=6, activation="relu")],
    "Embedding": each({"input_dim": 7, "output_dim": 3}, {"input_dim": 7, "output_dim": 2, "mask_zero": True}, {"input_dim": 9, "output_dim": 4, "name": "other"}, shape=(5,), below=7, dtype="int32"),
    # Alone it gives its input tensor itself, which Keras takes for a cycle.
    "Equalization": [PipelineCase((6, 8, 3)), PipelineCase((6, 8, 3), value_range=(0, 1)), PipelineCase((6, 8, 3), bins=64)],
    "Flatten": [Case((3, 4)), Case((2, 3, 4)), Case((2, 3, 4), data_format="channels_first")],
    "GRU": [*recurrent((5, 3), units=4), *with_states(1), Case((5, 3), units=4, reset_after=False, recurrent_activation="hard_sigmoid")],
    "GaussianDropout": each({"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "seed": 1}, shape=(4,)),
    "GaussianNoise": each({"stddev": 0.1}, {"stddev": 0.5}, {"stddev": 0.2, "seed": 1}, shape=(4,)),
    "GlobalAveragePooling1D": [*wide_pools(1), Case((5, 3), masked=True), Case((5, 3), masked=True, keepdims=True)],
    "GlobalAveragePooling2D": wide_pools(2),
    "GlobalAveragePooling3D": wide_pools(3),
    "GlobalMaxPooling1D": wide_pools(1),
    "GlobalMaxPooling2D": wide_pools(2),
    "GlobalMaxPooling3D": wide_pools(3),
    "GroupNormalization": [Case((4, 6), groups=2), Case((5, 4, 6), groups=-1, epsilon=0.1), Case((6, 5, 4), groups=3, axis=1, scale=False)],
    "GroupQueryAttention": [c for c in heads(head_dim=4, num_query_heads=4, num_key_value_heads=2)],
    "Identity": [Case((4,)), Case((3, 4)), Case((3, 4), masked=True)],
    "LSTM": [*recurrent((5, 3), units=4), *with_states(2), Case((5, 3), units=4, recurrent_activation="hard_sigmoid", implementation=1)],
    "LayerNormalization": [Case((4,)), Case((3, 4), axis=(1, 2), epsilon=0.1), Case((3, 4), center=False, scale=False)],
    "LeakyReLU": each({}, {"negative_slope": 0.1}, {"negative_slope": 0.0}, shape=(4,)),
    "Masking": each({}, {"mask_value": 1.0}, {"mask_value": -1.0}, shape=(3, 2)),
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
    "ReversibleEmbedding": [Case((5,), below=7, dtype="int32", input_dim=7, output_dim=3), Case((5,), below=7, dtype="int32", input_dim=7, output_dim=3, tie_weights=False, mask_zero=True), Case((4, 3), input_dim=7, output_dim=3, call={"reverse": True}, logit_soft_cap=2.0)],
    "STFTSpectrogram": [Case((100, 2), mode=m, frame_length=20, frame_step=10) for m in ("log", "magnitude", "psd", "real", "imag", "angle", "stft")] + [Case((100, 2), frame_length=20, fft_length=32, expand_dims=True), Case((2, 100), frame_length=20, data_format="channels_first", padding="same", mode="magnitude")],
    "SeparableConv1D": [*convolutions(1, filters=6)[:3], Case((9, 4), filters=6, kernel_size=3, depth_multiplier=2)],
    "SeparableConv2D": [*convolutions(2, filters=6)[:3], Case((9, 8, 4), filters=6, kernel_size=3, depth_multiplier=2)],
    "SimpleRNN": [*recurrent((5, 3), units=4), *with_states(1)],
    "Softmax": [Case((4,)), Case((3, 4), axis=1), Case((3, 4), axis=(1, 2)), MaskCase((3, 4), argument="mask", mask=(3, 4))],
    "Solarization": random_images({}, {"threshold_factor": 0.5}, {"value_range": (0, 1)}),
    "SpatialDropout1D": each({"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "seed": 1}, shape=(5, 3)),
    "SpatialDropout2D": each({"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "seed": 1}, shape=(5, 4, 3)),
    "SpatialDropout3D": each({"rate": 0.1}, {"rate": 0.5}, {"rate": 0.2, "seed": 1}, shape=(5, 4, 3, 2)),
    "SpectralNormalization": [Case((4,), layer=lambda: L.Dense(3)), Case((5, 6, 3), layer=lambda: L.Conv2D(4, 3)), Case((4,), layer=lambda: L.Dense(3, use_bias=False), power_iterations=2)],
    "Subtract": [Case((4,), (4,), as_list=True), Case((3, 4), (3, 4), as_list=True), Case((3, 1), (1, 4), as_list=True)],
    "TimeDistributed": [Case((5, 3), layer=lambda: L.Dense(4)), Case((4, 6, 5, 3), layer=lambda: L.Conv2D(2, 3)), Case((5, 3), layer=lambda: L.BatchNormalization(), masked=True), Case((None, 3), layer=lambda: L.LayerNormalization())],
    "UnitNormalization": [Case((4,)), Case((3, 4), axis=1), Case((3, 4), axis=(1, 2))],
    "UpSampling1D": each({}, {"size": 3}, {"size": 1}, shape=(4, 3)),
    "UpSampling2D": [Case((4, 3, 2)), Case((4, 3, 2), size=(2, 3), interpolation="bilinear"), Case((2, 4, 3), data_format="channels_first")],
    "UpSampling3D": [Case((3, 4, 2, 2)), Case((3, 4, 2, 2), size=(1, 2, 3)), Case((2, 3, 4, 2), data_format="channels_first")],
    "ZeroPadding1D": around(1, "padding"),
    "ZeroPadding2D": around(2, "padding"),
    "ZeroPadding3D": around(3, "padding"),
}  # fmt: skip
for rank in (1, 2, 3):
    CASES |= {f"AdaptiveAveragePooling{rank}D": adaptive(rank), f"AdaptiveMaxPooling{rank}D": adaptive(rank)}
    CASES |= {f"AveragePooling{rank}D": pools(rank), f"MaxPooling{rank}D": pools(rank)}

# Cells are layers within others: their cases are those of what holds them.
CELLS = {"GRUCell": "RNN", "LSTMCell": "RNN", "SimpleRNNCell": "RNN", "StackedRNNCells": "RNN"}

# What cannot be run without Python: the reason is in the error.
REFUSED = ["FlaxLayer", "JaxLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper"]

# Not layers to save: base classes, and what stands for a model's input.
ABSTRACT = ["Input", "InputLayer", "InputSpec", "Layer", "Wrapper"]

# Not there yet: an unknown class is an error that names it.
UNSUPPORTED = [
    "ContrastLimitedAdaptiveHistogramEqualization",
    "HashedCrossing",
    "Hashing",
    "IntegerLookup",
    "MaxNumBoundingBoxes",
    "StringLookup",
    "TextVectorization",
]
