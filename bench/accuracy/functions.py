"""The functions whose error is measured: one row for each, with its exact value and where it is hard to compute.

A registered function without a row is an error (discover.py), except where the result has no rounding.
"""

from dataclasses import dataclass, field

import mpmath as mp
import numpy as np

FAR = 1e6  # beyond, a function that has a limit is at it

INF = np.inf


@dataclass(frozen=True)
class Function:
    """A registered op on float32 tensors, element by element.

    exact: the same of mpmath's numbers, NaN outside the domain.
    near: numbers around which points lie dense. spans: intervals with evenly spread points.
    pairs: makes second operands from a random generator and the first ones.
    cancels: the number, of the operands, that may cancel almost all of the result; the unit of the error is then never
    below its own, as what its own rounding brings in cannot be got out again.
    limits: the values at minus infinity and infinity where neither NumPy nor SciPy has the function (NaN of inf / inf
    or 0 inf, as all backends have it); () where these are not compared.
    zero_sign: whether the sign of a zero is NumPy's.
    kwargs: further arguments. bar: the largest error in ulp that the tests allow, interpreted and compiled.
    """

    op: str
    exact: object
    near: tuple = (0.0,)
    spans: tuple = ((-10, 10), (-110, 110))
    pairs: object = None
    cancels: object = None
    limits: tuple | None = None
    kwargs: dict = field(default_factory=dict)
    zero_sign: bool = True
    bar: float = 4.0

    @property
    def name(self):
        """The function's name in keras.ops, with its further arguments."""
        extra = ", ".join(f"{key}={value}" for key, value in self.kwargs.items())
        return self.op.split(".")[1] + (f" ({extra})" if extra else "")

    def call(self, ops, *operands):
        """The function of the module keras.ops on tensors."""
        return getattr(ops, self.op.split(".")[1])(*operands, **self.kwargs)


def within(low, high, f):
    """f, which is NaN outside of [low, high]."""
    return lambda x: f(x) if low <= x <= high else mp.nan


def odd(f):
    """An odd function from its positive half."""
    return lambda x: f(x) if x >= 0 else -f(-x)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x > -FAR else mp.mpf(0)


def softplus(x):
    return x if x > FAR else mp.log1p(mp.exp(x)) if x > -FAR else mp.mpf(0)


def sinc(x):
    return mp.mpf(1) if x == 0 else mp.sinpi(x) / (mp.pi * x)


def elu(x):
    return x if x > 0 else mp.expm1(x)


def selu(x):
    return mp.mpf("1.0507009873554804934193349852946") * (
        x if x > 0 else mp.mpf("1.6732632423543772848170429916717") * mp.expm1(x)
    )


def gelu(x):
    return x if x > FAR else mp.mpf(0) if x < -FAR else x * mp.erfc(-x / mp.sqrt(2)) / 2


def gelu_tanh(x):
    inner = mp.sqrt(8 / mp.pi) * (x + mp.mpf("0.044715") * x**3)
    return x * sigmoid(inner)


def relu6(x):
    return min(max(x, 0), 6)


def i0(x):
    return mp.besseli(0, x) if abs(x) < 1000 else mp.inf


def erfinv(x):
    from scipy.special import erfinv as double  # right to some 1e-16, where mpmath would search for each root

    return mp.mpf(float(double(float(x))))


def erfc(x):
    return mp.erfc(x) if abs(x) < FAR else mp.mpf(0 if x > 0 else 2)


def erf(x):
    return mp.erf(x) if abs(x) < FAR else mp.sign(x)


def logarithm(base):
    return lambda x: mp.log(x, base) if x > 0 else -mp.inf if x == 0 else mp.nan


def logadd(base):
    def exact(a, b):
        high, distance = max(a, b), -abs(a - b)
        return high + (mp.log1p(mp.mpf(base) ** distance) / mp.log(base) if distance > -FAR else 0)

    return exact


def power(x, y):
    if x == 0:
        return mp.mpf(1) if y == 0 else mp.mpf(0) if y > 0 else mp.nan
    if abs(y * mp.log(abs(x), 2)) > FAR:
        return mp.nan  # far beyond either end of the range
    if x < 0:
        return mp.nan if y != mp.floor(y) else mp.power(-x, y) * (-1 if int(y) % 2 else 1)
    return mp.power(x, y)


def floored(a, b):
    return mp.floor(a / b) if b != 0 else mp.nan


def floor_mod(a, b):
    return a - mp.floor(a / b) * b if b != 0 else mp.nan


def truncated_mod(a, b):
    return a - mp.sign(a / b) * mp.floor(abs(a / b)) * b if b != 0 else mp.nan


def trunc(x):
    return mp.sign(x) * mp.floor(abs(x))


def cross_entropy(target, output):
    if not 0 <= target <= 1:
        return mp.nan
    low, high = (mp.mpf(float(np.float32(p))) for p in (1e-7, 1 - 1e-7))
    clipped = min(max(output, low), high)
    return -(target * mp.log(clipped) + (1 - target) * mp.log1p(-clipped))


# Second operands. Each makes them from the first ones, so that hard pairs come up.


