"""Which mailbox an address leads to, beside the document that says so, read by the real models."""
# ruff: noqa: RUF001
# Letters that look like others are what this is about.

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.addresses import canonical_email
from identity.mailboxes import mailbox_of
from tests.dbt.raw_rows import RawWarehouse


class Rule(NamedTuple):
    """What a document says, in the words of this project, and where it stands."""

    says: str
    url: str


GMAIL_DOTS = Rule("dots in a Gmail address change nothing", "https://support.google.com/mail/answer/7436150")
GMAIL_PLUS = Rule("mail to name+tag goes to the name", "https://support.google.com/mail/answer/12096")
GOOGLEMAIL = Rule("gmail.com and googlemail.com are the same", "https://support.google.com/mail/answer/10313")
WORKSPACE = Rule("at an organisation of its own dots do count", GMAIL_DOTS.url)
OUTLOOK = Rule(
    "name+tag arrives in the same inbox; the domains are separate names",
    "https://support.microsoft.com/en-us/office/"
    "add-or-remove-an-email-alias-in-outlook-com-459b1989-356d-40fa-a689-8f285b13f1f2",
)
EXCHANGE = Rule(
    "an organisation may turn plus addressing off",
    "https://learn.microsoft.com/en-us/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online",
)
PROTON = Rule(
    "plus aliases; each Proton domain gives a name of its own", "https://proton.me/support/addresses-and-aliases"
)
FASTMAIL = Rule(
    "what stands after the plus is not looked at to find the account",
    "https://www.fastmail.help/hc/en-us/articles/360060591053",
)
MAILBOX_ORG = Rule(
    "address+keyword works for all addresses",
    "https://kb.mailbox.org/en/business/account-article/what-is-an-alias-and-how-do-i-use-it",
)
YANDEX_DOMAINS = Rule(
    "a mailbox has its name under the country domains and ya.ru",
    "https://yandex.com/support/yandex-360/customers/mail/en/web/preferences/about-sender/additional-addresses",
)
YANDEX_DOTS = Rule(
    "dots and hyphens are not told apart",
    "https://yandex.com/support/yandex-360/customers/mail/en/web/security/strange-letters.html",
)
YANDEX_PLUS = Rule("name+tag reaches the mailbox", "https://yandex.com/support/yandex-360/customers/mail/en/reg")
YAHOO = Rule(
    "a disposable address is nickname-keyword, and the nickname is not the mailbox's name",
    "https://help.yahoo.com/kb/SLN28815.html",
)
APPLE = Rule(
    "which of icloud.com, me.com and mac.com an account has depends on when it was made",
    "https://support.apple.com/en-us/118230",
)
LOCAL_PART = Rule(
    "only the domain's own host may give a meaning to the local part",
    "https://www.rfc-editor.org/rfc/rfc5321#section-2.3.11",
)
CASE = Rule(
    "hosts should not tell addresses apart by letter case, and none of these does",
    "https://www.rfc-editor.org/rfc/rfc5321#section-2.4",
)
QUOTES = Rule("needless quotes are no part of the address", "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2")
SMTPUTF8 = Rule("local parts are compared normalised", "https://www.rfc-editor.org/rfc/rfc6532#section-3.1")
NFKC = Rule("compatible characters are one character", "https://www.unicode.org/reports/tr15/")
FORMAT = Rule("characters of format show nothing", "https://www.unicode.org/reports/tr44/#General_Category_Values")
CASE_FOLDING = Rule("letters are folded one by one", "https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt")
IDNA = Rule("a domain in Unicode is its A-label", "https://www.rfc-editor.org/rfc/rfc5891#section-4.4")
IDNA_MAPPING = Rule("letter case, width and dots are mapped first", "https://www.unicode.org/reports/tr46/#Processing")
DEVIATION = Rule("ß and ss are different domains", "https://www.unicode.org/reports/tr46/#Deviations")
ROOT = Rule("the dot of the root is no part of a domain", "https://www.rfc-editor.org/rfc/rfc1034#section-3.1")

