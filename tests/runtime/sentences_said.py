"""What the program can say, read from its source: every sentence as a template with numbered gaps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("rules", "rules/schemes", "activities", "service", "workflows", "runtime", "runtime/documents", "starters")
#: Bilingual samples of what officers write.
NOT_SAID = {"service/sample_forms.py", "service/sample_registers.py"}
#: Layouts and a line of shell.
NO_LANGUAGE = {"yyyy-mm-dd hh:mm", 'read -r _; kill -s "$1" "$2"'}
GAP = "\0"
MOST = 16

Outcomes = tuple[str, ...]


@cache
def said() -> dict[str, str]:
    """Return every sentence of the program as a template, and where it stands."""
    found: dict[str, str] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if where not in NOT_SAID:
                for template in Reader(ast.parse(path.read_text(encoding="utf-8"))).sentences():
                    found.setdefault(template, where)
    return found


def numbered(template: str) -> str:
    """Number the gaps of a template, each in its turn."""
    parts = template.split(GAP)
    return parts[0] + "".join(f"{{{place}}}{part}" for place, part in enumerate(parts[1:], 1))


class Reader:
    """Reads one module: which whole sentences its expressions can come to."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._within: dict[ast.AST, ast.AST] = {}
        for parent in ast.walk(tree):
            for child in ast.iter_child_nodes(parent):
                self._within[child] = parent
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._used: set[ast.AST] = set()

    def sentences(self) -> Iterator[str]:
        """Yield each sentence; what only ever stands in another is not one of its own."""
        tops = [node for node in ast.walk(self._tree) if self._is_text(node) and self._is_top(node)]
        outcomes = [(node, self._outcomes(node)) for node in tops]
        for node, many in outcomes:
            if node not in self._used:
                yield from (numbered(one) for one in many if _is_sentence(one))

    def _is_text(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._is_text(node.left) or self._is_text(node.right)
        return isinstance(node, ast.JoinedStr)

    def _is_top(self, node: ast.AST) -> bool:
        """Whether it is no part of another, no docstring, no pattern and nothing that is only compared."""
        parent = self._within[node]
        if isinstance(parent, ast.Expr | ast.JoinedStr | ast.Compare):
            return False
        if isinstance(parent, ast.keyword) and parent.arg == "help":
            return False
        if isinstance(parent, ast.Call):
            called = ast.unparse(parent.func)
            if called.split(".")[0] in ("re", "TypeVar", "log", "_LOG", "ast", "typer") or called.endswith(
                "startswith"
            ):
                return False
        return not (isinstance(parent, ast.BinOp | ast.IfExp) and self._is_within_text(parent))

    def _is_within_text(self, node: ast.AST) -> bool:
        if isinstance(node, ast.BinOp):
            return self._is_text(node)
        while isinstance(node, ast.IfExp):
            node = self._within[node]
        return isinstance(node, ast.FormattedValue) or (isinstance(node, ast.BinOp) and self._is_text(node))

    def _outcomes(self, node: ast.AST, depth: int = 0) -> Outcomes:
        """Return what an expression can come to; what cannot be followed is a gap."""
        used = set(self._used)
        many = self._followed(node, depth) if depth < 6 else None
        if many and len(many) <= MOST:
            return many
        self._used = used
        return (GAP,)

    def _followed(  # noqa: PLR0911 - one for each kind of expression
        self, node: ast.AST, depth: int
    ) -> Outcomes | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self._used.update({node} if depth else ())
            return (_FILLED_IN.sub(GAP, node.value),)
        if isinstance(node, ast.JoinedStr):
            self._used.update({node} if depth else ())
            parts = (self._of_part(value, depth + 1) for value in node.values)
            return _glued(*parts)
        if isinstance(node, ast.BinOp) and self._is_text(node):
            return _glued(self._outcomes(node.left, depth + 1), self._outcomes(node.right, depth + 1))
        if isinstance(node, ast.IfExp):
            return tuple(dict.fromkeys(self._outcomes(node.body, depth + 1) + self._outcomes(node.orelse, depth + 1)))
        if isinstance(node, ast.Name):
            return self._of_name(node, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self._functions:
            return self._of_function(self._functions[node.func.id], depth)
        return None

    def _of_part(self, node: ast.expr, depth: int) -> Outcomes:
        if isinstance(node, ast.FormattedValue):
            return self._outcomes(node.value, depth) if node.conversion == -1 else (GAP,)
        return (str(node.value),) if isinstance(node, ast.Constant) else (GAP,)

    def _of_name(self, node: ast.Name, depth: int) -> Outcomes | None:
        """Follow a name that its function gives one text, and no other."""
        inside: ast.AST = node
        while not isinstance(inside, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            inside = self._within[inside]
        stores = [
            one
            for one in ast.walk(inside)
            if isinstance(one, ast.Name) and one.id == node.id and isinstance(one.ctx, ast.Store)
        ]
        given = [self._within[one] for one in stores]
        if len(given) == 1 and isinstance(given[0], ast.Assign) and isinstance(given[0].targets[0], ast.Name):
            value = given[0].value
            if self._is_text(value) or isinstance(value, ast.IfExp):
                used = set(self._used)
                many = self._outcomes(value, depth + 1)
                if self._is_said_alone(node.id, inside):
                    self._used = used
                return many if any(one != GAP for one in many) else None
        return None

    def _is_said_alone(self, name: str, inside: ast.AST) -> bool:
        """Whether what has this name is also said by itself, not only within another text."""
        loads = (one for one in ast.walk(inside) if isinstance(one, ast.Name) and one.id == name)
        return any(isinstance(one.ctx, ast.Load) and not self._is_within(one) for one in loads)

    def _is_within(self, node: ast.AST) -> bool:
        parent = self._within[node]
        while isinstance(parent, ast.IfExp) and parent.test is not node:
            node, parent = parent, self._within[parent]
        tested = isinstance(parent, ast.IfExp | ast.If | ast.BoolOp | ast.UnaryOp)
        return tested or isinstance(parent, ast.FormattedValue) or self._is_text(parent)

    def _of_function(self, function: ast.FunctionDef, depth: int) -> Outcomes | None:
        """Follow a function of the module that only ever returns words of its own."""
        returned = [one.value for one in ast.walk(function) if isinstance(one, ast.Return)]
        if not returned or ast.unparse(function.returns or ast.Constant(None)) != "str":
            return None
        many = tuple(one for value in returned if value is not None for one in self._outcomes(value, depth + 1))
        return many if all(GAP not in one for one in many) else None


def _glued(*parts: Outcomes) -> Outcomes:
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST:
        parts = tuple(part if len(part) == 1 else (GAP,) for part in parts)
    return tuple(dict.fromkeys("".join(one) for one in product(*parts)))


#: A gap that `str.format` fills.
_FILLED_IN = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[A-Za-z]{2,}")


def _is_sentence(text: str) -> bool:
    """Whether it is language: words with a space between or beside them, and neither SQL nor a layout."""
    words = " ".join(text.split(GAP)) if text not in NO_LANGUAGE else ""
    return bool(_WORD.search(words)) and " " in text.strip() and "select " not in text
