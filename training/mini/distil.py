"""A small text tower learns to place texts as its teacher does.

The student starts as part of the teacher: some of its layers, of each layer the inner units that
matter most, and the embeddings of the word pieces we keep. Its mean-pooled output, mapped
linearly, should point where the teacher's does (cosine loss), and the texts of a batch should lie
to each other as they do for the teacher (relational distillation, Park et al. 2019, on cosines).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.mini.pieces import open_tokenizer
from training.mini.recipe import CONTEXT_LENGTH, TextRecipe

if TYPE_CHECKING:
    import torch
    from transformers import BertConfig, BertModel

Vectors = NDArray[np.float32]
_CHUNK = 256
_MANY = 20_000
"""From this many texts on, vectors are computed in bfloat16."""


def embed_texts(
    model: BertModel, tokenizer: Mapping[str, Any], texts: Sequence[str], *, note: str = ""
) -> Vectors:
    """Return mean-pooled, unnormalised vectors of texts, shape (n_texts, width).

    Pooling is open_clip's ``mean_pooler``: the mean over all pieces, special ones included.

    Parameters
    ----------
    model
        The text tower.
    tokenizer
        The content of its ``tokenizer.json``.
    texts
        The texts.
    note
        What a progress bar says; without it there is none.

    Returns
    -------
    Vectors
        Shape (n_texts, width), float32.
    """
    import torch
    from rich.progress import track

    coded = [c.ids for c in open_tokenizer(tokenizer).encode_batch(list(texts))]
    order = sorted(range(len(texts)), key=lambda i: len(coded[i]))
    vectors = np.zeros((len(texts), model.config.hidden_size), np.float32)
    starts = range(0, len(order), _CHUNK)
    model.eval()  # type: ignore[no-untyped-call]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=len(texts) > _MANY):
        for start in track(starts, note, disable=not note):
            rows = order[start : start + _CHUNK]
            vectors[rows] = _pooled(model, *_pad([coded[i] for i in rows])).float().numpy()
    return vectors


def distil(
    teacher: BertModel,
    targets: Vectors,
    texts: Sequence[str],
    tokenizer: Mapping[str, Any],
    kept: Sequence[int],
    recipe: TextRecipe,
    *,
    seed: int,
) -> tuple[BertModel, float]:
    """Train a student on texts and the teacher's vectors of them.

    Parameters
    ----------
    teacher
        Where the student starts.
    targets
        The teacher's vectors, shape (n_texts, width).
    texts
        The corpus.
    tokenizer
        The pruned ``tokenizer.json``.
    kept
        The teacher's id of each of its pieces.
    recipe
        Sizes and rates.
    seed
        Decides the order.

    Returns
    -------
    tuple
        The student, and the mean cosine to the teacher on a hundredth of the texts, kept apart.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    coded = [c.ids for c in open_tokenizer(tokenizer).encode_batch(list(texts))]
    goal = functional.normalize(torch.from_numpy(targets), dim=-1)
    apart = max(1, len(texts) // 100)
    student = start_student(teacher, coded[:2000], kept, recipe)
    to_teacher = _map_to_teacher(student, coded[apart : apart + 5000], goal[apart:])
    agreement = _agreement(student, to_teacher, coded[:apart], goal)
    print(f"  before training: cosine to the teacher {agreement:.3f}", flush=True)
    usable = [i for i in range(apart, len(coded)) if len(coded[i]) <= recipe.max_length]
    steps = recipe.epochs * -(-len(usable) // recipe.batch)
    weights = [*student.parameters(), *to_teacher.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=recipe.learning_rate, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=0.05
    )
    generator = np.random.default_rng(seed)
    started = time.perf_counter()
    for epoch in range(recipe.epochs):
        student.train()
        for rows in _batches(coded, usable, recipe.batch, generator):
            with torch.autocast("cpu", torch.bfloat16):
                mean = _pooled(student, *_pad([coded[i] for i in rows]))
            out = functional.normalize(to_teacher(mean.float()), dim=-1)
            wanted = goal[rows]
            relation = (out @ out.T - wanted @ wanted.T).square().mean()
            loss = 1 - (out * wanted).sum(-1).mean() + recipe.relation_weight * relation
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
        agreement = _agreement(student, to_teacher, coded[:apart], goal)
        print(
            f"  epoch {epoch + 1}/{recipe.epochs}: cosine to the teacher {agreement:.3f} on texts "
            f"kept apart, {time.perf_counter() - started:.0f} s",
            flush=True,
        )
    student.eval()  # type: ignore[no-untyped-call]
    return student, agreement


def student_config(recipe: TextRecipe, pieces: int, teacher: BertConfig) -> BertConfig:
    """Return the configuration of the small text tower.

    Parameters
    ----------
    recipe
        Which layers and units are kept.
    pieces
        Word pieces.
    teacher
        The teacher's configuration.

    Returns
    -------
    BertConfig
        The configuration.
    """
    from transformers import BertConfig

    return BertConfig(
        vocab_size=pieces,
        hidden_size=teacher.hidden_size,
        num_hidden_layers=len(recipe.layers),
        num_attention_heads=teacher.num_attention_heads,
        intermediate_size=recipe.inner,
        max_position_embeddings=CONTEXT_LENGTH,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=0,
        attn_implementation="eager",  # type: ignore[call-arg]
    )


def start_student(
    teacher: BertModel, coded: Sequence[Sequence[int]], kept: Sequence[int], recipe: TextRecipe
) -> BertModel:
    """Cut the student out of the teacher.

    Parameters
    ----------
    teacher
        The sentence encoder.
    coded
        Some texts in the pruned vocabulary; they decide which inner units matter.
    kept
        The teacher's id of each piece of that vocabulary.
    recipe
        Which layers, how many units.

    Returns
    -------
    BertModel
        The student before training.
    """
    import torch
    from transformers import BertModel

    student = BertModel(student_config(recipe, len(kept), teacher.config), add_pooling_layer=False)
    source = teacher.embeddings
    with torch.no_grad():
        own = student.embeddings
        own.word_embeddings.weight.copy_(source.word_embeddings.weight[list(kept)])
        own.position_embeddings.weight.copy_(source.position_embeddings.weight[:CONTEXT_LENGTH])
        own.token_type_embeddings.weight.copy_(source.token_type_embeddings.weight)
        own.LayerNorm.load_state_dict(source.LayerNorm.state_dict())
        inner = _inner_activations(teacher, [[kept[i] for i in ids] for ids in coded])
        for layer, number in zip(student.encoder.layer, recipe.layers, strict=True):
            _copy_layer(teacher.encoder.layer[number], layer, inner[number], recipe.inner)
    student.eval()  # type: ignore[no-untyped-call]
    return student


def save_student(student: BertModel, agreement: float, path: Path) -> None:
    """Keep a student (safetensors; the agreement goes into the file's metadata).

    Parameters
    ----------
    student
        The student.
    agreement
        Mean cosine to the teacher.
    path
        The file to write.
    """
    from safetensors.torch import save_file

    save_file(dict(student.state_dict()), path, {"agreement": str(agreement)})


def load_student(path: Path, recipe: TextRecipe, teacher: BertConfig) -> tuple[BertModel, float]:
    """Read a kept student and its agreement with the teacher.

    Parameters
    ----------
    path
        The file to read.
    recipe
        Which layers and units were kept.
    teacher
        The teacher's configuration.

    Returns
    -------
    tuple
        The student, and its mean cosine to the teacher.
    """
    from safetensors import safe_open
    from safetensors.torch import load_file
    from transformers import BertModel

    weights = load_file(path)
    pieces = len(weights["embeddings.word_embeddings.weight"])
    student = BertModel(student_config(recipe, pieces, teacher), add_pooling_layer=False)
    student.load_state_dict(weights)
    student.eval()  # type: ignore[no-untyped-call]
    with safe_open(path, "pt") as stored:
        return student, float(stored.metadata()["agreement"])


def _inner_activations(
    teacher: BertModel, coded: Sequence[Sequence[int]]
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Mean and variance of each inner unit of each of the teacher's layers over some texts."""
    import torch

    layers: Any = teacher.encoder.layer
    seen: list[list[torch.Tensor]] = [[] for _ in layers]
    hooks = [
        layer.intermediate.register_forward_hook(
            lambda _module, _inputs, output, into=into: into.append(output.flatten(0, 1))
        )
        for into, layer in zip(seen, layers, strict=True)
    ]
    for start in range(0, len(coded), _CHUNK):
        # Padding is counted with the rest; there is little of it in short texts.
        ids, mask = _pad(coded[start : start + _CHUNK])
        teacher(input_ids=ids, attention_mask=mask)
    for hook in hooks:
        hook.remove()
    joined = [torch.cat(values) for values in seen]
    return [(values.mean(dim=0), values.var(dim=0)) for values in joined]


def _copy_layer(
    source: Any,
    target: Any,
    inner: tuple[torch.Tensor, torch.Tensor],
    keep: int,
) -> None:
    """Copy a layer with the inner units that move its output most; the others stand at their mean.

    A unit moves the output by its standard deviation times the length of its outgoing weights.
    """
    mean, variance = inner
    first, second = source.intermediate.dense, source.output.dense
    matters = variance.sqrt() * second.weight.norm(dim=0)
    chosen = matters.argsort(descending=True)[:keep].sort().values
    target.attention.load_state_dict(source.attention.state_dict())
    target.output.LayerNorm.load_state_dict(source.output.LayerNorm.state_dict())
    target.intermediate.dense.weight.copy_(first.weight[chosen])
    target.intermediate.dense.bias.copy_(first.bias[chosen])
    left_out = mean.clone()
    left_out[chosen] = 0
    target.output.dense.weight.copy_(second.weight[:, chosen])
    target.output.dense.bias.copy_(second.bias + second.weight @ left_out)


def _map_to_teacher(
    student: BertModel, coded: Sequence[Sequence[int]], goal: torch.Tensor
) -> torch.nn.Linear:
    """The linear map that brings the student nearest to the teacher before training."""
    import torch

    pooled = _vectors(student, coded)
    found = torch.linalg.lstsq(pooled, goal[: len(pooled)], driver="gelsd").solution
    layer = torch.nn.Linear(pooled.shape[1], goal.shape[1], bias=False)
    with torch.no_grad():
        layer.weight.copy_(found.T)
    return layer


def _vectors(model: BertModel, coded: Sequence[Sequence[int]]) -> torch.Tensor:
    import torch

    with torch.no_grad():
        chunks = [
            _pooled(model, *_pad(coded[i : i + _CHUNK])) for i in range(0, len(coded), _CHUNK)
        ]
    return torch.cat(chunks)


def _agreement(
    student: BertModel,
    to_teacher: torch.nn.Linear,
    coded: Sequence[Sequence[int]],
    goal: torch.Tensor,
) -> float:
    import torch
    from torch.nn import functional

    student.eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        out = functional.normalize(to_teacher(_vectors(student, coded)), dim=-1)
    return float((out * goal[: len(out)]).sum(-1).mean())


def _pooled(model: BertModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    mean: torch.Tensor = (hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(-1, keepdim=True)
    return mean


def _batches(
    coded: Sequence[Sequence[int]], usable: Sequence[int], size: int, chance: np.random.Generator
) -> list[list[int]]:
    """Shuffled batches of texts of like length, so that little is padding."""
    order = chance.permutation(np.array(usable))
    pools = [
        sorted(order[i : i + 50 * size], key=lambda row: len(coded[row]))
        for i in range(0, len(order), 50 * size)
    ]
    starts = [(pool, i) for pool in pools for i in range(0, len(pool), size)]
    batches = [[int(row) for row in pool[i : i + size]] for pool, i in starts]
    return [batches[i] for i in chance.permutation(len(batches))]


def _pad(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Piece ids and mask, shape (n_texts, longest); 0 is the padding."""
    import torch

    longest = max(len(row) for row in rows)
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
    return ids, (ids != 0).long()
