"""Arguments of the ops of core and numpy that hang on each other: op -> draw of them, by place and, last, by name in a dict."""

import numpy as np
from domains_shared import along, linalg, pair, same_shapes


def tensor(low=0, high=4, kind="any", dims=(1, 2, 3, 4, 0), **options):
    return lambda d: (d.array(d.shape(low, high, dims), kind, **options),)


def listed(join, low=1, high=3):
    """A list of tensors of equal shapes but for the axis along which they are joined."""

    def draw(d):
        shape = d.shape(low, high)
        axis = d.axis(len(shape) + (join == "stack"))
        xs = []
        for _ in range(d.int(1, 3)):
            s = list(shape)
            if join == "concatenate":
                s[axis] = d.int(0, 3)
            xs.append(d.array(s))
        return (xs, {"axis": axis}) if join in ("concatenate", "stack") else (xs,)

    return draw


def split(axis=None):
    def draw(d):
        least = 1 if axis is None else axis + 1
        shape = list(d.shape(least, max(least, 3), (1, 2, 4)))
        at = d.axis(len(shape)) if axis is None else (axis if axis != 1 or len(shape) > 1 else 0)
        if d.flag():
            parts = sorted(d.int(0, 4) for _ in range(d.int(0, 3)))
        else:
            parts = d.int(1, 3)
            shape[at] *= parts
        return (d.array(shape), parts, {"axis": at} if axis is None else {})

    return draw


def quantiles(d):
    x = d.array(d.shape(1, 3, (1, 2, 3)), "float")
    q = d.pick(0.0, 0.5, 1.0, (0.25, 0.75))
    method = d.pick("linear", "lower", "higher", "nearest", "midpoint")
    return x, q, {"axis": d.pick(None, d.axis(x.ndim)), "method": method, "keepdims": d.flag()}


def percentiles(d):
    x, q, more = quantiles(d)
    return x, (tuple(100 * p for p in q) if isinstance(q, tuple) else 100 * q), more


def matmul_shapes(d):
    batch = d.shape(0, 2)
    n, k, m = d.int(0, 3), d.int(0, 3), d.int(1, 3)
    a = (k,) if d.int(0, 4) == 0 else (*batch, n, k)
    b = (k,) if d.int(0, 4) == 0 else (*d.broadcast(batch), k, m)
    return a, b


def indices_of(d, n, shape, kind="index"):
    return d.array(shape, kind, low=-n, high=n - 1)


def take(d):
    x = d.array(d.shape(1, 3, (1, 2, 3)))
    axis = d.pick(None, d.axis(x.ndim))
    n = x.size if axis is None else x.shape[axis]
    return x, indices_of(d, n, d.shape(0, 2)), {"axis": axis}


def take_along_axis(d):
    x = d.array(d.shape(1, 3, (1, 2, 3)))
    axis = d.axis(x.ndim)
    shape = list(x.shape)
    shape[axis] = d.int(0, 3)
    return x, indices_of(d, x.shape[axis], shape), {"axis": axis}


def scatter(d):
    shape = d.shape(1, 3, (1, 2, 3))
    k, n = d.int(1, len(shape)), d.int(0, 3)
    at = np.array([[d.int(0, shape[i] - 1) for i in range(k)] for _ in range(n)], "int32").reshape(n, k)
    return at, d.array((n, *shape[k:]), "real"), shape


def scatter_update(d):
    at, updates, shape = scatter(d)
    if d.flag():
        return d.array(shape, str(updates.dtype)), at, updates, {"reduction": d.pick("add", "max", "min", "mul")}
    _, first = np.unique(at, axis=0, return_index=True)  # of equal places any may win
    return d.array(shape, str(updates.dtype)), at[first], updates[first]


def part(d):
    x = d.array(d.shape(1, 3))
    start = tuple(d.int(0, n) for n in x.shape)
    return x, start, tuple(d.int(0, n - s) for n, s in zip(x.shape, start, strict=True))


def part_update(d):
    x, start, shape = part(d)
    return x, start, d.array(shape, str(x.dtype))


def get_item(d):
    x = d.array(d.shape(1, 3))
    key = []
    for n in x.shape[: d.int(0, x.ndim)]:
        which = d.int(0, 3)
        if which == 0 and n:
            key.append(d.int(-n, n - 1))
        elif which == 1:
            bound = [d.pick(None, d.int(-5, 5)) for _ in range(2)]
            key.append(slice(*bound, d.pick(None, 1, 2, -1)))
        elif which == 2:
            key.append(None)
        else:
            key.append(slice(None))
    return x, tuple(key)


