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
from kdcore.config import RunConfig, acting_values
from kdcore.errors import UserError
from kdcore.training.cohort import Cohort
from kdcore.training.faculty import Faculty
from kdcore.training.members import member_of
from kdcore.training.pieces import Piece
from kdcore.training.shrink.int8 import quiet
from kdcore.training.students import make_optimizer
from kdcore.training.terms import Terms, tuned


def distil_again(
    module: nn.Module,
    cohort: Cohort,
    faculty: Faculty,
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
        cohort: its batches, with the teachers' answers to them.
        faculty: what is heard of the teachers.
        config: T, λ, mixing, method, optimiser and learning rate; the epochs it had before.
        epochs: to learn now.
        controls: ``stop`` acts.
        device: of all.
        name: of the stage, for the sentence about a loss that became infinite.

    Raises:
        Stopped: it was told to stop.
        UserError: the loss became infinite.
    """
    member = member_of(config, "distilled", acting_values(config.to_dict()))
    terms, tuning = Terms([member], faculty), tuned([member], config.mixing, device)
    optimizer = make_optimizer(config.optimizer, Piece(list(module.parameters())), device)
    optimizer.param_groups[0]["lr"] = config.lr
    step = 0
    for epoch in range(config.epochs + 1, config.epochs + epochs + 1):
        module.train()
        losses: list[float] = []
        # dropout draws from the global generator, which is left as it was
        with torch.random.fork_rng(), quiet():
            torch.manual_seed(config.seed * 1_000_003 + epoch)
            for index in cohort.begin(epoch):
                controls.raise_if_stopped()
                (inputs,), given = cohort.batch(index)
                hard, soft, beside = terms.values(module(inputs)[None, None], given, tuning)
                loss = (tuning.hard * hard + tuning.soft * soft).sum()
                for weight, term in beside.items():
                    loss = loss + (tuning.settings[weight] * term).sum()
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
