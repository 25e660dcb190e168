"""How facts are put into words: the second layer of the house, without torch.

Facts are cleaned for prompts (``cleaning``), gathered into a vocabulary of terms by facet
(``vocabulary``) and united (``uniting``) with those of Iconclass, SKOS files and lists
(``gathering``), set into templates that a user can copy and edit (``templates``,
``templates.toml``), and told as captions of works (``captions``, ``captions.toml``).
"""

from prompts.caption_templates import (
    CaptionTemplate,
    CaptionTemplates,
    load_caption_templates,
)
from prompts.captions import Caption, Captioner, caption, facts_of, first_sentence
from prompts.cleaning import clean_value, prompt_text, shown, spell_out, without_brackets
from prompts.gathering import gather_terms
from prompts.listed_term import VocabularyError
from prompts.templates import TemplateError, Templates, load_templates, phrase
from prompts.uniting import add_terms
from prompts.vocabulary import DATE, Term, Vocabulary, build_vocabulary
from prompts.years import year_in_words

__all__ = [
    "DATE",
    "Caption",
    "CaptionTemplate",
    "CaptionTemplates",
    "Captioner",
    "TemplateError",
    "Templates",
    "Term",
    "Vocabulary",
    "VocabularyError",
    "add_terms",
    "build_vocabulary",
    "caption",
    "clean_value",
    "facts_of",
    "first_sentence",
    "gather_terms",
    "load_caption_templates",
    "load_templates",
    "phrase",
    "prompt_text",
    "shown",
    "spell_out",
    "without_brackets",
    "year_in_words",
]
