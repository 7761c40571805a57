"""What a person may have mistyped, and whether two names may be one person's."""

import pytest

from identity.resemblance import has_known_suffix, name_agreement, name_key, phone_key, slip


@pytest.mark.parametrize(
    ("text", "meant", "expected"),
    [
        ("gmial.com", "gmail.com", "swapped"),
        ("hotmial.com", "hotmail.com", "swapped"),
        ("gmai.com", "gmail.com", "missing"),
        ("yaho.com", "yahoo.com", "missing"),
        ("outlok.com", "outlook.com", "missing"),
        ("gmaill.com", "gmail.com", "extra"),
        ("gnail.com", "gmail.com", "other"),
        ("example.con", "example.com", "other"),
        ("gmail.co", "gmail.com", "missing"),
        ("anna1", "anna2", "digit"),
        ("anna1", "anna", "digit"),
        ("anna12", "anna21", "digit"),
        ("an.na", "anna", "separator"),
        ("an-na", "an_na", "separator"),
        ("anna", "anna", ""),
        ("ana", "hannah", ""),
        ("gmal.con", "gmail.com", ""),
        ("", "a", "missing"),
    ],
)
def test_one_slip_of_the_fingers_is_told_from_none_and_several(text: str, meant: str, expected: str) -> None:
    assert slip(text, meant) == expected


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("gmail.com", True),
        ("gmail.co", True),
        ("shop.example.co.uk", True),
        ("gmail.con", False),
        ("gmail.cmo", False),
        ("localhost", False),
        ("xn--bcher-kva.ch", True),
    ],
)
def test_a_domain_ends_as_domains_do_or_not(domain: str, expected: bool) -> None:
    assert has_known_suffix(domain) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jörg Müller", "jorg muller"),
        ("MULLER, Jorg", "jorg muller"),
        ("Jo\u0308rg Müller", "jorg muller"),
        ("Tilda Two-Phones", "phones tilda two"),
        ("Ann", ""),
        ("", ""),
    ],
)
def test_a_full_name_has_one_key_however_it_is_written(name: str, expected: str) -> None:
    assert name_key(name) == expected


@pytest.mark.parametrize(
    ("name", "other_name", "expected"),
    [
        ("Marta Weber", "Weber, MARTA", "same"),
        ("Jörg Müller", "Jorg Muller", "same"),
        ("M. Weber", "Marta Weber", "similar"),
        ("Marta Webber", "Marta Weber", "similar"),
        ("Jan Koch", "Jana Koch", "different"),
        ("Ole Sharing", "Pia Sharing", "different"),
        ("Kim Young", "Kim Stone", "different"),
        ("Ole", "Pia Sharing", "different"),
        ("Marta", "Marta Weber", "unknown"),
        ("Marta", "M. Weber", "unknown"),
        ("", "Marta Weber", "unknown"),
    ],
)
def test_names_agree_in_either_order(name: str, other_name: str, expected: str) -> None:
    assert (name_agreement(name, other_name), name_agreement(other_name, name)) == (expected, expected)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+49 (341) 555-0177", "493415550177"),
        ("0049 341 5550177", "493415550177"),
        ("".join(chr(0x0660 + int(digit)) for digit in "00493415550177"), "493415550177"),
        ("ext. 12", ""),
        ("", ""),
    ],
)
def test_a_phone_is_its_digits(phone: str, expected: str) -> None:
    assert phone_key(phone) == expected
