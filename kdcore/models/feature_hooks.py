"""Forward hooks that record the outputs of modules named by path."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor, nn

from kdcore.errors import UserError, hint


@contextmanager
def feature_hooks(module: nn.Module, paths: Sequence[str]) -> Iterator[dict[str, Tensor]]:
    """The outputs of the modules at ``paths``, by path, once ``module`` has been called inside.

    Example:
        >>> import torch
        >>> net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
        >>> with feature_hooks(net, ["0"]) as found:
        ...     _ = net(torch.zeros(5, 2))
        >>> found["0"].shape
        torch.Size([5, 3])
    """
    found: dict[str, Tensor] = {}

    def register(path: str) -> None:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            found[path] = output

        handles.append(module.get_submodule(path).register_forward_hook(hook))

    handles: list[object] = []
    for path in paths:
        register(path)
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()  # type: ignore[attr-defined]


def stages(module: nn.Module) -> list[str]:
    """Paths of the modules at which a network's stages end, first to last.

    A module that does not say them has its direct parts but for the last, which gives the logits.

    Example:
        >>> stages(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)))
        ['0', '1']
    """
    if said := getattr(module, "stages", None):
        return list(said)
    paths = [
        f"{name}.{at}" if isinstance(part, nn.ModuleList) else name
        for name, part in module.named_children()
        for at in range(len(part) if isinstance(part, nn.ModuleList) else 1)
    ]
    return paths[:-1] or paths


def checked_paths(module: nn.Module, text: str, setting: str) -> list[str]:
    """``"features.2,features.6"`` as paths of ``module``.

    Raises:
        UserError: there is no module of that name; the sentence names those at the stages' ends.
    """
    known = [path for path, _ in module.named_modules() if path]
    paths = [part.strip() for part in text.split(",") if part.strip()]
    for path in paths:
        if path not in known:
            raise UserError(
                "unknown_layer",
                name=setting,
                path=path,
                allowed=", ".join(stages(module)),
                hint=hint(path, known),
            )
    return paths
