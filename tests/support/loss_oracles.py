"""Every method's loss once more, in NumPy float64 and by plain loops, as its paper writes it.

A probability that underflows is kept as its logarithm, from SciPy's log-sum.
"""

import math

import numpy as np
from scipy.special import digamma, gammaln, log_softmax, logsumexp


def _rows(student, teacher):
    return zip(np.asarray(student, np.float64), np.asarray(teacher, np.float64), strict=True)


def _divergence(log_p, log_q):
    return sum(math.exp(p) * (p - q) for p, q in zip(log_p, log_q, strict=True))


def kd(student_logits, teacher_logits, temperature):
    """T² · mean of Σ p (log p − log q)."""
    values = [
        _divergence(log_softmax(t / temperature), log_softmax(s / temperature))
        for s, t in _rows(student_logits, teacher_logits)
    ]
    return temperature**2 * np.mean(values)


def soft_ce(student_logits, teacher_logits, temperature):
    """−T² · mean of Σ p log q."""
    values = []
    for s, t in _rows(student_logits, teacher_logits):
        p, log_q = np.exp(log_softmax(t / temperature)), log_softmax(s / temperature)
        values.append(-sum(a * b for a, b in zip(p, log_q, strict=True)))
    return temperature**2 * np.mean(values)


def generator_loss(student_logits, teacher_logits, temperature, spread):
    """−T² · mean KL − spread · entropy of the teacher's mean answer at T = 1."""
    mean = np.mean([np.exp(log_softmax(t)) for _, t in _rows(student_logits, teacher_logits)], 0)
    entropy = -sum(p * math.log(p) for p in mean if p > 0)
    return -kd(student_logits, teacher_logits, temperature) - spread * entropy


def learned_temperature(raw, lowest, span):
    """Lowest + span / (1 + e^−θ)."""
    return lowest + span * (1 / (1 + math.exp(-raw)) if raw > -700 else 0.0)


def reverse_kl(student_logits, teacher_logits, temperature):
    """T² · mean of Σ q (log q − log p)."""
    return kd(teacher_logits, student_logits, temperature)


def ensemble_distribution(
    student_logits, each_teacher_logits, teacher_shares, temperature, smoothing
):
    """−Σ_m w_m · log of the density of Dir(exp(z/T)) at each smoothed answer."""
    values = []
    for at, s in enumerate(np.asarray(student_logits, np.float64)):
        alpha = [math.exp(min(max(z / temperature, -12), 12)) for z in s]
        value = 0.0
        for share, teacher in zip(teacher_shares, each_teacher_logits, strict=True):
            p = np.exp(log_softmax(np.asarray(teacher[at]) / temperature))
            answer = [(1 - smoothing) * one + smoothing / len(s) for one in p]
            density = gammaln(sum(alpha)) - sum(gammaln(a) for a in alpha)
            density += sum((a - 1) * math.log(q) for a, q in zip(alpha, answer, strict=True))
            value -= share * density
        values.append(value)
    return np.mean(values)


def ensemble_distribution_proxy(student_logits, each_teacher_logits, teacher_shares):
    """KL between two Dirichlets over the proxy's precision."""
    values = []
    for at, s in enumerate(np.asarray(student_logits, np.float64)):
        logs = [log_softmax(np.asarray(teacher[at])) for teacher in each_teacher_logits]
        classes = range(len(s))
        mean = [logsumexp([row[c] for row in logs], b=teacher_shares) for c in classes]
        geometric = [
            sum(share * row[c] for share, row in zip(teacher_shares, logs, strict=True))
            for c in classes
        ]
        spread = sum(math.exp(mean[c]) * (mean[c] - geometric[c]) for c in classes)
        precision = min((len(s) - 1) / (2 * spread) if spread > 0 else math.inf, 1e4)
        beta = [math.exp(one) * precision + 1 for one in mean]
        alpha = [math.exp(min(max(z, -12), 12)) + 1 for z in s]
        divergence = gammaln(sum(alpha)) - gammaln(sum(beta))
        for a, b in zip(alpha, beta, strict=True):
            divergence += gammaln(b) - gammaln(a)
            divergence += (a - b) * (digamma(a) - digamma(sum(alpha)))
        values.append(divergence / precision)
    return np.mean(values)


