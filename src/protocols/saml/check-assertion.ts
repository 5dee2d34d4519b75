/**
 * The checks of the web browser SSO profile (SAML profiles 4.1.4.3) on the signed assertion. Only here does Usher read
 * facts about a person, and only from verified XML.
 */
import { findAuthenticationIssue, type AuthenticationRules } from "../authentication.js";
import { checkIssueInstant, checkNotBefore, checkNotOnOrAfter, readInstant, type Clocks } from "./instants.js";
import { BEARER, NAME_ID_FORMAT, NAMESPACE } from "./names.js";
import { ProtocolRefusal, quote } from "../refusal.js";
import { childrenOf, onlyChildOf, textOf, type XmlElement } from "../xml/index.js";
import { refuse, type SamlRefusalCode } from "./refusals.js";
import { readAttributes } from "./read-attributes.js";
import { readMessage, refuseIssues } from "./read-message.js";

/** The longest validity of an assertion. Usher stores the assertion's ID for as long as it is valid. */
const LONGEST_VALIDITY_HOURS = 24;
const NAME_ID_LENGTH = 512;

/** What an assertion must contain. */
export interface AssertionExpectations extends Clocks {
  /** The provider's entity ID. */
  readonly issuer: string;
  /** The service provider's entity ID. */
  readonly audience: string;
  readonly acsUrl: string;
  /** The ID of the request that the message with the assertion answers. */
  readonly requestId: string;
  /** The person must have authenticated after this instant (ForceAuthn). `null` accepts any time. */
  readonly mustBeAfter: Date | null;
  /** The requested classes. The assertion must have one of them. An empty list allows any class. */
  readonly authnContexts: readonly string[];
  readonly authentication: AuthenticationRules;
}

/** A person's name at the provider (SAML core 2.2.3). */
export interface VerifiedNameId {
  readonly value: string;
  readonly format: string;
  readonly qualifier: string | null;
  /** The service provider, or the group of service providers, for which the name is. */
  readonly spQualifier: string | null;
}

/** A verified assertion as plain data, so that Usher can store it between two requests. */
export interface VerifiedAssertion {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: VerifiedNameId;
  /** When the conditions or the confirmation of the assertion end, whichever is later, in ISO 8601. */
  readonly expiresAt: string;
  readonly authnInstant: string;
  readonly authnContextClasses: readonly string[];
  /** When a session of the person must end at the latest, in ISO 8601; `null` if the provider sets no limit. */
  readonly sessionEndsAt: string | null;
  /** The provider's name for the session. */
  readonly sessionIndex: string | null;
  /** The text values of every attribute, by its name, in their order. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

/** @throws ProtocolRefusal for the first check that fails */
export function checkAssertion(assertionXml: string, expected: AssertionExpectations): VerifiedAssertion {
  const root = readMessage(assertionXml);
  if (root.namespace !== NAMESPACE.assertion || root.name !== "Assertion" || root.attributes.get("Version") !== "2.0")
    refuse("SAML_NOT_A_RESPONSE", "what was signed is not a SAML 2.0 assertion");
  const id = root.attributes.get("ID");
  if (id === undefined || id === "") return refuse("SAML_UNEXPECTED_STRUCTURE", "the assertion has no ID");
  const issuer = trimmedText(only(root, "Issuer", "SAML_WRONG_ISSUER"), "SAML_WRONG_ISSUER");
  if (issuer !== expected.issuer) refuse("SAML_WRONG_ISSUER", `expected ${expected.issuer}, received ${quote(issuer)}`);
  const issued = checkIssueInstant(root.attributes.get("IssueInstant"), expected);
  const conditionsEnd = checkConditions(root, issued, expected);
  const subject = only(root, "Subject", "SAML_NAME_ID_UNUSABLE");
  const confirmationEnd = checkConfirmation(subject, expected);
  const authentication = checkAuthentication(root, expected);
  return {
    id,
    issuer,
    nameId: readNameId(subject),
    expiresAt: new Date(Math.max(conditionsEnd.getTime(), confirmationEnd.getTime())).toISOString(),
    ...authentication,
    attributes: readAttributes(root),
  };
}

const KNOWN_CONDITIONS: ReadonlySet<string> = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);

/** Every condition must be met. An unknown condition counts as not met (SAML core 2.5.1). */
function checkConditions(assertion: XmlElement, issued: Date, expected: AssertionExpectations): Date {
  const conditions = only(assertion, "Conditions", "SAML_CONDITIONS_MISSING");
  const start = conditions.attributes.get("NotBefore");
  if (start !== undefined) checkNotBefore(start, "Conditions/NotBefore", expected);
  const end = checkNotOnOrAfter(
    conditions.attributes.get("NotOnOrAfter"),
    "Conditions/NotOnOrAfter",
    "SAML_CONDITIONS_MISSING",
    expected,
  );
  if (end.getTime() - issued.getTime() > LONGEST_VALIDITY_HOURS * 3_600_000)
    refuse("SAML_CONDITIONS_MISSING", `it is valid for more than ${LONGEST_VALIDITY_HOURS} hours`);
  for (const { namespace, name } of conditions.children)
    if (namespace !== NAMESPACE.assertion || !KNOWN_CONDITIONS.has(name))
      refuse("SAML_CONDITIONS_MISSING", `the condition ${quote(name)} is unknown`);
  const restrictions = childrenOf(conditions, NAMESPACE.assertion, "AudienceRestriction");
  if (restrictions.length === 0) refuse("SAML_WRONG_AUDIENCE", "the assertion names no audience");
  for (const restriction of restrictions) {
    const audiences = childrenOf(restriction, NAMESPACE.assertion, "Audience").map((audience) =>
      trimmedText(audience, "SAML_WRONG_AUDIENCE"),
    );
    if (!audiences.includes(expected.audience))
      refuse("SAML_WRONG_AUDIENCE", `expected ${expected.audience}, received ${quote(audiences.join(", "))}`);
  }
  return end;
}

