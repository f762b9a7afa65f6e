"""The same of the ops of nn and image."""

import numpy as np
from domains_shared import along, pair, same_shapes, seed

FORMAT = ("channels_last", "channels_first")


def images(d, rank=4, kind="float32", channels=(1, 2, 3), size=(4, 5, 6)):
    form = d.pick(*FORMAT)
    space = tuple(d.pick(*size) for _ in range(2))
    c = d.pick(*channels)
    shape = (*space, c) if form == "channels_last" else (c, *space)
    return d.array((d.int(1, 2), *shape) if rank == 4 else shape, kind), form


def pooling(d):
    spatial = d.int(1, 3)
    form = d.pick(*FORMAT)
    space = tuple(d.int(3, 6) for _ in range(spatial))
    shape = (d.int(1, 2), *space, 2) if form == "channels_last" else (d.int(1, 2), 2, *space)
    size = d.int(1, 3) if d.flag() else tuple(d.int(1, 3) for _ in range(spatial))
    strides = d.pick(None, 1, 2)
    return d.array(shape, "float"), size, {"strides": strides, "padding": d.pick("valid", "same"), "data_format": form}


def adaptive(d):
    spatial = d.int(1, 3)
    form = d.pick(*FORMAT)
    space = tuple(d.int(2, 6) for _ in range(spatial))
    shape = (2, *space, 2) if form == "channels_last" else (2, 2, *space)
    return d.array(shape, "float"), tuple(d.int(1, n) for n in space), {"data_format": form}


def convolution(kind):
    def draw(d):
        spatial = d.int(1, 2)
        form = d.pick(*FORMAT)
        size = tuple(d.int(1, 3) for _ in range(spatial))
        space, c = tuple(d.int(5, 7) for _ in range(spatial)), d.pick(1, 2)
        x = d.array((d.int(1, 2), *space, c) if form == "channels_last" else (d.int(1, 2), c, *space), "float32")
        wide = d.flag()  # strides and dilation are not both wide
        more = {"strides": d.int(1, 2) if wide else 1, "dilation_rate": 1 if wide else d.int(1, 2)}
        more |= {"padding": d.pick("valid", "same"), "data_format": form}
        if kind == "transpose":
            return x, d.array((*size, d.int(1, 3), c), "float32"), more
        kernel = d.array((*size, c, d.int(1, 3)), "float32")
        if kind == "separable":
            points = d.array((*(1 for _ in size), c * kernel.shape[-1], 2), "float32")
            return x, kernel, points, more
        return x, kernel, more

    return draw


def transform(d):
    x, form = images(d, d.pick(3, 4))
    t = np.array([1.23, 0.13, d.int(-2, 2) + 0.1, -0.21, 0.77, d.int(-2, 2) + 0.1, 0, 0], "float32")
    t = t if x.ndim == 3 else np.tile(t, (x.shape[0], 1))
    fill = d.pick("constant", "nearest", "wrap", "mirror", "reflect")
    return x, t, {"interpolation": d.pick("nearest", "bilinear"), "fill_mode": fill, "data_format": form}


def corners(d):
    start = np.array([[[0, 0], [6, 0], [0, 5], [6, 5]]], "float32")
    end = start + np.array([[d.pick(0.23, -0.41, 0.13), d.pick(0.37, 0.19)] for _ in range(4)], "float32")
    return start, end.astype("float32")


def perspective(d):
    x, form = images(d)
    start, end = (np.tile(c, (x.shape[0], 1, 1)) for c in corners(d))
    return x, start, end, {"interpolation": d.pick("nearest", "bilinear"), "data_format": form}


def resize(d):
    x, form = images(d, d.pick(3, 4), kind="float32")
    how = d.pick({}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True})
    return x, (d.int(1, 8), d.int(1, 8)), how | {"interpolation": d.pick("nearest", "bilinear"), "data_format": form}


def of_images(d):
    x, form = images(d, d.pick(3, 4))
    return x, {"data_format": form}


def colours(d):
    x, form = images(d, d.pick(3, 4), channels=(3,))
    return np.abs(x) / 4, {"data_format": form}


def blur(d):
    x, form = images(d, d.pick(3, 4), kind="float32")
    return x, d.pick((3, 3), (1, 3), (2, 5)), d.pick((1.0, 1.0), (0.5, 2.0)), {"data_format": form}


def coordinates(d):
    x = d.array(d.shape(1, 3, (2, 3, 4)), "float32")
    fill = d.pick("constant", "nearest", "wrap", "mirror", "reflect")
    return (
        x,
        d.array((x.ndim, *d.shape(1, 2, (1, 2, 3))), "float32", 0, 3) + np.float32(0.1),
        d.pick(0, 1),
        {"fill_mode": fill},
    )


def scaled(d):
    x = d.array((4, 5, 2), "float32")
    scale, shift = np.array([1.25, 0.75], "float32"), np.array([0.5, d.int(-1, 1)], "float32")
    method = d.pick("linear", "cubic", "lanczos3", "lanczos5")
    return x, (d.int(2, 6), 5, 2), scale, shift, (0, 1), method, {"antialias": d.flag()}


def elastic(d):
    x, form = images(d)
    return x, {"seed": seed(d), "data_format": form, "interpolation": d.pick("nearest", "bilinear")}


