"""One form of an address for all the ways in which it may be written.

Only what changes nothing for a mail server is taken away: two addresses that a provider may keep apart stay two. What a
provider does beyond that (dots, tags behind a plus) is in the seed `mailbox_providers`, and is no matter of this form.
"""

import re
import unicodedata

import idna

VERSION = 1
"""To be raised when `canonical_email` gives another form than before, so that addresses are read anew."""

_JOINERS = "\u200c\u200d"
"""Invisible too, but letters of some scripts change their meaning with them."""

_DOT_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
"""What RFC 5321, 4.1.2, lets stand without quotes, in whatever script (RFC 6531)."""


_PLAIN = re.compile(r"[a-z0-9!#$%&'*+./=?^_`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)*")
"""What is its own canonical form: nearly every address there is."""


def canonical_email(email: str) -> str:
    """Return the canonical form of an address: Unicode, letter case, invisible characters, quotes and domain.

    A text that is no address comes back as it is but for Unicode, so that it equals nothing but itself.
    """
    if _PLAIN.fullmatch(email) and "xn--" not in email:
        return email
    text = _visible(unicodedata.normalize("NFKC", email))
    local_part, at, domain = text.rpartition("@")
    if not at:
        return _folded(text)
    return f"{_local_part(local_part.strip())}@{_domain(domain.strip())}"


def canonical_rules() -> str:
    """Return what the canonical form depends on: an address read under other rules has to be read again."""
    return f"{VERSION}, idna {idna.__version__}, Unicode {unicodedata.unidata_version}"


def _visible(text: str) -> str:
    """Take away what shows nothing: characters of format and control. Unusual spaces are plain ones by now."""
    kept = "".join(
        " " if character.isspace() else character
        for character in text
        if character in _JOINERS or character.isspace() or unicodedata.category(character) not in ("Cf", "Cc")
    )
    if all(character.isascii() or character in _JOINERS for character in kept):
        kept = "".join(character for character in kept if character not in _JOINERS)
    return kept.strip()


def _folded(text: str) -> str:
    """Fold letter case, letter by letter: where folding gives two letters for one (ss for ß) the one stays."""
    folded = "".join(
        character.casefold() if len(character.casefold()) == 1 else character.lower() for character in text
    )
    return unicodedata.normalize("NFKC", folded)


def _local_part(local_part: str) -> str:
    """Quotes around what needs none are no part of the address (RFC 5321, 4.1.2)."""
    quoted = local_part[1:-1] if len(local_part) > 2 and local_part[0] == local_part[-1] == '"' else ""
    return _folded(quoted if _DOT_ATOM.fullmatch(quoted) and ".." not in quoted else local_part)


def _domain(domain: str) -> str:
    """Return the domain in its ASCII form (RFC 5891); one that is none stays as it is, in lower case."""
    domain = domain.lower().removesuffix(".")
    if domain.isascii() and "xn--" not in domain:
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain
