import numpy as np
import pytest
import torch
from scipy import stats

from kdcore.losses.gaussian import gaussian_kl, gaussian_nll, mixture_moments

RNG = np.random.default_rng(3)
MEAN, TEACHER_MEAN, TARGETS = RNG.normal(size=(3, 7))
LOG_VARIANCE, TEACHER_LOG_VARIANCE = RNG.normal(size=(2, 7))


def tensor(values):
    return torch.tensor(values, dtype=torch.float64)


def test_the_likelihood_is_that_of_scipy():
    wanted = -stats.norm.logpdf(TARGETS, MEAN, np.exp(LOG_VARIANCE / 2)).mean()
    assert float(gaussian_nll(*map(tensor, (MEAN, LOG_VARIANCE, TARGETS)))) == pytest.approx(wanted)


def test_the_divergence_is_the_integral_of_its_definition():
    wanted = []
    for at in range(len(MEAN)):
        teacher = stats.norm(TEACHER_MEAN[at], np.exp(TEACHER_LOG_VARIANCE[at] / 2))
        student = stats.norm(MEAN[at], np.exp(LOG_VARIANCE[at] / 2))
        x = np.linspace(*teacher.interval(1 - 1e-13), 20_001)
        wanted.append(np.trapezoid(teacher.pdf(x) * (teacher.logpdf(x) - student.logpdf(x)), x))
    given = map(tensor, (TEACHER_MEAN, TEACHER_LOG_VARIANCE, MEAN, LOG_VARIANCE))
    assert float(gaussian_kl(*given)) == pytest.approx(np.mean(wanted), rel=1e-6)


def test_the_teacher_gets_no_gradient():
    given = [
        tensor(one).requires_grad_()
        for one in (TEACHER_MEAN, TEACHER_LOG_VARIANCE, MEAN, LOG_VARIANCE)
    ]
    gaussian_kl(*given).backward()
    assert given[0].grad is None
    assert given[1].grad is None
    assert all(bool(one.grad.any()) for one in given[2:])


def test_the_moments_of_a_mixture_are_those_of_its_density():
    means, variances = np.array([0.0, 2.0, -1.0]), np.array([1.0, 0.25, 2.0])
    x = np.linspace(-12, 12, 40_001)
    density = np.mean(
        [stats.norm(m, v**0.5).pdf(x) for m, v in zip(means, variances, strict=True)], axis=0
    )
    wanted = np.trapezoid(x * density, x)
    spread = np.trapezoid((x - wanted) ** 2 * density, x)
    mean, variance = mixture_moments(*(torch.tensor(one)[:, None] for one in (means, variances)))
    assert (float(mean), float(variance)) == pytest.approx((wanted, spread), rel=1e-6)