def polynomials(d):
    return d.array(d.shape(1, 1), "real"), {"N": d.pick(None, 0, 1, 3), "increasing": d.flag()}


def spaced(low, high):
    def draw(d):
        shape = d.shape(0, 2, (1, 2, 3))
        a, b = d.array(shape, "float32", low, high), d.array(d.broadcast(shape), "float32", low, high)
        return a, b, {"num": d.int(1, 5), "endpoint": d.flag(), "dtype": d.pick(None, "float32", "float64")}

    return draw


def padding(d):
    x = d.array(d.shape(1, 3, (2, 3)))
    mode = d.pick("constant", "reflect", "symmetric", "edge")
    more = {"constant_values": d.int(0, 3)} if mode == "constant" and d.flag() else {}
    return x, tuple((d.int(0, 1), d.int(0, 1)) for _ in x.shape), {"mode": mode} | more


def arange(d):
    start, stop = d.int(-3, 3), d.int(-3, 6)
    return d.pick((start,), (start, stop), (start, stop, d.pick(1, 2, -1, 3)), (0.5, 3.0, 0.5))


def einsum(d):
    n = {c: d.int(0, 3) for c in "abcd"}
    inputs, output = d.pick(
        ("ab,bc", "ac"), ("aab", "ab"), ("ab", ""), ("abc,cd", "abd"), ("a,b", "ab"), ("ab,ab", "b"), ("abc", "cab")
    )
    kind = d.pick("float32", "int32", "float64")
    return f"{inputs}->{output}", *(d.array(tuple(n[c] for c in part), kind) for part in inputs.split(","))


def unique(d):
    more = {"return_index": True, "return_inverse": True, "return_counts": True}
    return d.array(d.shape(1, 2), "real"), {k: v for k, v in more.items() if d.flag()}


def select(d):
    shape = d.shape(0, 3)
    n = d.int(1, 3)
    kind = d.dtype()
    return [d.array(shape, "bool") for _ in range(n)], [d.array(shape, kind) for _ in range(n)], d.int(0, 3)


def moved(d):
    x = d.array(d.shape(1, 4))
    source = d.axes(x.ndim)
    return x, source, d.axes(x.ndim, x.ndim)[: len(source)]


def reshape(d):
    shape = d.shape(0, 4, (1, 2, 3))
    new = d.draw(d_permutations(shape))
    if new and d.flag():
        new = (*new[:-1], -1)
    return d.array(shape), new


def d_permutations(shape):
    from hypothesis import strategies as st

    return st.permutations(shape).map(tuple)


def squeeze(d):
    x = d.array(d.shape(0, 4, (1, 1, 2)))
    ones = [i for i, n in enumerate(x.shape) if n == 1]
    return x, {"axis": d.pick(*ones, tuple(ones))}  # None leaves dimensions that are open in a trace


def axis_pair(d):
    x = d.array(d.shape(2, 4))
    a, b = (d.axes(x.ndim, x.ndim))[:2]
    return x, a, b


def diagonal(d):
    x, a, b = axis_pair(d)
    return x, {"offset": d.int(-2, 2), "axis1": a, "axis2": b}


def tensordot(d):
    k, n = d.shape(1, 1)[0], d.int(0, 2)
    kind = d.pick("float32", "int32")
    shared = (k, 2)[:n]
    return d.array((*d.shape(0, 2), *shared), kind), d.array((*shared, *d.shape(0, 2)), kind), {"axes": n}


def roll(d):
    x = d.array(d.shape(1, 3))
    axis = d.pick(None, d.axis(x.ndim))
    return x, d.int(-5, 5), {"axis": axis}


def repeat(d):
    x = d.array(d.shape(1, 3))
    axis = d.pick(None, d.axis(x.ndim))
    n = x.size if axis is None else x.shape[axis]
    return x, d.int(0, 3) if d.flag() else tuple(d.int(0, 2) for _ in range(n)), {"axis": axis}


def cross(d):
    shape = d.shape(0, 2, (1, 2))
    return d.array((*shape, 3)), d.array((*d.broadcast(shape), 3))


def sorted_first(d):
    a, b = d.array(d.shape(1, 1), "float32"), d.array(d.shape(0, 2), "float32")
    return np.sort(a), b


def clip(d):
    x = d.array(d.shape(), "real")
    return x, d.int(0, 1), d.int(1, 3)


