"""Networks of one architecture that learn side by side, from a gradient at their logits.

Shapes: S seeds, G members, K = S · G nets with the seed as the slower index, B batch, C classes.
The nets of a seed take the same batches; members differ in what the teacher tells them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from kdcore.models.mlp import MLP
from kdcore.training.networks.autocasting import autocast
from kdcore.training.networks.folded import answering_copy
from kdcore.training.networks.fused_adam import FusedAdam
from kdcore.training.networks.muon import Muon
from kdcore.training.networks.parameter_chunks import ParameterChunk, matrices_apart
from kdcore.training.networks.stacked_convnet import StackedConvNet, gains_stacked
from kdcore.training.networks.stacked_mlp import StackedMLP
from kdcore.training.randomness import draws, seeded
from kdcore.training.state import load_optimizer_state, optimizer_state

EXAMPLES = 8
"""By which a network's copy that only answers is held against it."""
WORTH_A_COPY = 8
"""Questions of an evaluation for which a copy that answers them quicker pays for being made."""
Wrap = Callable[[nn.Module], nn.Module]


class Body(Protocol):
    """K networks under training."""

    def chunks(self, nets: Sequence[int], *, matrices: bool = False) -> Sequence[ParameterChunk]:
        """What the optimiser moves for some of the nets, a piece at a time.

        With ``matrices`` those of hidden layers are pieces of their own and say their size.
        """
        ...

    def forward(self, inputs: Tensor) -> Tensor:
        """``[S, B, …]`` → logits ``[K, B, C]`` in float32, without graph."""
        ...

    def backward(self, gradient: Tensor) -> None:
        """Fill the gradients of all weights from the gradient at the logits ``[K, B, C]``."""
        ...

    def predict(self, inputs: Tensor) -> Tensor:
        """``[B, …]`` → logits ``[K, B, C]`` to the same inputs; not between the two ways."""
        ...

    def refresh(self) -> None:
        """The modules' weights were changed from outside."""
        ...

    def forget(self) -> None:
        """Give back what a step that was broken off left for its way backward."""
        ...


