"""Networks that read texts: what they make of padding, order and empty texts."""

import pytest
import torch

from kdcore.models.build import build_model
from kdcore.models.ensemble import EnsembleModel
from kdcore.training.word_shares import word_shares

LENGTH, VOCABULARY, CLASSES = 9, 12, 3
SPECS = ("embedding_bag:5", "text_gru:4", "bigru:6,4", "text_cnn:6,4", "transformer:8,2")
TEXT = torch.tensor([[3, 7, 2, 11, 5, 0, 0, 0, 0]], dtype=torch.int32)


def made(spec):
    return build_model(spec, (LENGTH, VOCABULARY), CLASSES, seed=0).eval()


@pytest.mark.parametrize("spec", SPECS)
def test_an_empty_text_is_answered_and_learned_from(spec):
    module = made(spec).train()
    tokens = torch.cat([TEXT, torch.zeros_like(TEXT)])
    logits = module(tokens)
    logits.logsumexp(1).sum().backward()

    assert logits.shape == (2, CLASSES)
    assert logits.isfinite().all()
    assert all(weight.grad.isfinite().all() for weight in module.parameters())
    assert not module.embedding.weight.grad[0].any(), "padding has no vector of its own"


@pytest.mark.parametrize("spec", ["embedding_bag:5", "text_gru:4", "text_cnn:6,4"])
@torch.no_grad()
def test_where_a_text_has_ended_nothing_is_read(spec):
    module = made(spec)
    longer = torch.cat([TEXT, torch.zeros(1, 4, dtype=torch.int32)], dim=1)

    assert torch.allclose(module(longer), module(TEXT), atol=1e-6)


@pytest.mark.parametrize("spec", SPECS)
@torch.no_grad()
def test_the_order_of_words_counts_but_for_a_bag(spec):
    module = made(spec)
    turned = TEXT.clone()
    turned[0, :5] = TEXT[0, :5].flip(0)

    assert torch.allclose(module(turned), module(TEXT), atol=1e-6) == spec.startswith("embedding")


def test_a_bag_is_the_mean_of_its_words_vectors():
    module = made("embedding_bag:5")
    vectors = module.embedding.weight.detach()[[3, 7, 2, 11, 5]].double().numpy()
    weight, bias = (one.detach().double().numpy() for one in module.head.parameters())
    expected = vectors.mean(0) @ weight.T + bias

    assert module(TEXT)[0].tolist() == pytest.approx(expected.tolist(), abs=1e-6)


def test_the_shares_of_a_bags_words_sum_to_the_logit_without_its_bias():
    module = made("embedding_bag:5")
    shares = word_shares(module, TEXT[0], [2, 0])
    logits = (module(TEXT) - module.head.bias)[0].detach()
    distances = logits - logits.mean()

    assert shares.shape == (2, LENGTH)
    assert shares.sum(1).tolist() == pytest.approx(distances[[2, 0]].tolist(), abs=1e-6)
    assert not shares[:, 5:].any()


@pytest.mark.parametrize("spec", SPECS)
def test_a_share_is_the_derivative_along_the_words_vector(spec):
    module = made(spec).double()
    word, other, step = 7, 1, 1e-6

    def distance(factor):
        changed = made(spec).double()
        with torch.no_grad():
            changed.embedding.weight[word] *= factor
            logits = changed(TEXT)[0]
        return float(logits[other] - logits.mean())

    slope = (distance(1 + step) - distance(1 - step)) / (2 * step)
    assert float(word_shares(module, TEXT[0], [other])[0, 1]) == pytest.approx(
        slope, rel=1e-3, abs=1e-6
    )


def test_the_shares_of_an_ensemble_are_those_of_its_members_answer():
    members = [made("embedding_bag:5"), made("text_cnn:6,4")]
    together = word_shares(EnsembleModel(members, by_logits=True).eval(), TEXT[0], [1])
    each = [word_shares(one, TEXT[0], [1]) for one in members]

    assert torch.allclose(together, (each[0] + each[1]) / 2, atol=1e-6)
    assert all(not one.embedding._forward_hooks for one in members)
