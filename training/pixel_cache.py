"""Pictures decoded once and kept at the model's size."""

from __future__ import annotations

__all__ = ["PixelCache"]


class PixelCache:
    """Stub."""
