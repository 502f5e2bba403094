"""How a class of many arrays reaches compiled loops as one argument.

numba takes a named tuple apart wherever it is handed over: forty arrays cost 20 microseconds at every call from Python and half a second of
compiling in every kernel that has them. An instance of a class made by `by_address` is handed over as the address of a table that tells
where its arrays lie; kernels read its fields by name, as Python does.
"""

from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform, get_args, get_type_hints

import numpy as np
from numba import from_dtype, types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, models, register_model, unbox
from numba.np.arrayobj import populate_array
from numpy.typing import NDArray

from .compiled import kernel

Class = TypeVar("Class")
WORDS = 2  # of the table for each array: its address and its length


class ByAddress(types.Type):
    """The type that kernels see: names of fields, each a one-dimensional array or a named tuple of such."""

    def __init__(self, name: str, fields: dict[str, types.Type]) -> None:
        self.fields = fields
        super().__init__(name)


@dataclass_transform(frozen_default=True)
def by_address(plain: type[Class]) -> type[Class]:
    """Make a class a frozen dataclass that kernels can read; its fields are annotated as arrays (n,) or as named tuples of such.

    Kernels may read the arrays while the instance lives, and must not return them. TypeError, when an instance is made, for an array of
    another type, for one with gaps or for several dimensions.
    """
    kinds = {name: _type_of(hint) for name, hint in get_type_hints(plain).items()}
    columns = [(name, np.dtype(str(part.dtype))) for name, kind in kinds.items() for part in _parts(kind)]

    def lay_out(self: Any) -> None:
        """Write the table; it lives as long as the instance, which keeps the arrays."""
        arrays: list[NDArray[Any]] = []
        for name, kind in kinds.items():
            value = getattr(self, name)
            arrays.extend(value) if isinstance(kind, types.BaseTuple) else arrays.append(value)
        words = []
        for (name, dtype), array in zip(columns, arrays, strict=True):
            if array.dtype != dtype or array.ndim != 1 or not array.flags.c_contiguous:
                raise TypeError(f"{name} must be a contiguous array (n,) of {dtype}, not {array.dtype} {array.shape}.")
            words += [_address_of(array), len(array)]
        self.__dict__["table"] = table = np.array(words, np.int64)
        self.__dict__["address"] = _address_of(table)

    plain._numba_type_ = ByAddress(plain.__name__, kinds)  # type: ignore[attr-defined]
    plain.__post_init__ = lay_out  # type: ignore[attr-defined]
    return dataclass(frozen=True, eq=False)(plain)


@kernel
def _address_of(array: NDArray[Any]) -> int:
    """Five times as fast as numpy tells it."""
    return int(array.ctypes.data)


def _type_of(hint: Any) -> types.Type:
    """Of `NDArray[np.float64]`, or of a class of typing.NamedTuple."""
    if hasattr(hint, "_fields"):
        return types.NamedTuple([_type_of(kind) for kind in get_type_hints(hint).values()], hint)
    (scalar,) = get_args(get_args(hint)[1])
    return types.Array(from_dtype(np.dtype(scalar)), 1, "C")


def _parts(kind: Any) -> "tuple[types.Array[Any], ...]":
    """The arrays of a field."""
    return tuple(kind) if isinstance(kind, types.NamedTuple | types.NamedUniTuple) else (kind,)


register_model(ByAddress)(models.OpaqueModel)


@unbox(ByAddress)
def _unbox(kind: ByAddress, instance: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(instance, "address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = ByAddress

    def generic_resolve(self, kind: ByAddress, name: str) -> Any:  # type: ignore[override]
        return kind.fields.get(name)


@lower_getattr_generic(ByAddress)
def _field(context: Any, builder: Any, kind: ByAddress, address: Any, name: str) -> Any:
    table = builder.bitcast(address, cgutils.intp_t.as_pointer())
    names = list(kind.fields)
    place = WORDS * sum(len(_parts(kind.fields[before])) for before in names[: names.index(name)])
    field = kind.fields[name]
    arrays = [_array(context, builder, part, table, place + WORDS * k) for k, part in enumerate(_parts(field))]
    return context.make_tuple(builder, field, arrays) if isinstance(field, types.BaseTuple) else arrays[0]


def _array(context: Any, builder: Any, kind: "types.Array[Any]", table: Any, place: int) -> Any:
    """A borrowed array: nobody counts its users, since the caller keeps the instance."""
    start, length = (_word(builder, table, place + k) for k in range(WORDS))
    array = context.make_array(kind)(context, builder)
    size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    data = builder.inttoptr(start, array.data.type)
    populate_array(array, data=data, shape=[length], strides=[size], itemsize=size, meminfo=None)
    return array._getvalue()


def _word(builder: Any, table: Any, place: int) -> Any:
    word = builder.load(cgutils.gep_inbounds(builder, table, place))
    # the table never changes, so that loops need not read it again
    word.set_metadata("invariant.load", builder.module.add_metadata([]))
    return word
