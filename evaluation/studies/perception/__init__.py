"""What a model sees in art, what of it words reach, and whether people agree (arXiv 2505.05229).

``dimensions`` are the five kinds of question with their phrasings; ``answers`` asks a model in
words, ``probes`` its vectors; ``deformations`` spoils pictures by code and ``defects`` asks who
notices; ``generated`` tells painted from generated works; ``annotations`` and ``agreement`` set
people beside the model, and ``form`` is the page that asks them. ``study`` does it all.
"""
