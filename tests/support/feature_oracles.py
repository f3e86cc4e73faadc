"""Every feature method's loss once more, in NumPy float64 and by plain loops."""

import math

import numpy as np


def _flat(features):
    return np.asarray(features, np.float64).reshape(len(features), -1)


def _unit(row, smallest=1e-12):
    return row / max(math.sqrt(sum(value * value for value in row)), smallest)


def hint(student, teacher):
    """Mean squared difference."""
    differences = (_flat(student) - _flat(teacher)).ravel()
    return sum(value * value for value in differences) / len(differences)


def attention_transfer(student, teacher):
    """Of maps of one size."""
    total, count = 0.0, 0
    for own, its in zip(student, teacher, strict=True):
        maps = [_unit((np.asarray(one, np.float64) ** 2).mean(0).ravel()) for one in (own, its)]
        total += ((maps[0] - maps[1]) ** 2).sum()
        count += maps[0].size
    return total / count


def similarity_preserving(student, teacher):
    """‖G_s − G_t‖² / N², rows of norm 1."""
    kernels = []
    for features in (_flat(student), _flat(teacher)):
        products = np.array([[one @ other for other in features] for one in features])
        kernels.append(np.array([_unit(row) for row in products]))
    return ((kernels[0] - kernels[1]) ** 2).sum() / len(student) ** 2


def _smooth_l1(differences):
    return float(
        np.mean(
            [
                0.5 * value * value if abs(value) < 1 else abs(value) - 0.5
                for value in np.ravel(differences)
            ]
        )
    )


def relational(student, teacher, distance, angle):
    """Distances by their mean, and cosines at every example between every two."""
    of_distances, of_angles = [], []
    for features in (_flat(student), _flat(teacher)):
        count = len(features)
        lengths = np.array(
            [[np.linalg.norm(one - other) for other in features] for one in features]
        )
        positive = lengths[lengths > 0]
        of_distances.append(lengths / (positive.mean() if len(positive) else 1e-12))
        cosines = np.zeros((count, count, count))
        for at in range(count):
            directions = [_unit(features[other] - features[at]) for other in range(count)]
            for one in range(count):
                for other in range(count):
                    cosines[at, one, other] = directions[one] @ directions[other]
        of_angles.append(cosines)
    return distance * _smooth_l1(of_distances[0] - of_distances[1]) + angle * _smooth_l1(
        of_angles[0] - of_angles[1]
    )


def probabilistic_transfer(student, teacher):
    """Mean over pairs of p log(p / q), from cosines."""
    sides = []
    for features in (_flat(student), _flat(teacher)):
        units = [_unit(row, 1e-7) for row in features]
        rows = np.array([[(one @ other + 1) / 2 for other in units] for one in units])
        sides.append(rows / rows.sum(1, keepdims=True))
    q, p = sides
    return float(np.mean(p * np.log((p + 1e-7) / (q + 1e-7))))


def correlation_congruence(student, teacher):
    """Mean squared difference of the Gaussian kernel's series up to order 2, γ = 0.4."""
    kernels = []
    for features in (_flat(student), _flat(teacher)):
        units = [_unit(row) for row in features]
        cosines = np.array([[one @ other for other in units] for one in units])
        kernels.append(math.exp(-0.8) * (1 + 0.8 * cosines + 0.32 * cosines**2))
    return float(np.mean((kernels[0] - kernels[1]) ** 2))


def variational_information(student, teacher, scale):
    """½ ((μ − f)² / σ² + log σ²), mean over all elements."""
    total, count = 0.0, 0
    for own, its in zip(np.asarray(student), np.asarray(teacher), strict=True):
        for channel, (mean, target) in enumerate(zip(own, its, strict=True)):
            variance = math.log1p(math.exp(scale[channel])) + 1e-5
            terms = 0.5 * ((mean - target) ** 2 / variance + math.log(variance))
            total, count = total + np.sum(terms), count + np.size(terms)
    return total / count


def contrastive(student, teacher, sharpness):
    """Cross-entropy of the diagonal, by rows and by columns."""
    cosines = (
        np.array([[_unit(own) @ _unit(its) for its in _flat(teacher)] for own in _flat(student)])
        / sharpness
    )
    found = [
        math.log(sum(math.exp(value - row[at]) for value in row))
        for table in (cosines, cosines.T)
        for at, row in enumerate(table)
    ]
    return sum(found) / len(found)


def input_gradient_matching(student, teacher):
    """2 − 2 cos, mean over the batch."""
    pairs = zip(_flat(student), _flat(teacher), strict=True)
    return float(np.mean([2 - 2 * (_unit(own) @ _unit(its)) for own, its in pairs]))