class Interleaved:
    """Any modules, one after the other; PyTorch goes backward.

    Args:
        modules: what answers, and whose weights learn.
        learners: the same modules as training steps call them, perhaps wrapped.
        seeds: S.
        precision: ``float32`` or ``bf16``.
        device: of the modules.
        chance: around a net's way forward, by net; see ``Students.chance``.
    """

    def __init__(
        self,
        modules: Sequence[nn.Module],
        learners: Sequence[nn.Module],
        seeds: int,
        precision: str,
        device: torch.device,
        chance: Callable[[int], AbstractContextManager[None]],
    ) -> None:
        self._modules, self._learners, self._chance = modules, learners, chance
        self._members = len(modules) // seeds
        self._precision, self._device = precision, device
        self._logits: list[Tensor] = []
        self.terms: Mapping[int, Tensor] = {}
        """What else the nets' losses consist of at the next way backward, by net."""
        self.beside: Mapping[int, Tensor] = {}
        """Inputs that a net answers together with the batch, ``[B', …]``, by net."""
        self._beside_logits: dict[int, Tensor] = {}
        self._copies: list[nn.Module] = []
        """Of the modules as they are, to answer an evaluation with; else none."""

    def chunks(self, nets: Sequence[int], *, matrices: bool = False) -> list[ParameterChunk]:
        """See ``Body``."""
        modules = [self._modules[at] for at in nets]
        if matrices:
            products = torch.bfloat16 if self._precision == "bf16" else torch.float32
            return matrices_apart(modules, products)
        return [ParameterChunk([weight for module in modules for weight in module.parameters()])]

    def forward(self, inputs: Tensor) -> Tensor:
        """See ``Body``."""
        self._logits, self._beside_logits = [], {}
        with torch.enable_grad(), autocast(self._device, self._precision):
            for at, learner in enumerate(self._learners):
                own = inputs[at // self._members]
                with self._chance(at):
                    if at in self.beside:
                        logits = learner(torch.cat([own, self.beside[at]]))
                        self._beside_logits[at] = logits[len(own) :]
                        self._logits.append(logits[: len(own)])
                    else:
                        self._logits.append(learner(own))
        return torch.stack([logits.detach().float() for logits in self._logits])

    def backward(self, gradient: Tensor) -> None:
        """See ``Body``; the terms that were added take part."""
        for at, (module, logits) in enumerate(zip(self._modules, self._logits, strict=True)):
            for weight in module.parameters():
                weight.grad = None
            at_logits = gradient[at].to(logits.dtype)
            if at in self.terms:
                torch.autograd.backward([logits, self.terms[at]], [at_logits, None])
            else:
                logits.backward(at_logits)
        self._let_go()

    def logits_of(self, net: int) -> Tensor:
        """The newest logits of a net ``[B, C]``, with their graph."""
        return self._logits[net]

    def beside_logits_of(self, net: int) -> Tensor:
        """The same of what it answered together with the batch, ``[B', C]``."""
        return self._beside_logits[net]

    def predict(self, inputs: Tensor) -> Tensor:
        """See ``Body``."""
        with torch.no_grad(), autocast(self._device, self._precision):
            return torch.stack([one(inputs).float() for one in self._copies or self._modules])

    @contextmanager
    def answering_by_copies(self, example: Tensor) -> Iterator[None]:
        """Inside, quicker copies answer for the modules, which do not learn meanwhile.

        Args:
            example: inputs ``[B, …]``, of which the first are asked to try the copies.
        """
        self._copies = [
            answering_copy(one, example[:EXAMPLES], self._precision) for one in self._modules
        ]
        try:
            yield
        finally:
            self._copies = []

    def refresh(self) -> None:
        """See ``Body``; the modules' weights are all that there is."""

    def forget(self) -> None:
        """See ``Body``."""
        self._let_go()
        for module in self._modules:
            for weight in module.parameters():
                weight.grad = None

    def _let_go(self) -> None:
        self._logits, self._beside_logits, self.terms, self.beside = [], {}, {}, {}


class Students:
    """K nets that take the batches of their seeds, and one optimiser over all of them.

    Args:
        modules: by seed, then by member; moved to ``device`` by the caller.
        optimizer: ``adam``, ``sgd`` (momentum 0.9), ``gd`` (no momentum) or ``muon``.
        lr: each member's learning rate; those that are equal now change together.
        seeds: of each module's dropout, in the order of ``modules``.
        wrap: puts something between a module and its training steps, such as
            ``DistributedDataParallel``.
        with_graph: whether terms of the loss look inside the nets.
        input_shape: of an example; where it is not told, convolutional nets go one by one.
    """

    def __init__(
        self,
        modules: Sequence[Sequence[nn.Module]],
        *,
        optimizer: str,
        lr: Sequence[float],
        seeds: Sequence[int],
        precision: str,
        device: torch.device,
        wrap: Wrap | None = None,
        with_graph: bool = False,
        input_shape: tuple[int, ...] = (),
    ) -> None:
        self.modules = [module for of_seed in modules for module in of_seed]
        self.seeds, self.members = len(modules), len(modules[0])
        self.step = 0
        """Batches taken before the one in hand; set by whoever trains."""
        self._dropout_seeds = [
            seed if draws(module) else None
            for seed, module in zip(seeds, self.modules, strict=True)
        ]
        self._constrained = [module for module in self.modules if hasattr(module, "constrain")]
        self.body = self._body(precision, device, wrap, input_shape, with_graph=with_graph)
        self._optimizer = optimizer
        self._steps: list[tuple[int, ParameterChunk, torch.optim.Optimizer]] = []
        """First member of each learning rate, and what moves the nets that have it."""
        for rate in dict.fromkeys(lr):
            nets = [
                seed * self.members + member
                for seed in range(self.seeds)
                for member, own in enumerate(lr)
                if own == rate
            ]
            self._steps += [
                (list(lr).index(rate), chunk, make_optimizer(optimizer, chunk, device))
                for chunk in self.body.chunks(nets, matrices=optimizer == "muon")
            ]

    def forward(self, inputs: Tensor) -> Tensor:
        """``[S, B, …]`` → logits ``[S, G, B, C]``."""
        logits = self.body.forward(inputs)
        return logits.view(self.seeds, self.members, *logits.shape[1:])

    @property
    def input_type(self) -> torch.dtype | None:
        """The type that the nets turn their inputs into first of all; none where they do not."""
        return self.body.gradient.dtype if isinstance(self.body, StackedMLP) else None

    @property
    def may_choose_threads(self) -> bool:
        """Whether steps may come to the same bits with any number of threads.

        Muon's norms do not, nor do convolutions.
        """
        stacked = isinstance(self.body, StackedMLP) and self.body.gradient.device.type == "cpu"
        return stacked and self._optimizer != "muon"

    def gradients(self, gradient: Tensor) -> Tensor:
        """The gradient at all weights from that at the logits, in one row; no step is taken."""
        assert isinstance(self.body, StackedMLP), "its gradients lie in one row"
        self.body.backward(gradient.flatten(0, 1))
        return self.body.gradient

    def learn(self, gradient: Tensor, lr: Sequence[float]) -> None:
        """One optimiser step from the gradient at the logits ``[S, G, B, C]``."""
        self.body.backward(gradient.flatten(0, 1))
        for member, chunk, optimizer in self._steps:
            chunk.take_gradient()
            optimizer.param_groups[0]["lr"] = lr[member]
            optimizer.step()
            chunk.round()
        for module in self._constrained:
            module.constrain()  # type: ignore[operator]

    @contextmanager
    def answering(self, questions: int, example: Tensor) -> Iterator[None]:
        """Inside, the nets are in evaluation mode and do not learn; afterwards in training mode.

        Args:
            questions: that are asked at least: whether quicker copies are worth it.
            example: network inputs ``[B, …]``.
        """
        self.train(mode=False)
        copies = isinstance(self.body, Interleaved) and questions >= WORTH_A_COPY
        with self._with_graph.answering_by_copies(example) if copies else nullcontext():
            yield
        self.train(mode=True)

    def forget(self) -> None:
        """Give back what a step that was broken off left."""
        self.body.forget()

    def logits_of(self, net: int) -> Tensor:
        """The newest logits of a net, with their graph, where there is one."""
        return self._with_graph.logits_of(net)

    def answer_beside(self, inputs: Mapping[int, Tensor]) -> None:
        """Inputs ``[B', …]`` that a net answers together with the next batch, by net."""
        self._with_graph.beside = inputs

    def beside_logits_of(self, net: int) -> Tensor:
        """The newest logits of these ``[B', C]``, with their graph."""
        return self._with_graph.beside_logits_of(net)

    def add(self, terms: Mapping[int, Tensor]) -> None:
        """Parts of the nets' losses that are no functions of their logits, for the next step."""
        self._with_graph.terms = terms

    @property
    def _with_graph(self) -> Interleaved:
        assert isinstance(self.body, Interleaved), "it has a graph"
        return self.body

    def train(self, mode: bool) -> None:
        """Put every net into training or evaluation mode."""
        for module in self.modules:
            module.train(mode)

    def chance(self, net: int, purpose: str = "dropout") -> AbstractContextManager[None]:
        """Around a net's answer in training mode: its dropout depends on its seed and the step."""
        seed = self._dropout_seeds[net]
        return nullcontext() if seed is None else seeded(seed, purpose, self.step)

    def state_dict(self) -> dict[str, Any]:
        """See ``Stateful``."""
        return {
            "networks": {str(net): one.state_dict() for net, one in enumerate(self.modules)},
            "optimizers": {
                str(at): optimizer_state(one) for at, (_, _, one) in enumerate(self._steps)
            },
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """See ``Stateful``."""
        for net, module in enumerate(self.modules):
            module.load_state_dict(state["networks"][str(net)])
        self.body.refresh()
        for at, (_, _, optimizer) in enumerate(self._steps):
            moments = state.get("optimizers", {}).get(str(at), {})
            if isinstance(self.body, StackedConvNet):
                moments = self.body.moments(moments)
            load_optimizer_state(optimizer, moments)

    def _body(
        self,
        precision: str,
        device: torch.device,
        wrap: Wrap | None,
        input_shape: tuple[int, ...],
        *,
        with_graph: bool,
    ) -> Body:
        modules = self.modules
        if not with_graph and wrap is None:
            nets = [module for module in modules if isinstance(module, MLP)]
            if len(nets) == len(modules):
                return StackedMLP(nets, self.seeds, precision)
            convnets = gains_stacked(modules, input_shape, device)
            if convnets:
                return StackedConvNet(convnets, self.seeds, precision)
        learners = modules if wrap is None else [wrap(module) for module in modules]
        return Interleaved(modules, learners, self.seeds, precision, device, self.chance)


def make_optimizer(name: str, chunk: ParameterChunk, device: torch.device) -> torch.optim.Optimizer:
    """``adam``, ``sgd`` (momentum 0.9) or ``gd`` (no momentum) over the weights of a piece.

    ``muon`` moves the matrices of hidden layers, where the piece says that it is such, and leaves
    what else there is to Adam.
    """
    fused = device.type in ("cpu", "cuda")
    if name == "muon" and chunk.matrices:
        return Muon(chunk.weights, chunk.matrices, chunk.products)
    if name in ("adam", "muon"):
        return FusedAdam(chunk.weights, fused=True) if fused else torch.optim.Adam(chunk.weights)
    return torch.optim.SGD(
        chunk.weights, lr=1.0, momentum=0.9 if name == "sgd" else 0.0, fused=fused
    )
