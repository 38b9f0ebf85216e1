"""Every file's columns, declared once: header, grammar, meaning.

Readers, imports, checks, the batch engine and the manual all read these declarations, so the
module stays light: importing it costs a millisecond.
"""

from __future__ import annotations

from ilactl.ledger.grammar import Column, Grammar, Table

__all__ = [
    "COURSES",
    "CREDENTIALS",
    "CREDENTIAL_KEYS",
    "ENROLMENTS",
    "ENTITLEMENTS",
    "FIGURES",
    "IDENTITIES",
    "ORGANISATIONS",
    "OUTCOMES",
    "PERSONS",
    "PRIVATE",
    "REASONS",
    "RELEVANCE",
    "RUNS",
    "TABLES",
]


def _c(name: str, grammar: Grammar, meaning: str, required: bool = False) -> Column:
    return Column(name, grammar, meaning, required)


G = Grammar

IDENTITIES = Table(
    "identities.csv",
    "Who a person is. The one file to keep out of version control and off shares.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("valid_from", G.DATE, "the day from which the row's facts hold", True),
        _c("name", G.TEXT, "the name as the person writes it"),
        _c("birth_date", G.DATE, "the day of birth; age is computed from it"),
        _c("contact", G.TEXT, "an e-mail address or telephone number"),
        _c("external_id", G.TEXT, "the id by which another register knows the person"),
        _c("facts", G.FACTS, "facts that the scheme declares sensitive"),
        _c("salt", G.SALT, "random digits, so that digests over the row say nothing about it", True),
    ),
    private=True,
)

PERSONS = Table(
    "persons.csv",
    "What is true of a person and since when. A row is whole and holds until the next.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("isced_level", G.ISCED, "highest completed level of education, ISCED 2011, 0 to 8"),
        _c("labour_status", G.LABOUR_STATUS, "labour market status"),
        _c("work_share", G.SHARE, "share of full-time work, 0 to 1"),
        _c("employer", G.ID, "the employer's id in organisations.csv"),
        _c("region", G.TEXT, "region of residence"),
        _c("groups", G.GROUPS, "target groups the person belongs to"),
        _c("same_as", G.ID, "the id of the person this one turned out to be"),
        _c("facts", G.FACTS, "the states that the scheme declares"),
    ),
)

FIGURES = Table(
    "figures.csv",
    "What adds up over a span. A later row for the same person, figure, span and source replaces it.",
    (
        _c("person", G.ID, "the account holder's id", True),
        _c("figure", G.NAME, "the figure's name as the scheme declares it", True),
        _c("from", G.DATE, "first day of the span", True),
        _c("to", G.DATE, "last day of the span", True),
        _c("value", G.DECIMAL, "the figure", True),
        _c("source", G.TEXT, "where it comes from: an organisation's id or a document"),
    ),
)

