"""Modules of JavaScript as one classic script: browsers load no modules from a memory stick."""

import re
from collections.abc import Mapping
from pathlib import Path

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=const |let |class |function |async function )", re.MULTILINE)
OTHER = re.compile(r"^(import|export)\b.*", re.MULTILINE)
RENAMED = re.compile(r"(\w+) as (\w+)")


def bundle(entry: str, scripts: Mapping[str, Path], *, instead: str, names: tuple[str, ...]) -> str:
    """The module ``entry`` with all that it imports, each in a function of its own.

    Args:
        entry: name of a file.
        scripts: where each file lies, by its name, which is unique.
        instead: name of the module that comes first.
        names: what it exports in place of the browser's own, for all modules: ``fetch``, …

    Returns:
        A classic script; ``import.meta.url`` is its own address there.

    Raises:
        ValueError: a module imports or exports in a way that is not known here, imports a file that
            there is not or a name that another does not have, or two import one another.
    """
    texts: dict[str, str] = {}
    _collect(instead, scripts, texts, ())
    before = list(texts)
    _collect(entry, scripts, texts, ())
    wanted: dict[str, set[str]] = {name: set() for name in texts}
    wanted[instead] |= set(names)
    for text in texts.values():
        for imported, name in IMPORT.findall(text):
            wanted[name] |= {one.split(" as ")[0] for one in _names(imported)}
    parts = ["(() => {", '"use strict";', "const modules = {};"]
    parts.append("const scriptAddress = document.currentScript.src || document.baseURI;")
    for name, text in texts.items():
        parts.append(_module(name, text, wanted[name]))
        if name == before[-1]:
            parts.append(f"const {{ {', '.join(names)} }} = modules[{instead!r}];")
    return "\n".join([*parts, "})();", ""])


def _collect(
    name: str, scripts: Mapping[str, Path], texts: dict[str, str], above: tuple[str, ...]
) -> None:
    """Add a module to ``texts``, after those that it imports."""
    if name in texts:
        return
    if name in above:
        raise ValueError(f"{' → '.join([*above, name])}: modules that import one another")
    if name not in scripts:
        raise ValueError(f"{above[-1] if above else 'the entry'} imports {name}, which is missing")
    text = scripts[name].read_text(encoding="utf-8")
    for _, other in IMPORT.findall(text):
        _collect(other, scripts, texts, (*above, name))
    texts[name] = text


def _module(name: str, text: str, wanted: set[str]) -> str:
    def taken(match: re.Match[str]) -> str:
        taken_names = ", ".join(RENAMED.sub(r"\1: \2", one) for one in _names(match[1]))
        return f"const {{ {taken_names} }} = modules[{match[2]!r}];\n"

    exported = " ".join(line for line in text.splitlines() if line.startswith("export "))
    for one in sorted(wanted):
        if not re.search(rf"\b{one}\b", exported):
            raise ValueError(f"{name} does not export {one}")
    body = EXPORT.sub("", IMPORT.sub(taken, text)).replace("import.meta.url", "scriptAddress")
    if other := OTHER.search(body):
        raise ValueError(f"{name}: {other[0]!r} is not known to the bundler")
    return (
        f"modules[{name!r}] = (() => {{\n{body}\nreturn {{ {', '.join(sorted(wanted))} }};\n}})();"
    )


def _names(imported: str) -> list[str]:
    return [one.strip() for one in imported.split(",") if one.strip()]
