"""How alike two addresses or two names are: what a person may have mistyped.

Functions of the warehouse's SQL, so they take and give texts; an empty one says that there is nothing to tell.
"""

import unicodedata
from functools import cache

from publicsuffixlist import PublicSuffixList
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

_LEAST_RATIO_OF_SIMILAR_NAMES = 85
_FEWEST_DIGITS_OF_A_PHONE = 7


def slip(text: str, meant: str) -> str:
    """Return which one slip of the fingers makes `text` of what was meant, empty if it takes none or more than one.

    `swapped`, `missing`, `extra` or `other` (letters); `separator` for a dot, hyphen or underscore, and `digit`, which
    are seldom slips: many people have a name with a number of their own.
    """
    if OSA.distance(text, meant, score_cutoff=1) != 1:
        return ""
    if len(text) == len(meant):
        differing = {character for pair in zip(text, meant, strict=True) if pair[0] != pair[1] for character in pair}
        kind = "swapped" if sorted(text) == sorted(meant) else "other"
    else:
        longer, shorter = (text, meant) if len(text) > len(meant) else (meant, text)
        place = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
        differing = {longer[place]}
        kind = "extra" if longer is text else "missing"
    if any(character.isdigit() for character in differing):
        return "digit"
    return "separator" if differing & set("._-") else kind


def has_known_suffix(domain: str) -> bool:
    """Tell whether a domain, in ASCII, ends as domains do: `.com` and `.co.uk` are in the public suffix list."""
    return bool(_suffixes().publicsuffix(domain))


def name_key(full_name: str) -> str:
    """Return one form of a full name: no accents, no case, no order. Empty for fewer than two words."""
    words = _words(full_name)
    return " ".join(sorted(words)) if len(words) > 1 else ""


def name_agreement(name: str, other_name: str) -> str:
    """Tell whether two names are the `same`, `similar`, `different`, or say too little: `unknown`.

    A word alone says little when the other name has it. An initial stands for every name that begins with it.
    """
    words, other_words = _words(name), _words(other_name)
    if not words or not other_words:
        return "unknown"
    fewer, more = sorted((words, other_words), key=len)
    if len(fewer) == 1:
        return "unknown" if any(_stand_for_one(fewer[0], word) for word in more) else "different"
    if sorted(words) == sorted(other_words):
        return "same"
    if words[-1] == other_words[-1] and _stand_for_one(words[0], other_words[0]):
        return "similar"
    ratio = fuzz.token_sort_ratio(" ".join(words), " ".join(other_words))
    return "similar" if ratio >= _LEAST_RATIO_OF_SIMILAR_NAMES and words[0] == other_words[0] else "different"


def phone_key(phone: str) -> str:
    """Return the digits of a phone number, without what stands for an international call. Empty for fewer than 7."""
    digits = "".join(str(unicodedata.digit(character)) for character in phone if character.isdigit()).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS_OF_A_PHONE else ""


def _words(name: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(letter if letter.isalnum() else " " for letter in plain).split()


def _stand_for_one(word: str, other_word: str) -> bool:
    return word == other_word or (1 in (len(word), len(other_word)) and word[0] == other_word[0])


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)