ORGANISATIONS = Table(
    "organisations.csv",
    "Employers, employment services, training providers, funders. A row is whole and holds until the next.",
    (
        _c("organisation", G.ID, "the organisation's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("kinds", G.ORGANISATION_KINDS, "what it is to the scheme", True),
        _c("name", G.TEXT, "its name", True),
        _c("country", G.COUNTRY, "its country"),
        _c("register_no", G.TEXT, "its number in the public register"),
        _c("contact", G.TEXT, "an e-mail address or telephone number"),
        _c("quality_label", G.TEXT, "the quality label it holds"),
        _c("label_issuer", G.TEXT, "who gave the label"),
        _c("label_from", G.DATE, "the label's first day"),
        _c("label_until", G.DATE, "the label's last day"),
        _c(
            "suspended",
            G.TEXT,
            "why it may get nothing at the moment; empty: it may",
        ),
        _c("iban", G.IBAN, "the account it is paid on"),
        _c("iban_confirmed", G.IBAN, "the account that somebody else confirmed"),
    ),
)

COURSES = Table(
    "courses.csv",
    "Eligible opportunities: training, guidance, validation of prior learning, assessments, exams.",
    (
        _c("course", G.ID, "the opportunity's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("provider", G.ID, "the provider's id in organisations.csv", True),
        _c("kind", G.COURSE_KIND, "what it is", True),
        _c("title", G.TEXT, "its title", True),
        _c("titles", G.TITLES, "its titles in other languages"),
        _c("languages", G.LANGUAGES, "the languages it is held in"),
        _c("eqf_level", G.EQF, "EQF level, 1 to 8"),
        _c("cycle", G.CYCLE, "cycle of the European Higher Education Area"),
        _c("field", G.FIELD, "ISCED-F 2013 field"),
        _c("ects", G.DECIMAL, "ECTS credits"),
        _c("hours", G.DECIMAL, "workload in hours"),
        _c("price", G.AMOUNT, "price"),
        _c("eligible", G.AMOUNT, "what of the price entitlement may pay; empty: all of it"),
        _c("unit", G.UNIT, "unit of price and eligible costs"),
        _c("assessment", G.TEXT, "how it is assessed; empty: it is not"),
        _c("quality_assurance", G.TEXT, "the quality assurance that it stands under"),
        _c("prerequisites", G.TEXT, "what one must know or hold before"),
        _c("part_of", G.ID, "the course whose larger award it counts towards"),
        _c("withdrawn", G.TEXT, "why it is no longer offered; empty: it is offered"),
        _c("facts", G.FACTS, "the facts of courses that the scheme declares"),
    ),
)

RUNS = Table(
    "runs.csv",
    "When and where courses are held. A row is whole and holds until the next.",
    (
        _c("course", G.ID, "the course's id in courses.csv", True),
        _c("run", G.ID, "the run's id, unique within the course", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("starts", G.DATE, "its first day"),
        _c("ends", G.DATE, "its last day"),
        _c("pace", G.SHARE, "share of full-time study, 0 to 1"),
        _c("time_of_day", G.TIME_OF_DAY, "when in the day or week"),
        _c("mode", G.MODE, "how it is held"),
        _c("place", G.TEXT, "where"),
        _c("languages", G.LANGUAGES, "the languages, where they differ from the course's"),
        _c("seats", G.INTEGER, "how many can enrol; empty: no limit"),
        _c("apply_from", G.DATE, "the first day one may enrol"),
        _c("apply_until", G.DATE, "the last day one may enrol"),
        _c("price", G.AMOUNT, "the price, where it differs from the course's"),
        _c("unit", G.UNIT, "unit of the price"),
        _c("withdrawn", G.TEXT, "why it is not held; empty: it is"),
    ),
    keys=2,
)

OUTCOMES = Table(
    "outcomes.csv",
    "What somebody who completed a course knows, can do, or is able to answer for.",
    (
        _c("course", G.ID, "the course's id in courses.csv", True),
        _c("outcome", G.INTEGER, "its number within the course", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("kind", G.OUTCOME_KIND, "knowledge, skill or competence", True),
        _c("text", G.TEXT, "the learning outcome in words; empty: it no longer holds"),
        _c("uri", G.URI, "the skill's address in ESCO"),
    ),
    keys=2,
)

RELEVANCE = Table(
    "relevance.csv",
    "Evidence that the labour market asks for a course or a field, and for how long it holds.",
    (
        _c("about", G.ABOUT, "the course or field", True),
        _c("evidence", G.TEXT, "what says so: a list, a survey, an employer", True),
        _c("valid_from", G.DATE, "the first day the evidence holds", True),
        _c("valid_until", G.DATE, "the last day it holds; empty: no end"),
        _c("ref", G.TEXT, "the document"),
    ),
    keys=2,
)

ENTITLEMENTS = Table(
    "entitlements.csv",
    "Every movement on every wallet: one row moves one amount of one unit from one account to another.",
    (
        _c("entry", G.ID, "the entry's id", True),
        _c("booked_on", G.DATE, "the day it was booked; never goes back", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("kind", G.KIND, "what the entry does", True),
        _c("lot", G.ID, "the lot it draws on; empty on the row that opens one"),
        _c("amount", G.AMOUNT, "how much moves", True),
        _c("unit", G.UNIT, "of what", True),
        _c("from", G.ACCOUNT, "the account it leaves"),
        _c("to", G.ACCOUNT, "the account it reaches"),
        _c("usable_from", G.DATE, "the first day it may be reserved; empty: at once"),
        _c("expires_on", G.DATE_OR_NEVER, "the last day it may be reserved; empty: no end"),
        _c("earmark", G.EARMARK, "what alone it may buy"),
        _c("enrolment", G.ID, "the enrolment it belongs to"),
        _c("rule", G.RULE, "the rule and version that caused it"),
        _c("period", G.PERIOD, "the period it is for"),
        _c("due", G.AMOUNT, "the amount before caps; empty if equal"),
        _c("of", G.ID, "the entry it reverses, corrects, matches or stems from"),
        _c("ref", G.TEXT, "an outside document"),
    ),
)

ENROLMENTS = Table(
    "enrolments.csv",
    "Every step of every enrolment. What a step decided stands in its row; settling only pays it.",
    (
        _c("enrolment", G.ID, "the enrolment's id", True),
        _c("booked_on", G.DATE, "the day the step was recorded", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("course", G.ID, "the opportunity's id", True),
        _c("run", G.ID, "the course run's id"),
        _c("step", G.STEP, "what happened", True),
        _c("on", G.DATE, "the day it happened", True),
        _c("rule", G.RULE, "the rule and version that decided it"),
        _c("price", G.AMOUNT, "the price, on the row that enrols"),
        _c("own", G.AMOUNT, "what the holder pays beside entitlement, on the row that enrols"),
        _c("due", G.AMOUNT, "what the payee may be paid so far, of what was reserved"),
        _c("unit", G.UNIT, "unit of these amounts"),
        _c("payee", G.ACCOUNT, "who is paid, on the row that enrols"),
        _c("share", G.SHARE, "attendance so far, 0 to 1"),
        _c("result", G.TEXT, "the assessment's result; of a cancellation force_majeure, new_date"),
        _c("by", G.PARTY, "who cancelled"),
        _c("reason", G.REASON, "why"),
        _c("consent", G.TEXT, "who agreed, how, and for a caseworker on what evidence"),
        _c("ref", G.TEXT, "an outside document, such as the provider's invoice"),
    ),
)

REASONS = Table(
    "reasons.csv",
    "Why people did not enrol or did not go on: from caseworkers, from steps, from surveys.",
    (
        _c("recorded_on", G.DATE, "the day it was recorded", True),
        _c("person", G.ID, "the account holder's id, where it is known"),
        _c("course", G.ID, "the opportunity's id, where it is about one"),
        _c("reason", G.REASON, "the reason", True),
        _c("source", G.TEXT, "declined, or the survey's name", True),
        _c("ref", G.TEXT, "an outside document, or the answer's number"),
    ),
)

CREDENTIALS = Table(
    "credentials.csv",
    "Every micro-credential issued, imported, recognised, and what became of it. One row is one step.",
    (
        _c("credential", G.ID, "the credential's id", True),
        _c("booked_on", G.DATE, "the day the step was recorded", True),
        _c("person", G.ID, "the account holder's id", True),
        _c("enrolment", G.ID, "the enrolment it certifies"),
        _c("course", G.ID, "the opportunity it certifies"),
        _c("step", G.CREDENTIAL_STEP, "what happened", True),
        _c("on", G.DATE, "the day it happened", True),
        _c("issuer", G.TEXT, "the issuer's decentralised identifier"),
        _c("status_list", G.INTEGER, "the number of the status list it stands in"),
        _c("status_index", G.INTEGER, "its place in the status list, never used twice"),
        _c("valid_until", G.DATE, "the last day it is valid; empty: no end"),
        _c("digest", G.DIGEST, "SHA-256 of the document in credentials/"),
        _c("by", G.ID, "the organisation that recognised it"),
        _c("reason", G.TEXT, "why"),
        _c("ref", G.TEXT, "an outside document"),
    ),
)

CREDENTIAL_KEYS = Table(
    "credential_keys.csv",
    "The public keys that sign micro-credentials. A row is whole and holds until the next.",
    (
        _c("key", G.ID, "the key's id", True),
        _c("valid_from", G.DATE, "the first day on which the row holds", True),
        _c("did", G.TEXT, "the decentralised identifier that signs with it", True),
        _c("public", G.MULTIBASE, "the public key, Ed25519, as a Multikey", True),
        _c("retired_on", G.DATE, "the last day it signed; empty: it signs"),
        _c("compromised_since", G.DATE, "the day from which somebody else may have signed with it"),
    ),
)

TABLES = (
    IDENTITIES,
    PERSONS,
    FIGURES,
    ORGANISATIONS,
    COURSES,
    RUNS,
    OUTCOMES,
    RELEVANCE,
    ENTITLEMENTS,
    ENROLMENTS,
    REASONS,
    CREDENTIALS,
    CREDENTIAL_KEYS,
)
"""All files of the ledger in a fixed order."""

PRIVATE = frozenset(table.file for table in TABLES if table.private)
"""The files that say who people are: their rows never enter the log, and rows can be taken out."""
