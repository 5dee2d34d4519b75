/**
 * Checks the structure of a response, on the whole message and before any cryptography (SAML core 3.2.2 and 5.4). The
 * values in the message are not verified yet. Usher uses them only to refuse the message, and to find the request that
 * it claims to answer.
 */
import { readKeyTransport } from "./key-transport.js";
import {
  CANONICALIZATION_METHODS,
  CONTENT_CIPHERS,
  DIGEST_METHODS,
  NAMESPACE,
  SIGNATURE_METHODS,
  STATUS,
  TRANSFORMS,
} from "./names.js";
import { findMeaning, type ErrorMeaning } from "../error-meanings.js";
import { quote } from "../refusal.js";
import { refuse, type SamlRefusalCode } from "./refusals.js";
import { childrenOf, elementsOf, type XmlElement } from "../xml/index.js";

export interface InspectedResponse {
  readonly inResponseTo: string | null;
  readonly issueInstant: string | null;
  /** Whether the response has a signature, which is not verified yet. */
  readonly responseIsSigned: boolean;
  readonly assertion: InspectedAssertion | EncryptedAssertion;
}

export interface InspectedAssertion {
  readonly kind: "plain";
  readonly isSigned: boolean;
}

export interface EncryptedAssertion {
  readonly kind: "encrypted";
  /**
   * Whether the cipher detects changes (GCM). If the cipher does not (CBC), only a signature around the encrypted text
   * detects changes.
   */
  readonly isAuthenticated: boolean;
}

export interface ResponseExpectations {
  /** The provider's entity ID. */
  readonly issuer: string;
  /** The address that received the message, as the provider knows it. */
  readonly acsUrl: string;
}

/** @throws ProtocolRefusal for the first rule that the message breaks */
export function inspectResponse(root: XmlElement, expected: ResponseExpectations): InspectedResponse {
  checkRoot(root);
  checkIds(root);
  checkStatus(root);
  const assertion = findAssertion(root);
  checkNames(root, assertion);
  const responseIsSigned = checkSignature(root);
  const inspected =
    assertion.name === "Assertion"
      ? ({ kind: "plain", isSigned: checkSignature(assertion) } as const)
      : inspectEncryption(assertion);
  checkDestination(root, responseIsSigned, expected.acsUrl);
  checkIssuer(root, expected.issuer);
  return {
    inResponseTo: root.attributes.get("InResponseTo") ?? null,
    issueInstant: root.attributes.get("IssueInstant") ?? null,
    responseIsSigned,
    assertion: inspected,
  };
}

/** Checks the structure of a decrypted assertion by the same rules. */
export function inspectDecryptedAssertion(root: XmlElement): InspectedAssertion {
  if (root.namespace !== NAMESPACE.assertion || root.name !== "Assertion")
    refuse("SAML_UNEXPECTED_STRUCTURE", "the encrypted element is not an assertion");
  checkIds(root);
  checkNames(root, root);
  return { kind: "plain", isSigned: checkSignature(root) };
}

const RESPONSE_CHILDREN: ReadonlyMap<string, string> = new Map([
  ["Issuer", NAMESPACE.assertion],
  ["Signature", NAMESPACE.signature],
  ["Extensions", NAMESPACE.protocol],
  ["Status", NAMESPACE.protocol],
  ["Assertion", NAMESPACE.assertion],
  ["EncryptedAssertion", NAMESPACE.assertion],
]);

function checkRoot(root: XmlElement): void {
  if (root.namespace !== NAMESPACE.protocol || root.name !== "Response")
    refuse("SAML_NOT_A_RESPONSE", `a message of the kind ${quote(root.name)}`);
  if (root.attributes.get("Version") !== "2.0")
    refuse("SAML_NOT_A_RESPONSE", `version ${quote(root.attributes.get("Version"))}`);
  const seen = new Set<string>();
  for (const child of root.children) {
    if (RESPONSE_CHILDREN.get(child.name) !== child.namespace)
      refuse("SAML_UNEXPECTED_STRUCTURE", `the response holds an element ${quote(child.name)}`);
    if (seen.has(child.name)) refuse("SAML_UNEXPECTED_STRUCTURE", `the response holds ${child.name} more than once`);
    seen.add(child.name);
  }
}

/** A signature names its element by ID. If two elements had the same ID, each could pass as the signed one. */
export function checkIds(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of elementsOf(root))
    for (const name of ["ID", "Id", "id", `{${NAMESPACE.xml}}id`]) {
      const id = element.attributes.get(name);
      if (id === undefined) continue;
      if (seen.has(id)) refuse("SAML_UNEXPECTED_STRUCTURE", "an ID is there twice");
      if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) refuse("SAML_UNEXPECTED_STRUCTURE", "an ID is not an XML name");
      seen.add(id);
    }
}

const MEANT: Readonly<Record<ErrorMeaning, SamlRefusalCode>> = {
  CANCELLED: "SAML_CANCELLED",
  NOT_ASSIGNED: "SAML_NOT_ASSIGNED",
  FOREIGN_ACCOUNT: "SAML_FOREIGN_ACCOUNT",
  POLICY_REFUSED: "SAML_POLICY_REFUSED",
  INTERACTION_REQUIRED: "SAML_INTERACTION_REQUIRED",
};

