"""How much each word of a text carries of an answer: gradient times input, at the embeddings."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from kdcore.models.ensemble import members_of


def word_shares(module: nn.Module, tokens: Tensor, classes: Sequence[int]) -> Tensor:
    """What each token of a text adds to the logits of some classes, to first order.

    Of class c it is ``Σ_d e_d · ∂(z_c − mean of z)/∂e_d`` with the token's vector ``e``. Where a
    network is linear in its vectors, as a mean of them is, all of a text sum to the logit without
    its bias; elsewhere it says which words a small change of which would move it.

    Source:
        Shrikumar et al.: Not just a black box, 2016 (arXiv:1605.01713); of the logit's distance
        from the mean of all, which alone counts in a softmax.

    Args:
        module: whose networks have an ``embedding``, in evaluation mode.
        tokens: ``[length]`` whole numbers.
        classes: numbers, C of them.

    Returns:
        ``[C, length]`` float32 on the CPU.
    """
    vectors: list[Tensor] = []

    def watch(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        vectors.append(output.detach().requires_grad_())
        return vectors[-1]

    embeddings = [one.get_submodule("embedding") for one in members_of(module)]
    handles = [one.register_forward_hook(watch) for one in embeddings]
    try:
        # recurrent layers of CUDA's own library go backward in training mode alone
        with torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
            logits = module(tokens.expand(len(classes), -1)).float()
            distances = logits - logits.mean(1, keepdim=True)
            chosen = distances.gather(1, torch.tensor([classes], device=tokens.device).T)
            gradients = torch.autograd.grad(chosen.sum(), vectors)
    finally:
        for handle in handles:
            handle.remove()
    shares = [(one * own).sum(-1) for one, own in zip(vectors, gradients, strict=True)]
    return torch.stack(shares).sum(0).detach().float().cpu()
