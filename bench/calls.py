"""One call of every function of `keras.ops`, on small tensors and some on large ones: what the per-op table times.

A call is a function of `keras.ops` and of the tensors in `arrays`. Functions without a line are listed in NOT_TIMED.
"""

from types import SimpleNamespace

import numpy as np


def arrays():
    """The inputs by name, the same for every backend."""
    rng = np.random.default_rng(0)

    def real(*shape):
        return rng.uniform(0.1, 0.9, shape).astype("float32")

    square, wide = real(8, 8), real(256, 256)
    return {
        "x": real(32, 32),
        "y": real(32, 32),
        "v": real(32),
        "w": real(32),
        "i": rng.integers(1, 9, (32, 32)).astype("int32"),
        "j": rng.integers(1, 5, (32, 32)).astype("int32"),
        "n": np.sort(rng.integers(0, 8, 32)).astype("int32"),
        "b": rng.random((32, 32)) < 0.5,
        "three": real(4, 3),
        "m": square,
        "spd": (square @ square.T + 8 * np.eye(8)).astype("float32"),
        "lower": np.tril(square + np.eye(8)).astype("float32"),
        "image": real(1, 16, 16, 4),
        "rgb": real(1, 16, 16, 3),
        "kernel": real(3, 3, 4, 8),
        "kernel_t": real(3, 3, 8, 4),
        "depthwise": real(3, 3, 4, 1),
        "pointwise": real(1, 1, 4, 8),
        "heads": real(1, 16, 4, 8),
        "signal": real(4, 64),
        "big": real(512, 512),
        "big2": real(512, 512),
        "big_image": real(32, 56, 56, 64),
        "big_kernel": real(3, 3, 64, 64),
        "big_square": wide,
        "big_spd": (wide @ wide.T / 256 + np.eye(256)).astype("float32"),
    }


def _unary(names, tensor="x"):
    return {name: lambda ops, t, name=name: getattr(ops, name)(getattr(t, tensor)) for name in names.split()}


def _binary(names, a="x", b="y"):
    return {name: lambda ops, t, name=name: getattr(ops, name)(getattr(t, a), getattr(t, b)) for name in names.split()}


