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


def teacher_labels(student_logits, teacher_logits):
    """Mean of −log q of the teacher's likeliest class, the first of equal ones."""
    return np.mean(
        [-log_softmax(s)[list(t).index(max(t))] for s, t in _rows(student_logits, teacher_logits)]
    )


def shuffled_classes(student_logits, teacher_logits, class_orders, temperature):
    """KL from the teacher whose likeliest class stays; the others, counted on from it, move."""
    shuffled = []
    for t, order in zip(np.asarray(teacher_logits, np.float64), class_orders, strict=True):
        top, classes = int(np.argmax(t)), len(t)
        row = [0.0] * classes
        row[top] = t[top]
        for place, chosen in enumerate(order):
            row[(top + 1 + place) % classes] = t[(top + 1 + chosen) % classes]
        shuffled.append(row)
    return kd(student_logits, shuffled, temperature)


def _from_given(student_logits, answers, temperature):
    """T² · mean of Σ p' (log p' − log q) of probabilities, with 0 · log 0 = 0."""
    values = [
        sum(
            p * (math.log(p) - log_q)
            for p, log_q in zip(row, log_softmax(s / temperature), strict=True)
            if p > 0
        )
        for s, row in zip(np.asarray(student_logits, np.float64), answers, strict=True)
    ]
    return temperature**2 * np.mean(values)


def top_classes(student_logits, teacher_logits, temperature, k, even):
    """The k likeliest classes, the first of equal ones; the rest even, or to the k."""
    answers = []
    for t in np.asarray(teacher_logits, np.float64):
        p = np.exp(log_softmax(t / temperature))
        kept = sorted(range(len(t)), key=lambda c, t=t: (-t[c], c))[: math.ceil(k - 0.5)]
        others = [c for c in range(len(t)) if c not in kept]
        spread = even * sum(p[c] for c in others)
        answers.append(
            [
                p[c] / sum(p[d] for d in kept) * (1 - spread) if c in kept else spread / len(others)
                for c in range(len(t))
            ]
        )
    return _from_given(student_logits, answers, temperature)


def _mixture(log_one, log_other, share):
    """Log of share · one + (1 − share) · other, class by class."""
    return [
        logsumexp([a, b], b=[share, 1 - share]) for a, b in zip(log_one, log_other, strict=True)
    ]


def jensen_shannon(student_logits, teacher_logits, temperature, beta):
    """β KL(p ‖ m) + (1 − β) KL(q ‖ m); at the ends KL(p ‖ q) and KL(q ‖ p)."""
    if beta == 0:
        return kd(student_logits, teacher_logits, temperature)
    if beta == 1:
        return reverse_kl(student_logits, teacher_logits, temperature)
    values = []
    for s, t in _rows(student_logits, teacher_logits):
        log_q, log_p = log_softmax(s / temperature), log_softmax(t / temperature)
        mixed = _mixture(log_p, log_q, beta)
        values.append(beta * _divergence(log_p, mixed) + (1 - beta) * _divergence(log_q, mixed))
    return temperature**2 * np.mean(values)


def skew_kl(student_logits, teacher_logits, temperature, alpha):
    """KL(p ‖ α p + (1 − α) q)."""
    values = []
    for s, t in _rows(student_logits, teacher_logits):
        log_q, log_p = log_softmax(s / temperature), log_softmax(t / temperature)
        values.append(_divergence(log_p, _mixture(log_p, log_q, alpha)))
    return temperature**2 * np.mean(values)


def skew_reverse_kl(student_logits, teacher_logits, temperature, alpha):
    """KL(q ‖ (1 − α) p + α q)."""
    return skew_kl(teacher_logits, student_logits, temperature, alpha)


def ttm(student_logits, teacher_logits, temperature):
    """Mean KL from p^γ, normalised, to the student as it is."""
    return np.mean([kl for kl, _ in _transformed(student_logits, teacher_logits, temperature)])


def wttm(student_logits, teacher_logits, temperature):
    """The same with each example times Σ p^γ."""
    parts = _transformed(student_logits, teacher_logits, temperature)
    return np.mean([kl * math.exp(log_norm) for kl, log_norm in parts])


def _transformed(student_logits, teacher_logits, temperature):
    found = []
    for s, t in _rows(student_logits, teacher_logits):
        log_powers = [log_p / temperature for log_p in log_softmax(t)]
        log_norm = logsumexp(log_powers)
        log_p = [each - log_norm for each in log_powers]
        found.append((_divergence(log_p, log_softmax(s)), log_norm))
    return found


def rld(student_logits, teacher_logits, labels, temperature, alpha, beta, tau):
    """α SCD + β MCD, the classes picked out one by one."""
    values = []
    for (s, t), label in zip(_rows(student_logits, teacher_logits), labels, strict=True):
        top = int(np.argmax(t))
        log_q, log_p = log_softmax(s / tau), log_softmax(t / tau)
        sure = _divergence(
            [log_p[top], logsumexp([log_p[c] for c in range(len(t)) if c != top])],
            [log_q[label], logsumexp([log_q[c] for c in range(len(t)) if c != label])],
        )
        below = [c for c in range(len(t)) if t[c] < t[label]]
        among = (
            _divergence(log_softmax(t[below] / temperature), log_softmax(s[below] / temperature))
            if below
            else 0.0
        )
        values.append(tau**2 * alpha * sure + temperature**2 * beta * among)
    return np.mean(values)


def loca(student_logits, teacher_logits, labels, temperature, alpha):
    """KL from the teacher, scaled where it errs."""
    answers = []
    for t, label in zip(np.asarray(teacher_logits, np.float64), labels, strict=True):
        p = np.exp(log_softmax(t / temperature))
        if int(np.argmax(t)) != label:
            scale = alpha / (1 - p[label] + max(p))
            p = np.array([scale * each for each in p])
            p[label] = 1 - sum(p[c] for c in range(len(p)) if c != label)
        answers.append(p)
    return _from_given(student_logits, answers, temperature)


def mft(student_logits, teacher_logits, labels, temperature, margin):
    """KL from the teacher mixed with the label where its lead is below the margin."""
    answers = []
    for t, label in zip(np.asarray(teacher_logits, np.float64), labels, strict=True):
        p = np.exp(log_softmax(t / temperature))
        other = max(p[c] for c in range(len(p)) if c != label)
        share = 0.0
        if p[label] - other < margin:
            share = (other - p[label] + margin) / (1 + other - p[label])
        answers.append([(1 - share) * p[c] + (share if c == label else 0.0) for c in range(len(p))])
    return _from_given(student_logits, answers, temperature)
