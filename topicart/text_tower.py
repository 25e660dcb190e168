"""Run an open_clip text tower without computing the padding of short texts.

Tokenizers fill every text to 64 or 77 tokens; a prompt has about ten. Where the rest cannot change
the result it is cut off, which makes prompts five times as quick and changes only last bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

__all__ = ["encode_tokens"]


def encode_tokens(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Encode token ids.

    Parameters
    ----------
    model : torch.nn.Module
        An open_clip model.
    tokens : torch.Tensor of int, shape (n, context_length)
        What its tokenizer gives, on its device; ``n`` at least 1.

    Returns
    -------
    torch.Tensor, shape (n, dim)
        Text features, not scaled to length 1.
    """
    if _is_causal_clip(model):
        return _encode_up_to_the_end(model, tokens)
    padding = _masked_padding(model)
    if padding is not None:
        used = (tokens != padding).any(dim=0).nonzero()
        tokens = tokens[:, : int(used.max()) + 1]
    features: torch.Tensor = model.encode_text(tokens)
    return features


def _masked_padding(model: Any) -> int | None:
    """The padding token of a Hugging Face text tower, which masks it out."""
    config = getattr(getattr(model, "text", None), "config", None)
    padding = getattr(config, "pad_token_id", None)
    return padding if isinstance(padding, int) else None


def _is_causal_clip(model: Any) -> bool:
    """Whether a model is CLIP as published: causal text tower, read at the end-of-text token.

    A causal tower computes no token from those after it, so what follows the end does not matter
    (Radford et al. 2021, section 2.4).
    """
    import open_clip

    return (
        type(model) is open_clip.CLIP
        and model.attn_mask is not None
        and model.text_pool_type == "argmax"
    )


def _encode_up_to_the_end(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Do what ``open_clip.CLIP.encode_text`` does, up to the last end-of-text token of the batch.

    That method adds all positions and the whole mask, so it cannot be given fewer tokens.
    """
    import torch

    end = tokens.argmax(dim=-1)  # the end-of-text token has the highest number
    length = int(end.max()) + 1
    dtype = model.transformer.get_cast_dtype()
    x = model.token_embedding(tokens[:, :length]).to(dtype)
    x = x + model.positional_embedding[:length].to(dtype)
    x = model.transformer(x, attn_mask=model.attn_mask[:length, :length])
    x = model.ln_final(x)[torch.arange(len(x), device=x.device), end]
    projection = model.text_projection
    if projection is None:
        features: torch.Tensor = x
    elif isinstance(projection, torch.nn.Linear):
        features = projection(x)
    else:
        features = x @ projection
    return features