def anything(rng, x):
    """Numbers of any size beside numbers of like size."""
    far = np.ldexp(rng.uniform(1, 2, x.size), rng.integers(-126, 127, x.size)) * rng.choice([-1, 1], x.size)
    near = x * np.exp2(rng.uniform(-3, 3, x.size)) * rng.choice([-1, 1], x.size)
    return np.where(rng.random(x.size) < 0.5, far, near)


def moderate(rng, x):
    """Divisors for which the quotient is below 2**22, whose floor and remainder float32 can say."""
    return x * np.exp2(rng.uniform(-22, 10, x.size)) * rng.choice([-1, 1], x.size)


def beside(rng, x):
    """Numbers up to 20 away, and a few farther."""
    return x + rng.uniform(-20, 20, x.size) * rng.choice([0.01, 1, 10], x.size)


def exponents(rng, x):
    """Exponents for which the power is in float32's range; whole ones for a negative base."""
    with np.errstate(all="ignore"):
        y = rng.uniform(-148, 127.99, x.size) / np.log2(np.abs(x))
    y = np.where(np.isfinite(y) & (np.abs(y) < 1e30), y, rng.uniform(-5, 5, x.size))
    return np.where(x < 0, np.round(y), y)


def probabilities(rng, x):
    return rng.uniform(0, 1, x.size)


PI = np.pi
QUARTERS = (PI / 4, PI / 2, PI, 3 * PI / 2, 2 * PI, 100 * PI, -PI / 2, -PI)
WHOLE = (0.0, 0.5, 1.0, 1.5, 2.5, -0.5, -1.0, -1.5, 2.0**22, 2.0**23, -(2.0**23))
LINES = (0.0, 0.5, 1.0, 3.0, 6.0, -0.5, -1.0, -3.0)
TINIEST = -87.336544  # log of the smallest normal number
LARGEST = 88.72284  # log of the largest number

