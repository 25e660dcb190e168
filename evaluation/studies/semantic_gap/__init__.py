"""The semantic gap: how much worse scenes that tell a story are found than things.

``distance_ratio`` asks whether what is said to be alike lies together; ``retrieval`` whether texts
find their pictures, ``classes`` which of them tell a story, ``content_equal`` whether that is still
so where the same things are seen; ``surface`` and ``cue_conflict`` whether form or surface is seen;
``failures`` are kept as pictures. ``study`` does it all, ``result`` is what it says.
"""
