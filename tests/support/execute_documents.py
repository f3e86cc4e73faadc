"""A process that carries out a document's commands and Python blocks, one after the other.

A line in has the folder ``place``, in which the store is, and a ``command`` as a list of words, or
``python`` as a text. After each, one line ``{"failed": CAUSE}`` is written to the file that the
first argument names; the cause is empty where it succeeded.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from kdcore.__main__ import main


def cause_of_failure(item: dict[str, Any]) -> str:
    """Carry one out; why it failed."""
    os.chdir(item["place"])
    os.environ["KDCORE_STORE"] = str(Path(item["place"], "store"))
    try:
        if "python" in item:
            exec(compile(item["python"], "<document>", "exec"), {"__name__": "document"})
            return ""
        status = main(item["command"])
    except SystemExit as end:
        status = end.code
    except Exception:
        return traceback.format_exc()
    return f"exit status {status}" if status else ""


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as found:
        for line in sys.stdin:
            item = json.loads(line)
            sys.stderr.write(f"-- {item}\n")
            found.write(json.dumps({"failed": cause_of_failure(item)}) + "\n")