/** Requires at least one bearer confirmation for this address, this request and this moment (SAML profiles 4.1.4.3). */
function checkConfirmation(subject: XmlElement, expected: AssertionExpectations): Date {
  const bearers = childrenOf(subject, NAMESPACE.assertion, "SubjectConfirmation").filter(
    ({ attributes }) => attributes.get("Method") === BEARER,
  );
  let refusal: unknown = new ProtocolRefusal(
    "SAML_CONFIRMATION_MISSING",
    "there is no confirmation of the kind bearer",
  );
  for (const bearer of bearers)
    try {
      return checkBearer(only(bearer, "SubjectConfirmationData", "SAML_CONFIRMATION_MISSING"), expected);
    } catch (error) {
      refusal = error;
    }
  throw refusal;
}

function checkBearer(data: XmlElement, expected: AssertionExpectations): Date {
  const { attributes } = data;
  const recipient = attributes.get("Recipient");
  if (recipient !== expected.acsUrl)
    refuse("SAML_WRONG_RECIPIENT", `expected ${expected.acsUrl}, received ${quote(recipient)}`);
  // Without this, a thief could use a stolen assertion to answer a request of their own.
  if (attributes.get("InResponseTo") !== expected.requestId)
    refuse("SAML_WRONG_REQUEST", `received ${quote(attributes.get("InResponseTo"))}`);
  const start = attributes.get("NotBefore");
  if (start !== undefined) checkNotBefore(start, "SubjectConfirmationData/NotBefore", expected);
  return checkNotOnOrAfter(
    attributes.get("NotOnOrAfter"),
    "SubjectConfirmationData/NotOnOrAfter",
    "SAML_CONFIRMATION_MISSING",
    expected,
  );
}

function checkAuthentication(assertion: XmlElement, expected: AssertionExpectations) {
  const statements = childrenOf(assertion, NAMESPACE.assertion, "AuthnStatement");
  const first = statements[0];
  if (first === undefined) return refuse("SAML_AUTHN_STATEMENT_MISSING");
  const ends = statements.flatMap(({ attributes }) => {
    const end = attributes.get("SessionNotOnOrAfter");
    if (end === undefined) return [];
    return [checkNotOnOrAfter(end, "AuthnStatement/SessionNotOnOrAfter", "SAML_CONDITIONS_MISSING", expected)];
  });
  const [sessionEnd] = ends.toSorted((one, other) => one.getTime() - other.getTime());
  const instant = readInstant(first.attributes.get("AuthnInstant"), "AuthnInstant", "SAML_CONDITIONS_MISSING");
  const { mustBeAfter, skewSeconds } = expected;
  if (mustBeAfter !== null && instant.getTime() < mustBeAfter.getTime() - skewSeconds * 1000)
    refuse("SAML_NOT_REAUTHENTICATED", `the person authenticated at ${instant.toISOString()}`);
  const classes = statements
    .flatMap((statement) => childrenOf(statement, NAMESPACE.assertion, "AuthnContext"))
    .flatMap((context) => childrenOf(context, NAMESPACE.assertion, "AuthnContextClassRef"))
    .map((reference) => trimmedText(reference, "SAML_AUTHN_STATEMENT_MISSING"));
  if (expected.authnContexts.length > 0 && !classes.some((each) => expected.authnContexts.includes(each)))
    refuse("SAML_AUTHN_CONTEXT_UNAVAILABLE", `received ${quote(classes.join(", "))}`);
  const issue = findAuthenticationIssue(expected.authentication, {
    authenticatedAt: instant,
    classes,
    now: expected.now,
    skewSeconds,
  });
  if (issue !== null) refuse(`SAML_${issue.code}`, issue.detail);
  return {
    sessionEndsAt: sessionEnd?.toISOString() ?? null,
    authnInstant: instant.toISOString(),
    authnContextClasses: [...new Set(classes)],
    sessionIndex: first.attributes.get("SessionIndex") ?? null,
  };
}

/** Reads the name in an element: in the subject of an assertion, or in a logout request. */
export function readNameId(subject: XmlElement): VerifiedNameId {
  if (childrenOf(subject, NAMESPACE.assertion, "EncryptedID").length > 0)
    refuse("SAML_ENCRYPTION_UNSUPPORTED", "the identifier alone is encrypted");
  const element = only(subject, "NameID", "SAML_NAME_ID_UNUSABLE");
  const value = trimmedText(element, "SAML_NAME_ID_UNUSABLE");
  // "ann" and "ann " may be two people at the provider. Trimming would make them one.
  if (value === "" || value !== element.text || value.length > NAME_ID_LENGTH)
    refuse(
      "SAML_NAME_ID_UNUSABLE",
      `it has ${element.text.length} characters, ${value.length} without white space around`,
    );
  return {
    value,
    format: element.attributes.get("Format") ?? NAME_ID_FORMAT.unspecified,
    qualifier: element.attributes.get("NameQualifier") ?? null,
    spQualifier: element.attributes.get("SPNameQualifier") ?? null,
  };
}

function only(parent: XmlElement, name: string, code: SamlRefusalCode): XmlElement {
  return refuseIssues(code, () => onlyChildOf(parent, NAMESPACE.assertion, name));
}

function trimmedText(element: XmlElement, code: SamlRefusalCode): string {
  return refuseIssues(code, () => textOf(element)).trim();
}