CASES = [
    # As it is written, the mailbox it leads to, the document.
    ("ann.lee@gmail.com", "annlee@gmail.com", GMAIL_DOTS),
    ("a.n.n.l.e.e@gmail.com", "annlee@gmail.com", GMAIL_DOTS),
    ("annlee@gmail.com", "annlee@gmail.com", GMAIL_DOTS),
    ("annlee+shop@gmail.com", "annlee@gmail.com", GMAIL_PLUS),
    ("ann.lee+shop+again@gmail.com", "annlee@gmail.com", GMAIL_PLUS),
    ("ann.lee+sh.op@gmail.com", "annlee@gmail.com", GMAIL_PLUS),
    ("annlee+@gmail.com", "annlee@gmail.com", GMAIL_PLUS),
    ("+annlee@gmail.com", "+annlee@gmail.com", GMAIL_PLUS),
    ("ann-lee@gmail.com", "ann-lee@gmail.com", GMAIL_DOTS),
    ("ann_lee@gmail.com", "ann_lee@gmail.com", GMAIL_DOTS),
    ("ann.lee@googlemail.com", "annlee@gmail.com", GOOGLEMAIL),
    ("annlee+news@googlemail.com", "annlee@gmail.com", GOOGLEMAIL),
    ("ann.lee@gmail.co", "ann.lee@gmail.co", GMAIL_DOTS),
    ("ann.lee@mail.gmail.com", "ann.lee@mail.gmail.com", GMAIL_DOTS),
    ("ann.lee@acme.example", "ann.lee@acme.example", WORKSPACE),
    ("annlee@acme.example", "annlee@acme.example", WORKSPACE),
    ("ann+shop@acme.example", "ann+shop@acme.example", LOCAL_PART),
    ("ann+shop@school.edu", "ann+shop@school.edu", LOCAL_PART),
    ("ann-shop@acme.example", "ann-shop@acme.example", LOCAL_PART),
    ("ann=shop@acme.example", "ann=shop@acme.example", LOCAL_PART),
    ("ann+shop@contoso.example", "ann+shop@contoso.example", EXCHANGE),
    ("ann.lee@outlook.com", "ann.lee@outlook.com", OUTLOOK),
    ("ann.lee+shop@outlook.com", "ann.lee@outlook.com", OUTLOOK),
    ("annlee+shop@hotmail.com", "annlee@hotmail.com", OUTLOOK),
    ("annlee@live.com", "annlee@live.com", OUTLOOK),
    ("annlee+a@live.com", "annlee@live.com", OUTLOOK),
    ("annlee+a@msn.com", "annlee@msn.com", OUTLOOK),
    ("annlee+shop@hotmail.example", "annlee+shop@hotmail.example", LOCAL_PART),
    ("ann.lee+bills@proton.me", "ann.lee@proton.me", PROTON),
    ("annlee@protonmail.com", "annlee@protonmail.com", PROTON),
    ("annlee+x@protonmail.com", "annlee@protonmail.com", PROTON),
    ("annlee@pm.me", "annlee@pm.me", PROTON),
    ("annlee+hiking@fastmail.com", "annlee@fastmail.com", FASTMAIL),
    ("ann.lee+hiking@fastmail.fm", "ann.lee@fastmail.fm", FASTMAIL),
    ("annlee@fastmail.fm", "annlee@fastmail.fm", FASTMAIL),
    ("annlee+keyword@mailbox.org", "annlee@mailbox.org", MAILBOX_ORG),
    ("ann.lee@mailbox.org", "ann.lee@mailbox.org", MAILBOX_ORG),
    ("annlee@yandex.ru", "annlee@yandex.com", YANDEX_DOMAINS),
    ("annlee@ya.ru", "annlee@yandex.com", YANDEX_DOMAINS),
    ("annlee@yandex.kz", "annlee@yandex.com", YANDEX_DOMAINS),
    ("annlee@yandex.by", "annlee@yandex.com", YANDEX_DOMAINS),
    ("ann.lee@yandex.com", "ann-lee@yandex.com", YANDEX_DOTS),
    ("ann-lee@yandex.ru", "ann-lee@yandex.com", YANDEX_DOTS),
    ("ann.lee+forum@yandex.com", "ann-lee@yandex.com", YANDEX_PLUS),
    ("annlee-books@yahoo.com", "annlee-books@yahoo.com", YAHOO),
    ("annlee+books@yahoo.com", "annlee+books@yahoo.com", YAHOO),
    ("ann.lee@yahoo.com", "ann.lee@yahoo.com", YAHOO),
    ("annlee@icloud.com", "annlee@icloud.com", APPLE),
    ("annlee@me.com", "annlee@me.com", APPLE),
    ("annlee@mac.com", "annlee@mac.com", APPLE),
    ("Ann.Lee@Acme.Example", "ann.lee@acme.example", CASE),
    ("ANN.LEE@GMAIL.COM", "annlee@gmail.com", CASE),
    ('"ann.lee"@acme.example', "ann.lee@acme.example", QUOTES),
    ('"ann lee"@acme.example', '"ann lee"@acme.example', QUOTES),
    ('"ann..lee"@acme.example', '"ann..lee"@acme.example', QUOTES),
    ("rene\u0301@acme.example", "rené@acme.example", SMTPUTF8),
    ("ren\u00e9@acme.example", "rené@acme.example", SMTPUTF8),
    ("rene@acme.example", "rene@acme.example", SMTPUTF8),
    ("ａｎｎ.ｌｅｅ＠ａｃｍｅ.ｅｘａｍｐｌｅ", "ann.lee@acme.example", NFKC),
    ("ﬁona@acme.example", "fiona@acme.example", NFKC),
    ("ann\u200blee@acme.example", "annlee@acme.example", FORMAT),
    ("\ufeffann.lee@acme.example", "ann.lee@acme.example", FORMAT),
    ("\u202aann.lee@acme.example\u202c", "ann.lee@acme.example", FORMAT),
    ("an\u00adn@acme.example", "ann@acme.example", FORMAT),
    ("\u00a0ann.lee@acme.example\u00a0", "ann.lee@acme.example", NFKC),
    ("ann.lee@acme.example\u3000", "ann.lee@acme.example", NFKC),
    ("ann.lee\u2009@\u2009acme.example", "ann.lee@acme.example", NFKC),
    ("ΆΝΝΑ@acme.example", "άννα@acme.example", CASE_FOLDING),
    ("ΛΟΓΟΣ@acme.example", "λογοσ@acme.example", CASE_FOLDING),
    ("λογος@acme.example", "λογοσ@acme.example", CASE_FOLDING),
    ("strauß@acme.example", "strauß@acme.example", CASE_FOLDING),
    ("strauss@acme.example", "strauss@acme.example", CASE_FOLDING),
    ("ann@bücher.example", "ann@xn--bcher-kva.example", IDNA),
    ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example", IDNA),
    ("ann@XN--BCHER-KVA.example", "ann@xn--bcher-kva.example", IDNA),
    ("ann@BÜCHER.example", "ann@xn--bcher-kva.example", IDNA_MAPPING),
    ("ann@bu\u0308cher.example", "ann@xn--bcher-kva.example", IDNA_MAPPING),
    ("ann@例え。example", "ann@xn--r8jz45g.example", IDNA_MAPPING),
    ("ann@straße.example", "ann@xn--strae-oqa.example", DEVIATION),
    ("ann@strasse.example", "ann@strasse.example", DEVIATION),
    ("ann.lee@acme.example.", "ann.lee@acme.example", ROOT),
    ("annlee@gmail.com.", "annlee@gmail.com", ROOT),
    ("ann lee@acme.example", "ann lee@acme.example", LOCAL_PART),
    ("ann@lee@acme.example", "ann@lee@acme.example", LOCAL_PART),
    ("not an address", "not an address", LOCAL_PART),
]


