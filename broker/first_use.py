"""What msgspec finds out about a type at its first use, found out before there are threads.

It asks Python for the type's annotations then, which lets another thread run; when that one uses the same
type for the first time, too, the process ends with a segmentation fault (seen with msgspec 0.22).
"""

from __future__ import annotations

import inspect
from types import ModuleType

import msgspec


def know_types(*modules: ModuleType) -> None:
    """Know every struct that these modules define. To be called before threads decode them."""
    for module in modules:
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, msgspec.Struct) and kind.__module__ == module.__name__:
                msgspec.json.Decoder(kind)