function checkStatus(root: XmlElement): void {
  const codes = childrenOf(root, NAMESPACE.protocol, "Status").flatMap((status) =>
    childrenOf(status, NAMESPACE.protocol, "StatusCode"),
  );
  const code = codes.length === 1 ? codes[0] : undefined;
  if (code === undefined) return refuse("SAML_UNEXPECTED_STRUCTURE", "the response has no status");
  if (code.attributes.get("Value") === STATUS.success) return;
  const reasons = [...elementsOf(code)].map((each) => quote(each.attributes.get("Value")));
  const message = childrenOf(code.parent!, NAMESPACE.protocol, "StatusMessage")[0]?.text.trim();
  const detail = [...reasons, ...(message ? [message] : [])].join(", ").slice(0, 500);
  if (reasons.includes(STATUS.noAuthnContext)) refuse("SAML_AUTHN_CONTEXT_UNAVAILABLE", detail);
  if (reasons.includes(STATUS.invalidNameIdPolicy)) refuse("SAML_NAME_ID_UNAVAILABLE", detail);
  const meaning = findMeaning(message ?? "");
  if (meaning !== null) refuse(MEANT[meaning], detail);
  if (reasons.includes(STATUS.noPassive)) refuse("SAML_INTERACTION_REQUIRED", detail);
  if (reasons.some((reason) => reason === STATUS.authnFailed || reason === STATUS.requestDenied))
    refuse("SAML_ACCESS_DENIED", detail);
  refuse("SAML_PROVIDER_REFUSED", detail);
}

function findAssertion(root: XmlElement): XmlElement {
  const found = root.children.filter(({ name }) => name === "Assertion" || name === "EncryptedAssertion");
  const assertion = found[0];
  if (assertion === undefined || found.length > 1)
    return refuse("SAML_UNEXPECTED_STRUCTURE", `${found.length} assertions instead of one`);
  return assertion;
}

/** Elements that may be in one place only, because later code finds them by their local name alone. */
const PLACED_NAMES: ReadonlySet<string> = new Set([
  "Response",
  "Assertion",
  "EncryptedAssertion",
  "Signature",
  "Object",
  "EncryptedData",
  "EncryptedKey",
]);

function checkNames(root: XmlElement, assertion: XmlElement): void {
  for (const element of elementsOf(root)) {
    const { name, parent } = element;
    if (!PLACED_NAMES.has(name) || element === root || element === assertion) continue;
    if (name === "Signature" && (parent === root || parent === assertion)) continue;
    if ((name === "EncryptedData" || name === "EncryptedKey") && assertion.name === "EncryptedAssertion") continue;
    if (name === "EncryptedData") refuse("SAML_ENCRYPTION_UNSUPPORTED", "a part of the assertion is encrypted");
    refuse("SAML_UNEXPECTED_STRUCTURE", `an element ${name} inside ${quote(parent?.name)}`);
  }
}

const KEY_INFO_NAMES: ReadonlySet<string> = new Set([
  "X509Data",
  "X509Certificate",
  "X509IssuerSerial",
  "X509IssuerName",
  "X509SerialNumber",
  "X509SubjectName",
  "X509SKI",
  "KeyName",
  "KeyValue",
  "RSAKeyValue",
  "Modulus",
  "Exponent",
]);

/**
 * Whether the element contains a signature of itself, in the only form that SAML allows (core 5.4): one reference to this
 * element, enveloped, with accepted algorithms.
 */