FUNCTIONS = [
    Function("numpy.exp", mp.exp, (0.0, TINIEST, LARGEST, 88.0, 0.34657)),
    Function("numpy.exp2", lambda x: mp.mpf(2) ** x, (0.0, -126.0, 128.0, 0.5, 1.0), ((-3, 3), (-128, 129))),
    Function("numpy.expm1", mp.expm1, (0.0, LARGEST, 88.0, -17.3, 0.34657, -0.34657)),
    Function("numpy.log", logarithm(mp.e), (0.0, 1.0, 0.70710678, 1.41421356), ((0, 2), (0, 100))),
    Function("numpy.log2", logarithm(2), (0.0, 1.0, 0.70710678, 1.41421356, 2.0), ((0, 2), (0, 100))),
    Function("numpy.log10", logarithm(10), (0.0, 1.0, 10.0, 0.70710678, 1.41421356), ((0, 2), (0, 100))),
    Function("numpy.log1p", lambda x: mp.log1p(x) if x > -1 else mp.nan, (0.0, -1.0, 1.0, -0.5), ((-1, 1), (-1, 100))),
    Function("numpy.logaddexp", logadd(mp.e), (0.0, -0.6931472), pairs=beside, cancels=np.maximum),
    Function("numpy.logaddexp2", logadd(2), (0.0, -1.0), pairs=beside, cancels=np.maximum),
    Function("math.erf", erf, (0.0, 0.84375, 1.0, 1.25, 3.9, -1.0), ((-1, 1), (-5, 5))),
    Function("math.erfc", erfc, (0.0, 0.5, 1.0, 9.19, 10.05), ((-1, 1), (-5, 5), (0, 11))),
    Function("math.erfinv", within(-1, 1, erfinv), (0.0, 1.0, -1.0, 0.5), ((-1, 1),), zero_sign=False),
    Function("numpy.i0", i0, (0.0, 3.75, 8.0, 25.0, 91.9), ((-10, 10), (-92, 92)), limits=(INF, INF)),
    Function("numpy.sqrt", within(0, INF, mp.sqrt), (0.0, 1.0)),
    Function("math.rsqrt", lambda x: 1 / mp.sqrt(x) if x > 0 else mp.nan, (0.0, 1.0), limits=(np.nan, 0.0)),
    Function("numpy.cbrt", odd(mp.cbrt), (0.0, 1.0, 8.0)),
    Function("numpy.reciprocal", lambda x: 1 / x if x else mp.nan, (0.0, 1.0)),
    Function("numpy.square", lambda x: x * x, (0.0, 1.0)),
    Function("numpy.deg2rad", mp.radians, (0.0, 180.0)),
    Function("numpy.rad2deg", mp.degrees, (0.0, PI)),
    Function("numpy.sin", mp.sin, (0.0, *QUARTERS)),
    Function("numpy.cos", mp.cos, (0.0, *QUARTERS)),
    Function("numpy.tan", mp.tan, (0.0, *QUARTERS)),
    Function("numpy.arcsin", within(-1, 1, mp.asin), (0.0, 0.5, 1.0, -0.5, -1.0), ((-1, 1),)),
    Function("numpy.arccos", within(-1, 1, mp.acos), (0.0, 0.5, 1.0, -0.5, -1.0), ((-1, 1),)),
    Function("numpy.arctan", mp.atan, (0.0, 1.0, 0.41421356, 2.41421356, -1.0)),
    Function("numpy.sinh", mp.sinh, (0.0, 1.0, LARGEST, 89.41599)),
    Function("numpy.cosh", mp.cosh, (0.0, 1.0, LARGEST, 89.41599)),
    Function("numpy.tanh", mp.tanh, (0.0, 0.55, 1.0, 9.0, -0.55)),
    Function("numpy.arcsinh", odd(mp.asinh), (0.0, 1.0, -1.0)),
    Function("numpy.arccosh", within(1, INF, mp.acosh), (1.0, 2.0), ((1, 3), (1, 100))),
    Function("numpy.arctanh", lambda x: mp.atanh(x) if abs(x) < 1 else mp.nan, (0.0, 0.5, 1.0, -1.0), ((-1, 1),)),
    Function("numpy.sinc", sinc, (0.0, 0.5, 1.0, 2.0, -1.0, 50.0), limits=(np.nan, np.nan)),
    Function("numpy.hypot", mp.hypot, pairs=anything),
    Function("numpy.arctan2", mp.atan2, pairs=anything),
    Function("numpy.power", power, (0.0, 1.0, -1.0), pairs=exponents),
    Function("numpy.add", lambda a, b: a + b, pairs=anything),
    Function("numpy.subtract", lambda a, b: a - b, pairs=anything),
    Function("numpy.multiply", lambda a, b: a * b, pairs=anything),
    Function("numpy.divide", lambda a, b: a / b if b else mp.nan, pairs=anything),
    Function("numpy.divide_no_nan", lambda a, b: a / b if b else mp.mpf(0), pairs=anything, limits=()),
    Function("numpy.floor_divide", floored, pairs=moderate, zero_sign=False),
    Function("numpy.mod", floor_mod, pairs=moderate, zero_sign=False),
    Function("numpy.fmod", truncated_mod, pairs=moderate),
    Function("nn.sigmoid", sigmoid, (0.0, TINIEST, -LARGEST, 17.0), limits=(0.0, 1.0)),
    Function("nn.softplus", softplus, (0.0, TINIEST, 17.0, -17.0, 88.0), limits=(0.0, INF)),
    Function("nn.log_sigmoid", lambda x: -softplus(-x), (0.0, -TINIEST, 17.0, -17.0), limits=(-INF, -0.0)),
    Function("nn.silu", lambda x: x * sigmoid(x), (0.0, -LARGEST, -17.0), limits=(-0.0, INF)),
    Function("nn.gelu", gelu, (0.0, 1.0, -1.0, -5.0, -13.0), limits=(-0.0, INF), kwargs={"approximate": False}),
    Function("nn.gelu", gelu_tanh, (0.0, 1.0, -1.0, -5.0, -10.0), limits=(-0.0, INF), kwargs={"approximate": True}),
    Function("nn.elu", elu, (0.0, -0.34657, -17.3), limits=(-1.0, INF)),
    Function("nn.selu", selu, (0.0, -0.34657, -17.3), limits=(-1.7580993408473766, INF)),
    Function("nn.celu", elu, (0.0, -0.34657, -17.3), limits=(-1.0, INF)),
    Function("nn.tanh_shrink", lambda x: x - mp.tanh(x), (0.0, 0.55, 1.0), limits=(-INF, INF)),
    Function("nn.softsign", lambda x: x / (1 + abs(x)), (0.0, 1.0), limits=(np.nan, np.nan)),
    Function("nn.squareplus", lambda x: (x + mp.hypot(x, 2)) / 2, (0.0, 2.0, -2.0), limits=(0.0, INF)),
    Function("nn.sparse_plus", lambda x: x if x >= 1 else max(x + 1, 0) ** 2 / 4, LINES, limits=(0.0, INF)),
    Function("nn.sparse_sigmoid", lambda x: min(max((x + 1) / 2, 0), 1), LINES, limits=(0.0, 1.0)),
    Function("nn.hard_sigmoid", lambda x: relu6(x + 3) / 6, LINES, limits=(0.0, 1.0)),
    Function("nn.hard_silu", lambda x: x * relu6(x + 3) / 6, LINES, limits=(np.nan, INF)),
    Function("nn.leaky_relu", lambda x: x if x > 0 else x * mp.mpf("0.2"), LINES, limits=(-INF, INF)),
    Function(
        "nn.soft_shrink", lambda x: mp.sign(x) * max(abs(x) - mp.mpf("0.5"), 0), LINES, limits=(-INF, INF)
    ),
    Function("nn.binary_crossentropy", cross_entropy, (0.0, 1.0, 0.5), ((0, 1),), pairs=probabilities, limits=()),
]  # fmt: skip

# Functions whose result has no rounding: the tests compare it exactly.
EXACT = (
    "numpy.abs numpy.absolute numpy.angle numpy.fabs numpy.floor numpy.negative numpy.nextafter numpy.round numpy.sign"
).split()

# Names of one function.
ALIASES = {"numpy.true_divide": "numpy.divide", "nn.tanh": "numpy.tanh"}