@pytest.fixture(scope="module")
def mailboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Put every case into one purchase each, and read the mailboxes by the order's number."""
    warehouse = RawWarehouse(tmp_path_factory.mktemp("addresses"))
    warehouse.put("transactions", [purchase(number, written) for number, (written, _, _) in enumerate(CASES)])
    selected = ["+int_identity_addresses", "+stg_thrivecart__transactions"]
    warehouse.dbt("build", "--select", *selected, "--exclude-resource-type", "test", "unit_test")
    sql = """
        select transactions.order_number, addresses.mailbox
        from staging.stg_thrivecart__transactions as transactions
        inner join intermediate.int_identity_addresses as addresses using (workspace_id, email)
    """
    yield dict(warehouse.rows(sql))


def purchase(number: int, email: str) -> dict[str, object]:
    return {
        "event_id": str(number),
        "transaction_type": "charge",
        "item_type": "product",
        "item_id": 1,
        "amount": 4900,
        "order_id": str(number),
        "currency": "USD",
        "timestamp": 1_760_000_000,
        "mode": "live",
        "seen_at": "2026-01-01T00:00:00+00:00",
        "customer": {"email": email},
    }


@pytest.mark.parametrize(("written", "mailbox"), [case[:2] for case in CASES])
def test_one_address_leads_without_models_to_the_same_mailbox(written: str, mailbox: str) -> None:
    assert mailbox_of(written.strip().lower()) == mailbox


def test_every_case_is_one_of_its_own() -> None:
    assert len({written for written, _, _ in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize(
    ("number", "case"),
    list(enumerate(CASES)),
    ids=[f"{number}-{rule.says}" for number, (_, _, rule) in enumerate(CASES)],
)
def test_an_address_leads_to_the_mailbox_that_its_provider_documents(
    mailboxes: dict[str, str], number: int, case: tuple[str, str, Rule]
) -> None:
    written, mailbox, rule = case
    assert mailboxes[str(number)] == mailbox, f"{written}: {rule.says} ({rule.url})"


ADDRESS_TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("@.+\"'-_ aAßẞİıςΣ\u200b\u200c\u200d\u00ad\u00a0\u3000\ufeff\u0301\u0308。xn"),
    ),
    max_size=20,
)


@given(ADDRESS_TEXTS)
def test_the_canonical_form_of_any_text_is_its_own_canonical_form(text: str) -> None:
    assert canonical_email(canonical_email(text)) == canonical_email(text)


@given(ADDRESS_TEXTS)
def test_the_domain_of_any_text_does_not_change_what_stands_before_it(text: str) -> None:
    before = canonical_email(f"{text.replace('@', '')}@acme.example").rpartition("@")[0]
    assert canonical_email(f"{text.replace('@', '')}@bücher.example").rpartition("@")[0] == before