def normalization(d):
    x = d.array(d.shape(1, 4, (1, 2, 3)), "float")
    axis = d.axis(x.ndim)
    n = (x.shape[axis],)
    numbers = [np.abs(d.array(n, str(x.dtype))) for _ in range(4)]
    return x, numbers[0], numbers[1], axis, {"offset": d.pick(None, numbers[2]), "scale": d.pick(None, numbers[3])}


def attention(d):
    b, t, s, n, h = (d.int(1, 3) for _ in range(5))
    kind = d.pick("float32", "float16", "float64")
    q, k, v = d.array((b, t, n, h), kind), d.array((b, s, n, h), kind), d.array((b, s, n, h), kind)
    mask = np.ones((b, n, t, s), bool)
    mask[..., 1:] = d.flag()
    return q, k, v, {"mask": d.pick(None, mask), "scale": d.pick(None, 0.5)}


def distribution(d, shape, kind="float32"):
    return (np.abs(d.array(shape, kind)) + 0.25) / 4


def crossentropy(d):
    shape = d.shape(1, 3, (1, 2, 3))
    y = distribution(d, shape)
    return distribution(d, shape), (y / y.sum(-1, keepdims=True)).astype("float32"), {"from_logits": d.flag()}


def sparse_crossentropy(d):
    _, y, more = crossentropy(d)
    return d.array(y.shape[:-1], "int32", 0, y.shape[-1] - 1), y, more


def ctc(d):
    b, t, c = d.int(1, 2), d.int(4, 6), d.int(3, 4)
    target = d.array((b, 2), "int32", 1, c - 1)
    lengths = np.array([d.int(1, 2) for _ in range(b)], "int32")
    return target, d.distinct((b, t, c)) / 7, lengths, np.full(b, t, "int32")


def decode(d):
    _, output, _, lengths = ctc(d)
    strategy = d.pick("greedy", "beam_search")
    return output, lengths, {"strategy": strategy, "beam_width": 4, "mask_index": 0, "merge_repeated": d.flag()}


def to_space(d):
    form, b, c = d.pick(*FORMAT), d.int(1, 3), d.int(1, 2)
    space = (d.int(1, 3), d.int(1, 3))
    shape = (2, *space, c * b * b) if form == "channels_last" else (2, c * b * b, *space)
    return d.array(shape, "float"), b, {"data_format": form}


def from_space(d):
    form, b, c = d.pick(*FORMAT), d.int(1, 3), d.int(1, 2)
    space = (b * d.int(1, 3), b * d.int(1, 3))
    return d.array((2, *space, c) if form == "channels_last" else (2, c, *space), "float"), b, {"data_format": form}


def unfold(d):
    more = {"dilation": d.int(1, 2), "padding": d.int(0, 2), "stride": d.int(1, 2)}
    return d.array((d.int(1, 2), d.int(1, 3), d.int(4, 6), d.int(4, 6)), "float32"), d.int(1, 2), more


def fold(d):
    k, n, s = d.int(1, 2), d.int(3, 4), d.int(1, 2)
    count = ((n - k) // s + 1) ** 2
    return d.array((2, k * k * d.int(1, 2), count), "float32"), (n, n), (k, k), {"stride": s}


def hot(d):
    x = d.array(d.shape(1, 3), "int", -1, 4)
    return x, d.int(1, 5), {"axis": d.pick(-1, 0), "dtype": d.dtype("real")}


def gated(d):
    x = d.array(d.shape(1, 3, (2, 4)), "float")
    return x, {"axis": d.axis(x.ndim)}


DOMAINS = {
    "image.affine_transform": transform,
    "image.compute_homography_matrix": corners,
    "image.elastic_transform": elastic,
    "image.gaussian_blur": blur,
    "image.hsv_to_rgb": colours,
    "image.map_coordinates": coordinates,
    "image.perspective_transform": perspective,
    "image.resize": resize,
    "image.rgb_to_grayscale": colours,
    "image.rgb_to_hsv": colours,
    "image.scale_and_translate": scaled,
    "image.sobel_edges": of_images,
    "nn.adaptive_average_pool": adaptive,
    "nn.adaptive_max_pool": adaptive,
    "nn.average_pool": pooling,
    "nn.max_pool": pooling,
    "nn.batch_normalization": normalization,
    "nn.binary_crossentropy": crossentropy,
    "nn.categorical_crossentropy": crossentropy,
    "nn.sparse_categorical_crossentropy": sparse_crossentropy,
    "nn.conv": convolution("plain"),
    "nn.conv_transpose": convolution("transpose"),
    "nn.depthwise_conv": convolution("depthwise"),
    "nn.separable_conv": convolution("separable"),
    "nn.ctc_decode": decode,
    "nn.ctc_loss": ctc,
    "nn.depth_to_space": to_space,
    "nn.space_to_depth": from_space,
    "nn.dot_product_attention": attention,
    "nn.fold": fold,
    "nn.unfold": unfold,
    "nn.glu": gated,
    "nn.log_softmax": along(kind="float"),
    "nn.softmax": along(kind="float"),
    "nn.sparsemax": along(kind="float"),
    "nn.moments": lambda d: (d.array((2, 3, 1), "float"), d.axes(3), {"keepdims": d.flag()}),
    "nn.multi_hot": hot,
    "nn.one_hot": hot,
    "nn.polar": pair(same_shapes, "float32"),
    "nn.psnr": lambda d: (*pair(same_shapes, "float32")(d), 2.0),
}
