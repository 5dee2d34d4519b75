/**
 * Reads a logout message and checks it by the single logout profile (SAML core 3.7, SAML profiles 4.4.4). The signature is
 * not checked here.
 */
import { quote } from "../refusal.js";
import { childrenOf, elementsOf, onlyChildOf, textOf, type XmlElement } from "../xml/index.js";
import { readNameId, type VerifiedNameId } from "./check-assertion.js";
import { checkIds } from "./inspect-response.js";
import { checkIssueInstant, checkNotOnOrAfter, type Clocks } from "./instants.js";
import { NAMESPACE, STATUS } from "./names.js";
import { refuseIssues } from "./read-message.js";
import { refuse } from "./refusals.js";

/** The largest number of sessions that one request may name. */
const MOST_INDEXES = 100;
const LONGEST_INDEX = 1_000;

/** What a message must contain. */
export interface LogoutExpectations extends Omit<Clocks, "requestedAt"> {
  /** The provider's entity ID. */
  readonly issuer: string;
  /** The address that received the message, as the provider knows it. */
  readonly logoutUrl: string;
}

/** The provider asks to end a person's sessions. */
export interface LogoutRequest {
  readonly kind: "request";
  readonly id: string;
  readonly issuedAt: Date;
  readonly nameId: VerifiedNameId;
  /** The provider's names of the sessions to end. Empty if every session of the person must end. */
  readonly indexes: readonly string[];
}

/** The provider answers a request of Usher. */
export interface LogoutResponse {
  readonly kind: "response";
  readonly inResponseTo: string | null;
  readonly succeeded: boolean;
}

const CHILDREN: Readonly<Record<string, ReadonlyMap<string, string>>> = {
  LogoutRequest: new Map([
    ["Issuer", NAMESPACE.assertion],
    ["Signature", NAMESPACE.signature],
    ["Extensions", NAMESPACE.protocol],
    ["NameID", NAMESPACE.assertion],
    ["EncryptedID", NAMESPACE.assertion],
    ["SessionIndex", NAMESPACE.protocol],
  ]),
  LogoutResponse: new Map([
    ["Issuer", NAMESPACE.assertion],
    ["Signature", NAMESPACE.signature],
    ["Extensions", NAMESPACE.protocol],
    ["Status", NAMESPACE.protocol],
  ]),
};

/** @throws ProtocolRefusal for the first check that fails */
export function checkLogoutMessage(root: XmlElement, expected: LogoutExpectations): LogoutRequest | LogoutResponse {
  const id = checkStructure(root);
  checkIssuer(root, expected.issuer);
  const destination = root.attributes.get("Destination");
  if (destination !== expected.logoutUrl)
    refuse("SAML_WRONG_DESTINATION", `expected ${expected.logoutUrl}, received ${quote(destination)}`);
  const clocks = { ...expected, requestedAt: null };
  const issuedAt = checkIssueInstant(root.attributes.get("IssueInstant"), clocks);
  if (root.name === "LogoutResponse")
    return { kind: "response", inResponseTo: root.attributes.get("InResponseTo") ?? null, succeeded: isSuccess(root) };
  const end = root.attributes.get("NotOnOrAfter");
  if (end !== undefined) checkNotOnOrAfter(end, "NotOnOrAfter", "SAML_CONDITIONS_MISSING", clocks);
  return { kind: "request", id, issuedAt, nameId: readNameId(root), indexes: readIndexes(root) };
}

/** Checks names, versions and places before anything is read from the message. Returns its ID. */
function checkStructure(root: XmlElement): string {
  const children = root.namespace === NAMESPACE.protocol ? CHILDREN[root.name] : undefined;
  if (children === undefined || root.attributes.get("Version") !== "2.0")
    return refuse("SAML_NOT_A_LOGOUT_MESSAGE", `a message of the kind ${quote(root.name)}`);
  for (const { name, namespace } of root.children)
    if (children.get(name) !== namespace)
      refuse("SAML_UNEXPECTED_STRUCTURE", `the message holds an element ${quote(name)}`);
  for (const { name, parent } of elementsOf(root))
    if (name === "Signature" && parent !== root)
      refuse("SAML_UNEXPECTED_STRUCTURE", `a signature inside ${quote(parent?.name)}`);
  checkIds(root);
  return root.attributes.get("ID") ?? refuse("SAML_UNEXPECTED_STRUCTURE", "the message has no ID");
}

function checkIssuer(root: XmlElement, expected: string): void {
  const issuer = refuseIssues("SAML_WRONG_ISSUER", () =>
    textOf(onlyChildOf(root, NAMESPACE.assertion, "Issuer")),
  ).trim();
  if (issuer !== expected) refuse("SAML_WRONG_ISSUER", `expected ${expected}, received ${quote(issuer)}`);
}

function readIndexes(root: XmlElement): readonly string[] {
  const indexes = childrenOf(root, NAMESPACE.protocol, "SessionIndex").map((element) =>
    refuseIssues(null, () => textOf(element)).trim(),
  );
  if (indexes.length > MOST_INDEXES || indexes.some((index) => index === "" || index.length > LONGEST_INDEX))
    refuse("SAML_UNEXPECTED_STRUCTURE", `${indexes.length} session indexes, or an unusable one`);
  return indexes;
}

/** Whether the message reports success. A partial logout counts as a failure (SAML core 3.2.2.2). */
function isSuccess(root: XmlElement): boolean {
  const codes = [...elementsOf(root)].filter(({ name }) => name === "StatusCode");
  return codes.length === 1 && codes[0]!.attributes.get("Value") === STATUS.success;
}
