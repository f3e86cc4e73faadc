import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import r2_score
from sklearn.metrics import root_mean_squared_error as of_sklearn

from kdcore.jobs.regression.intervals import LEVELS, half_width
from kdcore.metrics.regression import interval_coverage, r_squared, root_mean_squared_error

RNG = np.random.default_rng(5)
TARGETS, MEAN = RNG.normal(size=(2, 50))
DEVIATION = RNG.uniform(0.2, 2.0, size=50)


def test_errors_are_those_of_scikit_learn():
    mean, targets = torch.from_numpy(MEAN), torch.from_numpy(TARGETS)
    assert float(root_mean_squared_error(mean, targets)) == pytest.approx(of_sklearn(TARGETS, MEAN))
    assert float(r_squared(mean, targets)) == pytest.approx(r2_score(TARGETS, MEAN))


@pytest.mark.parametrize("level", LEVELS)
def test_an_interval_covers_what_lies_between_its_quantiles(level):
    low, high = stats.norm(MEAN, DEVIATION).interval(level)
    wanted = np.mean((low <= TARGETS) & (high >= TARGETS))
    given = (torch.from_numpy(one) for one in (MEAN, DEVIATION, TARGETS))
    assert float(interval_coverage(*given, level)) == pytest.approx(wanted)
    assert half_width(level) == pytest.approx(stats.norm.ppf(0.5 + level / 2))
