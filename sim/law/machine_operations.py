"""Operations of the processor that Python has no words for, for compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_DOUBLE, _LONG = ir.DoubleType(), ir.IntType(64)
Code = tuple[Any, Callable[..., Any]]


def _fused(_context: Any, _a: Any, _b: Any, _c: Any) -> Code:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(_DOUBLE, [_DOUBLE] * 3)
        known = builder.module.globals.get("llvm.fma.f64")
        return builder.call(known or ir.Function(builder.module, kind, "llvm.fma.f64"), values)

    return types.float64(types.float64, types.float64, types.float64), code


def _bits_of(_context: Any, _x: Any) -> Code:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], _LONG)

    return types.int64(types.float64), code


def _from_bits(_context: Any, _bits: Any) -> Code:
    def code(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], _DOUBLE)

    return types.float64(types.int64), code


fused = cast(Callable[[float, float, float], float], intrinsic(_fused))
"""a b + c, rounded once: one instruction, or a library's exact function where the processor has none."""
bits_of = cast(Callable[[float], int], intrinsic(_bits_of))
"""The bits of a number as a whole one."""
from_bits = cast(Callable[[int], float], intrinsic(_from_bits))
"""The number with these bits."""
