"""Models by name."""

from pkgutil import resolve_name

import torch
from torch import nn

from kdcore.catalogue import Family, family_of, is_given, parse_models
from kdcore.errors import UserError, cause_of
from kdcore.inputs import INPUT_KINDS
from kdcore.models.ensemble import EnsembleModel
from kdcore.models.given import given_module, own_inputs

STRIDE = 10_007
"""Between the seeds of first weights that must differ."""


def build_model(spec: str, input_shape: tuple[int, ...], classes: int, seed: int) -> nn.Module:
    """A freshly initialised network; the same seed gives the same weights.

    Args:
        spec: ``mlp:500``, ``resnet8`` …; see ``kdcore.catalogue.MODELS``. Several with ``+``
            between them are an ensemble.
        input_shape: of one example, see ``InputKind.model_shape``.
        classes: width of the output.
        seed: of the weights; the global generator is left as it was.

    Raises:
        UserError: no such model, or one for other inputs.
    """
    if "+" in spec:
        return EnsembleModel(
            [
                build_model(part, input_shape, classes, start_seed(seed, at))
                for at, part in enumerate(parse_models(spec))
            ]
        )
    if is_given(spec):  # as it was brought, whatever the seed
        return given_module(spec).copy()
    entry = family_of(spec)
    _check_kind(entry.accepts, spec, input_shape)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = _built(entry, spec, input_shape, classes)
    if entry.registered:  # its author may rely on how weights lie in memory
        return module
    # convolutions are quicker with the channels innermost; other weights keep their order
    return module.to(memory_format=torch.channels_last)


def _check_kind(accepts: tuple[str, ...], spec: str, input_shape: tuple[int, ...]) -> None:
    if len(input_shape) not in {INPUT_KINDS[kind].axes for kind in accepts if kind in INPUT_KINDS}:
        raise UserError(
            "model_input_shape", spec=spec, shape=list(input_shape), kinds=", ".join(accepts)
        )


def _built(entry: Family, spec: str, input_shape: tuple[int, ...], classes: int) -> nn.Module:
    if not entry.registered:
        found: nn.Module = resolve_name(str(entry.build))(spec, input_shape, classes)
        return found
    try:
        build = resolve_name(entry.build) if isinstance(entry.build, str) else entry.build
        _check_kind(tuple(getattr(build, "accepts", entry.accepts)), spec, input_shape)
        found = build(input_shape, classes)
    except UserError:
        raise
    except Exception as error:  # of whatever its author wrote
        raise UserError(
            "model_build", spec=spec, shape=list(input_shape), cause=cause_of(error)
        ) from None
    if not isinstance(found, nn.Module):
        raise UserError("model_build_kind", spec=spec, found=type(found).__name__)
    if torch.get_default_device().type != "meta":
        _check_answer(found, spec, input_shape, classes)
    return found


def _check_answer(module: nn.Module, spec: str, input_shape: tuple[int, ...], classes: int) -> None:
    """Raise ``UserError`` where a registered model does not give one logit a class, or not alike.

    One that works in place on its inputs gets copies from here on.
    """
    kind = next(one for one in INPUT_KINDS.values() if one.axes == len(input_shape))
    example = kind().zeros(input_shape, torch.zeros(1))
    if example.is_floating_point():
        example -= 1  # what works in place changes it, a ReLU too
    wanted = [len(example), classes]
    given, before = example.clone(), {name: one.clone() for name, one in module.named_buffers()}
    was_training = module.training
    module.eval()
    try:
        with torch.no_grad():
            found = module(example)
    except Exception as error:
        raise UserError(
            "model_build", spec=spec, shape=list(input_shape), cause=cause_of(error)
        ) from None
    module.train(was_training)
    if not isinstance(found, torch.Tensor) or list(found.shape) != wanted:
        said = list(found.shape) if isinstance(found, torch.Tensor) else type(found).__name__
        raise UserError("model_build_answer", spec=spec, found=said, wanted=wanted)
    if changed := [name for name, one in module.named_buffers() if not one.equal(before[name])]:
        raise UserError("model_build_changes", spec=spec, found=", ".join(changed))
    if not example.equal(given):
        module.register_forward_pre_hook(own_inputs)


def check_learns(role: str, spec: str, module: nn.Module) -> None:
    """Raise ``UserError`` where a model that is to be trained has nothing that is."""
    if not any(weights.requires_grad for weights in module.parameters()):
        raise UserError("module_learns_nothing", role=role, name=spec)


def start_seed(seed: int, start: int) -> int:
    """The seed of one of several networks' first weights; that of the first is ``seed`` itself."""
    return (seed + STRIDE * start) % 2**31