def shifts(d):
    shape = d.shape()
    kind = d.dtype("int")
    return d.array(shape, kind), d.array(d.broadcast(shape), kind, 0, 6)


def integers(d):
    shape, kind = d.shape(), d.dtype("int")
    return d.array(shape, kind), d.array(d.broadcast(shape), kind, 1, 6)


def powers(d):
    shape = d.shape()
    return d.array(shape, "real"), d.array(d.broadcast(shape), "real", 0, 3)


def binary_same(d):
    shape = d.shape()
    kind = d.dtype("float")
    return d.array(shape, kind), d.array(d.broadcast(shape), kind)


def full(d):
    return d.shape(), d.array((), "real"), {"dtype": d.pick(None, d.dtype("real"))}


def full_like(d):
    return d.array(d.shape()), d.array((), "real"), {"dtype": d.pick(None, d.dtype("real"))}


def indices_in(d):
    shape = d.shape(1, 3, (1, 2, 3))
    return d.array(d.shape(), "index", 0, int(np.prod(shape)) - 1), shape


def vectors(d):
    return d.array((d.int(1, 4),), "real"), d.array((d.int(1, 4),), "real"), {"mode": d.pick("valid", "same", "full")}


def counted(d):
    x = d.array((d.int(0, 5),), "index", 0, 5)
    return x, {"weights": d.pick(None, d.array(x.shape, "float32")), "minlength": d.int(0, 8)}


def averaged(d):
    x = d.array(d.shape(1, 3, (1, 2, 3)), "float")
    axis = d.axis(x.ndim)
    return x, {"axis": axis, "weights": d.pick(None, d.array((x.shape[axis],), str(x.dtype), 1, 3))}


def trapezoid(d):
    x = d.array(d.shape(1, 3, (1, 2, 3)), "float")
    axis = d.axis(x.ndim)
    return x, {"axis": axis, "dx": d.pick(1.0, 0.5)}


def viewed(d):
    x = d.array(d.shape(1, 3, (1, 2, 4)), "int")
    return x, d.dtype("int")


def broadcast_to(d):
    shape = d.shape()
    return d.array(d.broadcast(shape)), shape


def kth(d):
    """The one place whose number does not hang on the way of sorting the others: an end of two numbers."""
    x = d.distinct(d.shape(1, 3, (1, 2)))
    axis = d.axis(x.ndim)
    return x, d.int(0, x.shape[axis] - 1), {"axis": axis}


def range_bins(d):
    return d.array(d.shape(1, 2, (1, 2, 3)), "float32"), {"bins": d.int(1, 5), "range": d.pick(None, (-1.0, 2.0))}


def turned(d):
    x = d.array(d.shape(2, 4))
    return x, {"k": d.int(-5, 5), "axes": d.axes(x.ndim, x.ndim)[:2]}


def inner_shapes(d):
    k = d.int(0, 3)
    return (*d.shape(0, 2), k), (*d.shape(0, 2), k)


def dot_shapes(d):
    k = d.int(0, 3)
    return (*d.shape(0, 2), k), (k,) if d.flag() else (*d.shape(0, 1), k, d.int(0, 3))


def decided(d):
    x, y = binary_same(d)
    return d.array(x.shape, "bool"), x, y


def meshed(d):
    return *(d.array(d.shape(1, 1)) for _ in range(d.int(1, 3))), {"indexing": d.pick("xy", "ij")}


ONE_AXIS = "argmax argmin nanargmax nanargmin argsort sort cumsum cumprod nancumsum nancumprod"


