"""Published studies of what models see in art, made runnable for any model and any collection.

``semantic_gap`` asks whether scenes that tell a story are found less well than things;
``perception`` asks what a model sees, what of it words reach, and whether people agree;
``conditional`` measures conditional retrieval. ``looking`` is what they look through: models,
pictures as they are and as treated, vectors kept. ``reporting`` writes their pages.
"""