export function checkSignature(signed: XmlElement): boolean {
  const signatures = signed.children.filter(({ name }) => name === "Signature");
  const signature = signatures[0];
  if (signature === undefined) return false;
  if (signatures.length > 1 || signature.namespace !== NAMESPACE.signature)
    refuse("SAML_UNEXPECTED_STRUCTURE", `the ${signed.name} has more than one signature`);
  const [signedInfo, , keyInfo] = expectChildren(signature, ["SignedInfo", "SignatureValue"], "KeyInfo");
  if (keyInfo)
    for (const element of elementsOf(keyInfo))
      if (element !== keyInfo && !KEY_INFO_NAMES.has(element.name))
        refuse("SAML_UNEXPECTED_STRUCTURE", `KeyInfo holds an element ${quote(element.name)}`);
  const [canonicalization, method, reference] = expectChildren(signedInfo!, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  expectAlgorithm(canonicalization!, CANONICALIZATION_METHODS, "SAML_UNEXPECTED_STRUCTURE");
  expectAlgorithm(method!, SIGNATURE_METHODS, "SAML_WEAK_ALGORITHM");
  const [transforms, digest] = expectChildren(reference!, ["Transforms", "DigestMethod", "DigestValue"]);
  expectAlgorithm(digest!, DIGEST_METHODS, "SAML_WEAK_ALGORITHM");
  if (transforms!.children.length === 0 || transforms!.children.length > 2)
    refuse("SAML_UNEXPECTED_STRUCTURE", `${transforms!.children.length} transforms`);
  for (const transform of transforms!.children) {
    if (transform.name !== "Transform")
      refuse("SAML_UNEXPECTED_STRUCTURE", `Transforms holds ${quote(transform.name)}`);
    expectAlgorithm(transform, TRANSFORMS, "SAML_UNEXPECTED_STRUCTURE");
  }
  const id = signed.attributes.get("ID");
  if (id === undefined || reference!.attributes.get("URI") !== `#${id}`)
    refuse("SAML_UNEXPECTED_STRUCTURE", `the signature inside ${signed.name} refers to a different element`);
  return true;
}

/** Requires these children, each once, in this order. Only a child with the name `optional` may follow. */
function expectChildren(parent: XmlElement, names: readonly string[], optional?: string): readonly XmlElement[] {
  const all = optional !== undefined && parent.children.length > names.length ? [...names, optional] : names;
  const fits =
    parent.children.length === all.length &&
    parent.children.every((child, index) => child.namespace === NAMESPACE.signature && child.name === all[index]);
  if (!fits) refuse("SAML_UNEXPECTED_STRUCTURE", `${parent.name} does not hold ${all.join(", ")}`);
  return parent.children;
}

function expectAlgorithm(
  element: XmlElement,
  accepted: ReadonlySet<string>,
  code: "SAML_WEAK_ALGORITHM" | "SAML_UNEXPECTED_STRUCTURE",
): void {
  const algorithm = element.attributes.get("Algorithm") ?? "none";
  if (!accepted.has(algorithm)) refuse(code, `${element.name} ${quote(algorithm)}`);
  for (const child of element.children)
    if (child.name !== "InclusiveNamespaces" || child.namespace !== NAMESPACE.exclusiveCanonicalization)
      refuse("SAML_UNEXPECTED_STRUCTURE", `${element.name} holds an element ${quote(child.name)}`);
}

function inspectEncryption(assertion: XmlElement): EncryptedAssertion {
  const all = [...elementsOf(assertion)];
  const data = all.filter(({ name }) => name === "EncryptedData");
  const keys = all.filter(({ name }) => name === "EncryptedKey");
  if (data.length !== 1 || keys.length !== 1 || data[0]!.parent !== assertion)
    refuse("SAML_UNEXPECTED_STRUCTURE", `${data.length} encrypted parts and ${keys.length} encrypted keys`);
  if (all.some(({ name }) => name === "Signature"))
    refuse("SAML_UNEXPECTED_STRUCTURE", "a signature next to an encrypted assertion");
  // The library puts this address into an XPath expression, so only a plain ID is allowed.
  for (const { name, attributes } of all)
    if (name === "RetrievalMethod" && !/^#[A-Za-z_][\w.-]{0,255}$/.test(attributes.get("URI") ?? ""))
      refuse("SAML_UNEXPECTED_STRUCTURE", "an encrypted key whose reference is not an ID");
  const methods = [data[0]!, keys[0]!].map((part) => {
    const found = childrenOf(part, NAMESPACE.encryption, "EncryptionMethod");
    const values = childrenOf(part, NAMESPACE.encryption, "CipherData").flatMap(({ children }) => children);
    if (found.length !== 1 || values.length !== 1 || values[0]!.name !== "CipherValue")
      refuse("SAML_UNEXPECTED_STRUCTURE", `${part.name} without one method and one value`);
    return found[0]!;
  });
  if (all.filter(({ name }) => name === "EncryptionMethod").length !== 2)
    refuse("SAML_UNEXPECTED_STRUCTURE", "more than two encryption methods");
  const content = methods[0]!.attributes.get("Algorithm") ?? "none";
  const cipher = CONTENT_CIPHERS.get(content);
  if (cipher === undefined) return refuse("SAML_ENCRYPTION_UNSUPPORTED", quote(content));
  const transport = readKeyTransport(methods[1]!);
  if ("unsupported" in transport) refuse("SAML_ENCRYPTION_UNSUPPORTED", transport.unsupported);
  return { kind: "encrypted", isAuthenticated: cipher.authenticated };
}

/**
 * A signed message must name its destination (SAML bindings 3.5.5.2). If an unsigned message names one, it must be right, too.
 */
function checkDestination(root: XmlElement, isSigned: boolean, acsUrl: string): void {
  const destination = root.attributes.get("Destination");
  if (destination === undefined ? isSigned : destination !== acsUrl)
    refuse("SAML_WRONG_DESTINATION", `expected ${acsUrl}, received ${quote(destination)}`);
}

function checkIssuer(root: XmlElement, issuer: string): void {
  const element = childrenOf(root, NAMESPACE.assertion, "Issuer")[0];
  if (element === undefined) return;
  if (element.children.length > 0 || element.text.trim() !== issuer)
    refuse("SAML_WRONG_ISSUER", `expected ${issuer}, received ${quote(element.text.trim())}`);
}
