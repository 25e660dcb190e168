"""A gallery painted by code, which may be shipped: facts first, then the pictures.

`plan_gallery` invents works that hang together (artists, manners, themes, subjects),
`paint` paints one of them, `paint_gallery` writes a whole gallery to disk. A theme
composes an underpainting of shapes in light; a manner paints over it as its artist would.
Nothing is drawn from any real picture; one seed decides every stroke.
"""

from .artists import ARTISTS, MANNERS, Artist, Manner
from .painting import paint
from .plan import PlannedWork, plan_gallery
from .themes import THEMES, Theme
from .writing import paint_gallery

__all__ = [
    "ARTISTS",
    "MANNERS",
    "THEMES",
    "Artist",
    "Manner",
    "PlannedWork",
    "Theme",
    "paint",
    "paint_gallery",
    "plan_gallery",
]
