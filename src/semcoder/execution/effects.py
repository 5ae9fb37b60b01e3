"""What a line can change, read from its bytecode: the names it binds, and whether it may change an object in place.

Between two events of a frame only instructions of the first event's line run, and those that belong to no line.
A line is harmless when it is made of instructions, builtins and methods that change no list, dict, set or other
visible object, provided that the frame has held plain data only (the tracer watches for iterators and the like).
Python functions that run meanwhile raise events of their own. Not covered: a builtin that the program has replaced by
a function written in C.
"""

import builtins
import dis
from itertools import compress, count
from types import CodeType

# Every instruction that is not named here may change an object. (PUSH_NULL begins a call of what is neither a global
# name nor a method: it may hand a loop an iterator that no name ever holds.)
INSTRUCTIONS = """
NOP CACHE RESUME PRECALL CALL KW_NAMES POP_TOP COPY SWAP PUSH_EXC_INFO POP_EXCEPT RERAISE RAISE_VARARGS
CHECK_EXC_MATCH LOAD_ASSERTION_ERROR LOAD_CONST LOAD_FAST LOAD_CLOSURE LOAD_DEREF COPY_FREE_VARS MAKE_CELL MAKE_FUNCTION
RETURN_VALUE RETURN_GENERATOR EXTENDED_ARG BUILD_TUPLE BUILD_LIST BUILD_SET BUILD_MAP BUILD_CONST_KEY_MAP BUILD_STRING
BUILD_SLICE FORMAT_VALUE LIST_APPEND SET_ADD MAP_ADD LIST_EXTEND SET_UPDATE DICT_UPDATE DICT_MERGE LIST_TO_TUPLE
COMPARE_OP CONTAINS_OP IS_OP UNARY_POSITIVE UNARY_NEGATIVE UNARY_NOT UNARY_INVERT BINARY_SUBSCR GET_ITER FOR_ITER
GET_LEN UNPACK_SEQUENCE UNPACK_EX MATCH_SEQUENCE MATCH_MAPPING MATCH_KEYS STORE_GLOBAL DELETE_GLOBAL JUMP_FORWARD
JUMP_BACKWARD JUMP_IF_FALSE_OR_POP JUMP_IF_TRUE_OR_POP POP_JUMP_FORWARD_IF_FALSE POP_JUMP_FORWARD_IF_TRUE
POP_JUMP_FORWARD_IF_NONE POP_JUMP_FORWARD_IF_NOT_NONE POP_JUMP_BACKWARD_IF_FALSE POP_JUMP_BACKWARD_IF_TRUE
POP_JUMP_BACKWARD_IF_NONE POP_JUMP_BACKWARD_IF_NOT_NONE"""
FUNCTIONS = """
abs all any ascii bin bool bytes chr complex dict divmod enumerate filter float format frozenset hash hex id int
isinstance issubclass iter len list map max min next oct ord pow print range repr reversed round set slice sorted str
sum tuple zip NotImplemented Ellipsis"""
METHODS = """
copy get keys values items union intersection difference symmetric_difference issubset issuperset isdisjoint"""
HARMLESS = frozenset(INSTRUCTIONS.split())
PURE_FUNCTIONS = frozenset(FUNCTIONS.split()) | {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)}
# Methods by name alone: no built-in type has one of these that changes its object.
PURE_METHODS = frozenset(METHODS.split()) | {
    name for kind in (str, bytes, tuple, int, float) for name in dir(kind) if name[0] != "_"}

# The kinds of instruction that matter here; 0 is all the rest.
BIND, SHARE, GLOBAL, METHOD, OPERATE, CHANGE = range(1, 7)
KIND_OF_NAME = {"STORE_FAST": BIND, "DELETE_FAST": BIND, "STORE_DEREF": SHARE, "DELETE_DEREF": SHARE,
                "LOAD_GLOBAL": GLOBAL, "LOAD_METHOD": METHOD, "BINARY_OP": OPERATE}
KINDS = bytes(KIND_OF_NAME.get(name, 0 if name in HARMLESS else CHANGE) for name in dis.opname)
FIRST_IN_PLACE = 13  # BINARY_OP's argument from here on: `+=` and its kin
EXTENDED, RETURN, YIELD = (dis.opmap[name] for name in ("EXTENDED_ARG", "RETURN_VALUE", "YIELD_VALUE"))
CO_OPTIMIZED = 1  # unset for class bodies, whose names live in a plain dict

Effect = tuple[tuple[str, ...], bool | str]
"""(names bound or deleted, whether objects may change; a name: only if that name holds something that can)"""
NOTHING: Effect = ((), False)
ANYTHING: Effect = ((), True)


class LineEffects(dict):
    """line -> Effect of one code object. A line that is not listed changes nothing; in a class body, anything."""

    def __init__(self, code: CodeType, module_names: dict):
        self.bytecode = code.co_code
        self.default = NOTHING if code.co_flags & CO_OPTIMIZED else ANYTHING
        if self.default is NOTHING:
            self._read(code, module_names)

    def __missing__(self, line: int) -> Effect:
        return self.default

    def _read(self, code: CodeType, module_names: dict) -> None:
        """One pass over the notable instructions, whose order is mostly that of lines."""
        opcodes, arguments = self.bytecode[::2], self.bytecode[1::2]
        kinds = opcodes.translate(KINDS)
        is_long = EXTENDED in opcodes
        names, global_names = list_names(code), code.co_names
        spans, end, line, bound, change = code.co_lines(), 0, None, (), False
        for i in compress(count(), kinds):
            if i + i >= end:
                self[line] = bound, change
                while i + i >= end:
                    _, end, line = next(spans)
                bound, change = self.get(line, NOTHING)
            kind, argument = kinds[i], arguments[i]
            if is_long:
                argument = read_extended(opcodes, arguments, i)
            if kind == BIND:
                name = names[argument]
                if name not in bound:  # several in the order of the frame's locals, which is that of full copies
                    bound = (*sorted((*bound, name), key=names.index),) if bound else (name,)
                elif name == change:
                    change = True
            elif change is True:
                continue
            elif kind == GLOBAL:
                name = global_names[argument >> 1]
                change = name not in PURE_FUNCTIONS or name in module_names or change
            elif kind == METHOD:
                change = global_names[argument] not in PURE_METHODS or change
            elif kind != OPERATE:  # a cell that other frames share included: then all names are compared
                change = True
            elif argument >= FIRST_IN_PLACE:
                name = names[arguments[i + 2]] if kinds[i + 2] == BIND else True
                change = name if change is False and name not in bound else True
        self[line] = bound, change
        outside = self.pop(None)[0]
        if outside:
            self._spread(code, outside)

    def _spread(self, code: CodeType, names: tuple[str, ...]) -> None:
        """Adds names that are bound outside any line (the end of `except E as e`) to every line."""
        for line in {line for _, _, line in code.co_lines()}:
            bound, change = self[line]
            self[line] = (bound + names, change)


def read_extended(opcodes: bytes, arguments: bytes, i: int) -> int:
    """Returns an instruction's argument together with its prefixes."""
    argument, shift = arguments[i], 8
    while i and opcodes[i - 1] == EXTENDED:
        i -= 1
        argument |= arguments[i] << shift
        shift += 8
    return argument


def list_names(code: CodeType) -> tuple[str, ...]:
    """Returns the names that STORE_FAST and STORE_DEREF number: locals, then cells and free variables."""
    names, cells = code.co_varnames, code.co_cellvars
    return names + tuple(name for name in cells if name not in names) + code.co_freevars if cells else names
