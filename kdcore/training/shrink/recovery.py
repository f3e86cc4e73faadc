"""Distilling again: a student that lost something by a stage learns from its teacher once more.

T²·KL + CE, or whatever the run's method is, as in the run; the batches go on where the run's
ended, alike for every stage.
"""

import math
from collections.abc import Iterator
from statistics import fmean

import torch
from torch import nn

from kdcore.commands import Controls
from kdcore.errors import UserError
from kdcore.jobs.run.config import RunConfig, control_values
from kdcore.training.parameter_chunks import ParameterChunk
from kdcore.training.shrink.int8 import quiet
from kdcore.training.student_specs import student_spec
from kdcore.training.students import make_optimizer
from kdcore.training.teacher_mixture import TeacherMixture
from kdcore.training.terms import Terms, step_controls_of
from kdcore.training.transfer_batches import TransferBatches


def distil_again(
    module: nn.Module,
    batches_of_seed: TransferBatches,
    mixture: TeacherMixture,
    config: RunConfig,
    epochs: int,
    controls: Controls,
    device: torch.device,
    *,
    name: str,
) -> Iterator[float]:
    """Train ``module`` in place; the mean loss of each epoch.

    Args:
        module: on ``device``.
        batches_of_seed: its batches, with the teachers' answers to them.
        mixture: what is heard of the teachers.
        config: T, λ, mixing, method, optimiser and learning rate; the epochs it had before.
        epochs: to learn now.
        controls: ``stop`` acts.
        device: of all.
        name: of the stage, for the sentence about a loss that became infinite.

    Raises:
        Stopped: it was told to stop.
        UserError: the loss became infinite.
    """
    member = student_spec(config, "distilled", control_values(config.to_dict()))
    terms, step_controls = (
        Terms([member], mixture),
        step_controls_of([member], config.mixing, device),
    )
    optimizer = make_optimizer(config.optimizer, ParameterChunk(list(module.parameters())), device)
    optimizer.param_groups[0]["lr"] = config.lr
    step = 0
    for epoch in range(config.epochs + 1, config.epochs + epochs + 1):
        module.train()
        losses: list[float] = []
        # dropout draws from the global generator, which is left as it was
        with torch.random.fork_rng(), quiet():
            torch.manual_seed(config.seed * 1_000_003 + epoch)
            for index in batches_of_seed.begin(epoch):
                controls.raise_if_stopped()
                (inputs,), given = batches_of_seed.batch(index)
                hard, soft, beside = terms.values(module(inputs)[None, None], given, step_controls)
                loss = (step_controls.hard * hard + step_controls.soft * soft).sum()
                for weight, term in beside.items():
                    loss = loss + (step_controls.settings[weight] * term).sum()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                step += 1
                losses.append(loss.item())
                if not math.isfinite(losses[-1]):
                    raise UserError(
                        "loss_not_finite",
                        term="loss",
                        learner=f"stage {name}",
                        value=str(losses[-1]),
                        step=step,
                        lr=config.lr,
                    )
        yield fmean(losses)
