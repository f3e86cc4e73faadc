"""What three learners that answer at random look like, for tests of what shows it."""

import torch

from kdcore.metrics.diagnosis import diagnose


def diagnosis(missing=()):
    generator = torch.Generator().manual_seed(0)
    logits = {
        name: 2 * torch.randn(200, 10, generator=generator)
        for name in ("teacher", "plain", "distilled")
    }
    labels = logits["teacher"].argmax(-1)
    halves = slice(100), slice(100, None)
    return {
        name: diagnose(
            given[halves[0]],
            labels[halves[0]],
            given[halves[1]],
            labels[halves[1]],
            None if name == "teacher" else logits["teacher"][halves[0]],
            missing,
        )
        for name, given in logits.items()
    }