SMALL = {
    **_unary(
        "abs absolute all amax amin angle any arccos arcsin arcsinh arctan arctanh argmax argmin argsort array "
        "average cbrt ceil celu conj conjugate convert_to_numpy convert_to_tensor copy corrcoef cos cosh "
        "count_nonzero cumprod cumsum deg2rad diag diagflat diagonal diff elu empty_like erf erfc erfinv exp exp2 "
        "expm1 fabs flip fliplr flipud floor gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh i0 "
        "isfinite isinf isnan isneginf isposinf isreal leaky_relu log log10 log1p log2 log_sigmoid "
        "log_softmax logsumexp max mean median min nan_to_num nanargmax nanargmin nancumprod nancumsum nanmax "
        "nanmean nanmedian nanmin nanprod nanstd nansum nanvar negative nonzero norm normalize ones_like prod ptp "
        "rad2deg ravel real reciprocal relu relu6 rms_normalization rot90 round rsqrt selu sigmoid sign signbit "
        "silu sin sinc sinh soft_shrink softmax softplus softsign sort sparse_plus sparse_sigmoid sparsemax sqrt "
        "square squareplus squeeze std stop_gradient sum swish tan tanh tanh_shrink trace transpose trapezoid "
        "tril triu trunc unique unstack var zeros_like layer_normalization"
    ),
    **_unary("bitwise_invert bitwise_not", "i"),
    **_unary("logical_not", "b"),
    **_unary("vander", "v"),
    **_unary("bincount", "n"),
    **_unary("det inv lu_factor matrix_rank pinv qr slogdet svd", "m"),
    **_unary("cholesky cholesky_inverse eig eigh logdet", "spd"),
    **_binary(
        "add allclose append arctan2 cdist divide divide_no_nan dot equal floor_divide fmax fmin fmod greater "
        "greater_equal heaviside hypot inner isclose isin less less_equal logaddexp logaddexp2 matmul maximum "
        "minimum mod multiply nextafter not_equal power subtract tensordot true_divide"
    ),
    **_binary("kron outer vdot", "v", "w"),
    **_binary("correlate", "v", "w"),
    **_binary("cross", "three", "three"),
    **_binary("logical_and logical_or logical_xor", "b", "b"),
    **_binary("bitwise_and bitwise_or bitwise_xor gcd lcm", "i", "j"),
    **_binary("bitwise_left_shift bitwise_right_shift left_shift right_shift", "i", "j"),
    **_binary("ldexp", "x", "j"),
    **_binary("lstsq solve", "m", "spd"),
    **_binary("solve_triangular", "lower", "spd"),
    **_binary("segment_max segment_min segment_prod segment_sum", "x", "n"),
    **_binary("digitize searchsorted", "v", "w"),
    "arccosh": lambda ops, t: ops.arccosh(t.i),
    "arange": lambda ops, t: ops.arange(32),
    "argpartition": lambda ops, t: ops.argpartition(t.x, 3),
    "array_split": lambda ops, t: ops.array_split(t.x, 4),
    "average_pool": lambda ops, t: ops.average_pool(t.image, 2),
    "adaptive_average_pool": lambda ops, t: ops.adaptive_average_pool(t.image, 4),
    "adaptive_max_pool": lambda ops, t: ops.adaptive_max_pool(t.image, 4),
    "bartlett": lambda ops, t: ops.bartlett(32),
    "batch_normalization": lambda ops, t: ops.batch_normalization(t.x, t.v, t.w, -1),
    "binary_crossentropy": lambda ops, t: ops.binary_crossentropy(t.x, t.y),
    "blackman": lambda ops, t: ops.blackman(32),
    "broadcast_to": lambda ops, t: ops.broadcast_to(t.v, (32, 32)),
    "cast": lambda ops, t: ops.cast(t.x, "int32"),
    "categorical_crossentropy": lambda ops, t: ops.categorical_crossentropy(t.x, t.y),
    "clip": lambda ops, t: ops.clip(t.x, 0.2, 0.8),
    "concatenate": lambda ops, t: ops.concatenate([t.x, t.y]),
    "conv": lambda ops, t: ops.conv(t.image, t.kernel),
    "conv_transpose": lambda ops, t: ops.conv_transpose(t.image, t.kernel_t, 2),
    "ctc_decode": lambda ops, t: ops.ctc_decode(t.heads[0], np.full(16, 4, "int32")),
    "depth_to_space": lambda ops, t: ops.depth_to_space(t.image, 2),
    "depthwise_conv": lambda ops, t: ops.depthwise_conv(t.image, t.depthwise),
    "dot_product_attention": lambda ops, t: ops.dot_product_attention(t.heads, t.heads, t.heads),
    "dstack": lambda ops, t: ops.dstack([t.x, t.y]),
    "dsplit": lambda ops, t: ops.dsplit(t.rgb[0], 3),
    "einsum": lambda ops, t: ops.einsum("ab,bc->ac", t.x, t.y),
    "expand_dims": lambda ops, t: ops.expand_dims(t.x, 1),
    "extract_sequences": lambda ops, t: ops.extract_sequences(t.signal, 16, 8),
    "eye": lambda ops, t: ops.eye(32),
    "fft": lambda ops, t: ops.fft((t.signal, t.signal)),
    "fft2": lambda ops, t: ops.fft2((t.x, t.y)),
    "full": lambda ops, t: ops.full((32, 32), 2.0),
    "full_like": lambda ops, t: ops.full_like(t.x, 2.0),
    "geomspace": lambda ops, t: ops.geomspace(1.0, 9.0, 32),
    "get_item": lambda ops, t: ops.get_item(t.x, (slice(2, 9), 3)),
    "hamming": lambda ops, t: ops.hamming(32),
    "hanning": lambda ops, t: ops.hanning(32),
    "histogram": lambda ops, t: ops.histogram(t.v),
    "hsplit": lambda ops, t: ops.hsplit(t.x, 4),
    "hstack": lambda ops, t: ops.hstack([t.x, t.y]),
    "identity": lambda ops, t: ops.identity(32),
    "ifft2": lambda ops, t: ops.ifft2((t.x, t.y)),
    "in_top_k": lambda ops, t: ops.in_top_k(t.n, t.x, 3),
    "irfft": lambda ops, t: ops.irfft((t.signal, t.signal)),
    "istft": lambda ops, t: ops.istft(ops.stft(t.signal, 16, 8, 16), 16, 8, 16),
    "kaiser": lambda ops, t: ops.kaiser(32, 2.0),
    "linspace": lambda ops, t: ops.linspace(0.0, 1.0, 32),
    "logspace": lambda ops, t: ops.logspace(0.0, 1.0, 32),
    "max_pool": lambda ops, t: ops.max_pool(t.image, 2),
    "meshgrid": lambda ops, t: ops.meshgrid(t.v, t.w),
    "moments": lambda ops, t: ops.moments(t.x, [0]),
    "moveaxis": lambda ops, t: ops.moveaxis(t.image, 1, 3),
    "multi_hot": lambda ops, t: ops.multi_hot(t.n, 9),
    "nanpercentile": lambda ops, t: ops.nanpercentile(t.x, 30),
    "nanquantile": lambda ops, t: ops.nanquantile(t.x, 0.3),
    "one_hot": lambda ops, t: ops.one_hot(t.n, 9),
    "ones": lambda ops, t: ops.ones((32, 32)),
    "pad": lambda ops, t: ops.pad(t.x, 1),
    "percentile": lambda ops, t: ops.percentile(t.x, 30),
    "psnr": lambda ops, t: ops.psnr(t.x, t.y, 1.0),
    "quantile": lambda ops, t: ops.quantile(t.x, 0.3),
    "rearrange": lambda ops, t: ops.rearrange(t.image, "b h w c -> b (h w) c"),
    "repeat": lambda ops, t: ops.repeat(t.x, 2),
    "reshape": lambda ops, t: ops.reshape(t.x, (64, 16)),
    "rfft": lambda ops, t: ops.rfft(t.signal),
    "roll": lambda ops, t: ops.roll(t.x, 3),
    "saturate_cast": lambda ops, t: ops.saturate_cast(t.x, "int8"),
    "scatter": lambda ops, t: ops.scatter(ops.expand_dims(t.n, -1), t.v, (9,)),
    "scatter_update": lambda ops, t: ops.scatter_update(t.v, ops.expand_dims(t.n, -1), t.w),
    "select": lambda ops, t: ops.select([t.b], [t.x]),
    "separable_conv": lambda ops, t: ops.separable_conv(t.image, t.depthwise, t.pointwise),
    "slice": lambda ops, t: ops.slice(t.x, (2, 3), (8, 8)),
    "slice_update": lambda ops, t: ops.slice_update(t.x, (2, 3), t.m),
    "space_to_depth": lambda ops, t: ops.space_to_depth(t.image, 2),
    "sparse_categorical_crossentropy": lambda ops, t: ops.sparse_categorical_crossentropy(t.n, t.x),
    "split": lambda ops, t: ops.split(t.x, 4),
    "stack": lambda ops, t: ops.stack([t.x, t.y]),
    "stft": lambda ops, t: ops.stft(t.signal, 16, 8, 16),
    "swapaxes": lambda ops, t: ops.swapaxes(t.x, 0, 1),
    "take": lambda ops, t: ops.take(t.x, t.n, 0),
    "take_along_axis": lambda ops, t: ops.take_along_axis(t.x, t.i, 0),
    "threshold": lambda ops, t: ops.threshold(t.x, 0.5, 0.0),
    "tile": lambda ops, t: ops.tile(t.x, 2),
    "top_k": lambda ops, t: ops.top_k(t.x, 3),
    "tri": lambda ops, t: ops.tri(32),
    "unfold": lambda ops, t: ops.unfold(ops.transpose(t.image, (0, 3, 1, 2)), 3),
    "unravel_index": lambda ops, t: ops.unravel_index(t.n, (4, 4)),
    "view": lambda ops, t: ops.view(t.x, "int32"),
    "vsplit": lambda ops, t: ops.vsplit(t.x, 4),
    "vstack": lambda ops, t: ops.vstack([t.x, t.y]),
    "where": lambda ops, t: ops.where(t.b, t.x, t.y),
    "zeros": lambda ops, t: ops.zeros((32, 32)),
    "image.resize": lambda ops, t: ops.image.resize(t.image, (8, 8)),
    "image.rgb_to_hsv": lambda ops, t: ops.image.rgb_to_hsv(t.rgb),
}  # fmt: skip
HEAVY = {
    "matmul 512x512": lambda ops, t: ops.matmul(t.big, t.big2),
    "conv 32x56x56x64": lambda ops, t: ops.conv(t.big_image, t.big_kernel, padding="same"),
    "softmax 512x512": lambda ops, t: ops.softmax(t.big),
    "sort 512x512": lambda ops, t: ops.sort(t.big),
    "fft 512x512": lambda ops, t: ops.fft((t.big, t.big2)),
    "svd 256x256": lambda ops, t: ops.svd(t.big_square),
    "qr 256x256": lambda ops, t: ops.qr(t.big_square),
    "eigh 256x256": lambda ops, t: ops.eigh(t.big_spd),
}
CALLS = SMALL | HEAVY

# Names of `keras.ops` that compute nothing themselves, call a function of the user's, or need tensors of another kind.
NOT_TIMED = (
    "associative_scan cond custom_gradient dtype empty fori_loop imag is_tensor jvp map ndim scan shape size switch "
    "vectorize vectorized_map view_as_complex view_as_real while_loop polar ctc_loss fold"
).split()


def tensors(keras):
    """The inputs as tensors of the backend."""
    return SimpleNamespace(**{name: keras.ops.convert_to_tensor(array) for name, array in arrays().items()})