def logit_mse(student_logits, teacher_logits):
    """Mean over all elements."""
    differences = [
        (a - b) ** 2
        for s, t in _rows(student_logits, teacher_logits)
        for a, b in zip(s, t, strict=True)
    ]
    return sum(differences) / len(differences)


def probability_mse(student_logits, teacher_logits, temperature):
    """Sum over classes, mean over samples."""
    values = []
    for s, t in _rows(student_logits, teacher_logits):
        q, p = np.exp(log_softmax(s / temperature)), np.exp(log_softmax(t / temperature))
        values.append(sum((a - b) ** 2 for a, b in zip(q, p, strict=True)))
    return np.mean(values)


def decoupled(student_logits, teacher_logits, labels, temperature):
    """TCKD, NCKD and log(1 − p_t), sample by sample."""
    found = []
    for (s, t), label in zip(_rows(student_logits, teacher_logits), labels, strict=True):
        log_q, log_p = log_softmax(s / temperature), log_softmax(t / temperature)
        others = [c for c in range(len(s)) if c != label]
        binary_q = [log_q[label], logsumexp(log_q[others])]
        binary_p = [log_p[label], logsumexp(log_p[others])]
        target = _divergence(binary_p, binary_q)
        non_target = _divergence(
            log_softmax(t[others] / temperature), log_softmax(s[others] / temperature)
        )
        found.append((target, non_target, binary_p[1]))
    return found


def dkd(student_logits, teacher_logits, labels, temperature, alpha, beta):
    """T² · mean of (α TCKD + β NCKD)."""
    parts = decoupled(student_logits, teacher_logits, labels, temperature)
    return temperature**2 * np.mean([alpha * target + beta * other for target, other, _ in parts])


def _correlation(one, other):
    """Pearson's; a norm below 1e-8 counts as that, so that an even row has 0 with everything."""
    one, other = one - one.mean(), other - other.mean()
    norms = [max(math.sqrt(sum(value**2 for value in row)), 1e-8) for row in (one, other)]
    return sum(a * b for a, b in zip(one, other, strict=True)) / math.prod(norms)


def dist(student_logits, teacher_logits, temperature, beta, gamma):
    """T² · (β (1 − ρ of rows) + γ (1 − ρ of columns))."""
    q = np.exp([log_softmax(row / temperature) for row in np.asarray(student_logits)])
    p = np.exp([log_softmax(row / temperature) for row in np.asarray(teacher_logits)])
    rows = np.mean([_correlation(a, b) for a, b in zip(q, p, strict=True)])
    columns = np.mean([_correlation(a, b) for a, b in zip(q.T, p.T, strict=True)])
    return temperature**2 * (beta * (1 - rows) + gamma * (1 - columns))


def nkd(student_logits, teacher_logits, labels, temperature, gamma):
    """Mean of −p_t log q_t − γ T² Σ p̂ log q̂."""
    values = []
    for (s, t), label in zip(_rows(student_logits, teacher_logits), labels, strict=True):
        target = -math.exp(log_softmax(t)[label]) * log_softmax(s)[label]
        others = [c for c in range(len(s)) if c != label]
        p, log_q = (
            np.exp(log_softmax(t[others] / temperature)),
            log_softmax(s[others] / temperature),
        )
        values.append(target - gamma * temperature**2 * sum(p * log_q))
    return np.mean(values)


def standardized_kl(student_logits, teacher_logits, temperature):
    """KL of z-scores, with the sample standard deviation."""

    def scores(rows):
        return [
            (row - row.mean()) / (row.std(ddof=1) + 1e-7) for row in np.asarray(rows, np.float64)
        ]

    return kd(scores(student_logits), scores(teacher_logits), temperature)


def virtual_teacher(student_logits, labels, temperature, confidence):
    """KL from a teacher with ``confidence`` in the label and the rest spread evenly."""
    classes = np.asarray(student_logits).shape[1]
    teacher = np.full(np.asarray(student_logits).shape, math.log((1 - confidence) / (classes - 1)))
    teacher[np.arange(len(teacher)), np.asarray(labels)] = math.log(confidence)
    return kd(student_logits, teacher, temperature)


def label_smoothing(student_logits):
    """Mean of Σ 1/C (log 1/C − log q)."""
    classes = np.asarray(student_logits).shape[1]
    even = np.full(classes, -math.log(classes))
    return np.mean([_divergence(even, log_softmax(row)) for row in np.asarray(student_logits)])


mutual = kd
"""Of one peer."""
