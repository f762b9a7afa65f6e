"""Every op as a function on Tensors and arrays, without Keras's dispatch in between.

Names, arguments and dtypes are those of Keras's backends. Derived from the registry in C++; `ops.pyi` has the types.
"""

from keravino._native import ops as _families

for _functions in _families.values():
    globals().update(_functions)
__all__ = sorted({name for _functions in _families.values() for name in _functions})