DOMAINS = {
    "core.scatter": scatter,
    "core.scatter_update": scatter_update,
    "core.slice": part,
    "core.slice_update": part_update,
    "core.unstack": along(),
    "numpy.slogdet": linalg(),
    "numpy.arange": arange,
    "numpy.argpartition": kth,
    "numpy.array_split": split(),
    "numpy.split": split(),
    "numpy.hsplit": split(1),
    "numpy.vsplit": split(0),
    "numpy.dsplit": split(2),
    "numpy.append": lambda d: (d.array(d.shape()), d.array(d.shape())),
    "numpy.average": averaged,
    "numpy.bincount": counted,
    **{f"numpy.{name}": lambda d: (d.int(0, 7),) for name in "bartlett blackman hamming hanning".split()},
    "numpy.kaiser": lambda d: (d.int(0, 7), d.pick(0.0, 2.0, 8.0)),
    **{f"numpy.bitwise_{name}": integers for name in ("and", "or", "xor")},
    **{f"numpy.{name}": tensor(kind="int") for name in ("bitwise_not", "bitwise_invert")},
    **{f"numpy.{name}": shifts for name in "bitwise_left_shift bitwise_right_shift left_shift right_shift".split()},
    **{f"numpy.{name}": integers for name in ("gcd", "lcm")},
    **{f"numpy.{name}": integers for name in ("mod", "fmod", "floor_divide")},
    "numpy.ldexp": lambda d: (d.array(s := d.shape(), "float"), d.array(d.broadcast(s), "int32")),
    "numpy.power": powers,
    "numpy.broadcast_to": broadcast_to,
    "numpy.clip": clip,
    "numpy.concatenate": listed("concatenate"),
    "numpy.stack": listed("stack", 0),
    **{f"numpy.{name}": listed("same") for name in ("dstack", "hstack", "vstack")},
    "numpy.corrcoef": tensor(2, 2, "float32", (2, 3, 4)),
    "numpy.correlate": vectors,
    "numpy.cross": cross,
    **{f"numpy.{name}": along(low=1) for name in ONE_AXIS.split()},
    "numpy.diag": lambda d: (d.array(d.shape(1, 2)), {"k": d.int(-2, 2)}),
    "numpy.diagonal": diagonal,
    "numpy.trace": diagonal,
    "numpy.diff": lambda d: (d.array(d.shape(1, 3), "real"), {"n": d.int(0, 3), "axis": -1}),
    "numpy.digitize": lambda d: (d.array(d.shape(), "float32"), np.unique(d.array((3,), "float32"))),
    "numpy.searchsorted": sorted_first,
    "numpy.dot": pair(dot_shapes),
    "numpy.inner": pair(inner_shapes),
    "numpy.vdot": pair(same_shapes),
    "numpy.matmul": pair(matmul_shapes),
    "numpy.tensordot": tensordot,
    "numpy.einsum": einsum,
    "numpy.expand_dims": lambda d: (d.array(s := d.shape(0, 3)), d.axis(len(s) + 1)),
    "numpy.fliplr": tensor(2),
    "numpy.flipud": tensor(1),
    "numpy.full": full,
    "numpy.full_like": full_like,
    "numpy.geomspace": spaced(1, 4),
    "numpy.linspace": spaced(-3, 3),
    "numpy.logspace": spaced(-1, 1),
    "numpy.get_item": get_item,
    "numpy.histogram": range_bins,
    "numpy.isin": lambda d: (d.array(d.shape(), "real"), d.array(d.shape(), "real"), {"invert": d.flag()}),
    **{f"numpy.{name}": along(kind="real", dims=(1, 2, 3)) for name in ("median", "nanmedian")},
    "numpy.meshgrid": meshed,
    "numpy.moveaxis": moved,
    "numpy.nextafter": binary_same,
    "numpy.nan_to_num": lambda d: (
        d.array(d.shape(), special=True),
        {"nan": d.pick(0.0, 2.0), "posinf": d.pick(None, 5.0)},
    ),
    "numpy.nonzero": tensor(1),
    "numpy.pad": padding,
    **{f"numpy.{name}": percentiles for name in ("percentile", "nanpercentile")},
    **{f"numpy.{name}": quantiles for name in ("quantile", "nanquantile")},
    "numpy.repeat": repeat,
    "numpy.reshape": reshape,
    "numpy.roll": roll,
    "numpy.rot90": turned,
    "numpy.round": lambda d: (d.array(d.shape()), {"decimals": d.int(-1, 2)}),
    "numpy.select": select,
    "numpy.squeeze": squeeze,
    "numpy.swapaxes": axis_pair,
    "numpy.take": take,
    "numpy.take_along_axis": take_along_axis,
    "numpy.tile": lambda d: (d.array(d.shape()), d.pick(d.int(0, 3), d.shape(1, 3))),
    "numpy.transpose": lambda d: (d.array(s := d.shape()), {"axes": d.pick(None, d.axes(len(s), len(s)))}),
    "numpy.trapezoid": trapezoid,
    "numpy.tril": lambda d: (d.array(d.shape(2)), {"k": d.int(-3, 3)}),
    "numpy.triu": lambda d: (d.array(d.shape(2)), {"k": d.int(-3, 3)}),
    "numpy.unique": unique,
    "numpy.unravel_index": indices_in,
    "numpy.vander": polynomials,
    "numpy.view": viewed,
    "numpy.where": decided,
}
