/**
 * Reads an identity provider's metadata (SAML metadata 2.3 and 2.4.3), or says in one sentence what is wrong with it.
 * An administrator pastes the metadata, or the provider publishes it.
 */
import { DOMParser } from "@xmldom/xmldom";
import { findXmlIssue } from "../xml/index.js";
import { chooseSigningKeys, type ProviderCertificate } from "./certificates.js";
import { BINDING, NAMESPACE } from "./names.js";

export interface ProviderMetadata {
  readonly entityId: string;
  /** The address to which a browser brings a sign-in request (binding HTTP-Redirect). */
  readonly signOnUrl: string;
  readonly logoutUrl: string | null;
  /** Every usable signing certificate, at least one. */
  readonly certificates: readonly ProviderCertificate[];
  readonly nameIdFormats: readonly string[];
  readonly wantsSignedRequests: boolean;
  /** The time after which the document must not be used; `null` if it names none. */
  readonly validUntil: Date | null;
  /** How long the document may be used before it is read again; `null` if the provider does not say. */
  readonly cacheSeconds: number | null;
  /** The unusable parts of the document, each as the end of a sentence about the document. */
  readonly leftOut: readonly string[];
}

/** Returns the reason why an address is not allowed, or `null`. */
export type AddressRule = (url: URL) => string | null;

export type ParsedMetadata = { readonly value: ProviderMetadata } | { readonly issue: string };

/**
 * The most certificates of a document. They are few, because Usher compares each pair to find out which certificate
 * issued the other.
 */
const MOST_CERTIFICATES = 50;

const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";

/**
 * The error that stops the reading of a document. Its message is the end of a sentence that begins with "the document".
 */
class MetadataIssue extends Error {}

/**
 * @param text the document
 * @param judge whether a browser may be sent to an address
 * @param now compared with `validUntil`
 */
export function parseProviderMetadata(text: string, judge: AddressRule, now: Date): ParsedMetadata {
  try {
    return { value: readMetadata(text.replace(/^\uFEFF/, "").trim(), judge, now) };
  } catch (error) {
    if (error instanceof MetadataIssue) return { issue: error.message };
    throw error;
  }
}

function readMetadata(text: string, judge: AddressRule, now: Date): ProviderMetadata {
  const root = parseDocument(text);
  const entity = findEntity(root);
  const entityId = entity.getAttribute("entityID")?.trim() ?? "";
  if (entityId === "") fail("has no entityID; the document is incomplete");
  const leftOut: string[] = [];
  const ends = [...(entity === root ? [] : [root]), entity].map((element) => readValidUntil(element, now));
  const role = findRole(entity, now, leftOut);
  return {
    entityId,
    signOnUrl:
      requireUsable(findServices(role, "SingleSignOnService"), leftOut, (service) => readLocation(service, judge))[0] ??
      failWithoutRedirect(role),
    logoutUrl:
      keepUsable(findServices(role, "SingleLogoutService"), leftOut, (service) => readLocation(service, judge))[0] ??
      null,
    certificates: readCertificates(role, leftOut),
    nameIdFormats: childElements(role, "NameIDFormat").map((format) => format.textContent?.trim() ?? ""),
    wantsSignedRequests: ["true", "1"].includes(role.getAttribute("WantAuthnRequestsSigned") ?? ""),
    validUntil: earliest([...ends, readValidUntil(role, now)]),
    cacheSeconds: shortest([root, entity, role].map(readCacheSeconds)),
    leftOut,
  };
}

function parseDocument(text: string): Element {
  if (/^https?:\/\/\S+$/.test(text)) fail("is an address, not a document; put it into metadataUrl");
  if (/^<!doctype html|^<html/i.test(text))
    fail("is a web page, not metadata; download the provider's metadata XML, perhaps after signing in there");
  // In metadata, a DOCTYPE serves only to make a parser read text from outside the document, or repeat text.
  if (/<!doctype|<!entity/i.test(text)) fail("contains a DOCTYPE, which metadata does not need");
  const tooMany = text.match(/<(?:[\w.-]+:)?EntityDescriptor[\s>]/g)?.length ?? 0;
  if (tooMany > 1)
    fail(
      `describes ${tooMany} entities, as a federation's file does; take the one EntityDescriptor of your provider out of it, or ask the provider for its own metadata`,
    );
  const issue = findXmlIssue(text);
  if (issue !== null)
    fail(
      `${issue.kind === "too-large" ? "is too large for the metadata of one provider" : "is not well-formed XML"}: ${issue.message}`,
    );
  let problem: string | null = null;
  const report = (message: unknown) => {
    problem ??= String(message).split("\n")[0]!.replace("[xmldom error]", "").trim().slice(0, 120);
  };
  const document = new DOMParser({
    errorHandler: { warning: report, error: report, fatalError: report },
  }).parseFromString(text, "text/xml");
  const root = document?.documentElement;
  if (problem !== null || !root) fail(`is not well-formed XML${problem === null ? "" : `: ${String(problem)}`}`);
  return root;
}

function findEntity(root: Element): Element {
  if (root.namespaceURI !== NAMESPACE.metadata)
    fail(`is a different kind of XML (${root.nodeName.slice(0, 50)}), not SAML 2.0 metadata`);
  if (root.localName === "EntityDescriptor") return root;
  const [entity] = root.localName === "EntitiesDescriptor" ? childElements(root, "EntityDescriptor") : [];
  return entity ?? fail(`begins with ${root.nodeName.slice(0, 50)} instead of EntityDescriptor`);
}

/** Reads the end of an element's validity (SAML metadata 2.3.1, 2.3.2 and 2.4.1). Refuses an end in the past. */
function readValidUntil(element: Element, now: Date): Date | null {
  const value = element.getAttribute("validUntil");
  if (!value) return null;
  const end = new Date(value);
  if (Number.isNaN(end.getTime())) fail("has a validUntil that is not an instant");
  if (end <= now) fail(`was valid until ${end.toISOString()}; fetch the present document from the provider`);
  return end;
}

function earliest(ends: readonly (Date | null)[]): Date | null {
  const times = ends.flatMap((end) => (end === null ? [] : [end.getTime()]));
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/** Reads cacheDuration (SAML metadata 2.3.1, 2.3.2 and 2.4.1). Returns `null` if it is missing or unreadable. */
function readCacheSeconds(element: Element): number | null {
  const parts = DURATION.exec(element.getAttribute("cacheDuration")?.trim() ?? "")?.groups;
  if (parts === undefined) return null;
  const numbers = Object.entries(SECONDS_OF).map(([name, seconds]) => Number(parts[name] ?? 0) * seconds);
  return numbers.reduce((sum, seconds) => sum + seconds, 0);
}

/** A duration that is not negative (XML Schema 3.2.6). */
const DURATION =
  /^P(?=\d|T\d)(?:(?<years>\d+)Y)?(?:(?<months>\d+)M)?(?:(?<days>\d+)D)?(?:T(?:(?<hours>\d+)H)?(?:(?<minutes>\d+)M)?(?:(?<seconds>\d+(?:\.\d+)?)S)?)?$/;
const SECONDS_OF = { years: 31_536_000, months: 2_592_000, days: 86_400, hours: 3_600, minutes: 60, seconds: 1 };

function shortest(durations: readonly (number | null)[]): number | null {
  const known = durations.flatMap((seconds) => (seconds === null ? [] : [seconds]));
  return known.length === 0 ? null : Math.min(...known);
}

function findRole(entity: Element, now: Date, leftOut: string[]): Element {
  const roles = childElements(entity, "IDPSSODescriptor");
  if (roles.length === 0) {
    if (childElements(entity, "SPSSODescriptor").length > 0)
      fail("describes a service provider; paste the identity provider's metadata, not Usher's own");
    fail("has no IDPSSODescriptor; the provider may publish WS-Federation here and SAML 2.0 elsewhere");
  }
  const speaking = roles.filter((role) =>
    (role.getAttribute("protocolSupportEnumeration") ?? "").split(/\s+/).includes(PROTOCOL),
  );
  if (speaking.length === 0) fail("describes an identity provider of SAML 1.1 only; SAML 2.0 is needed");
  const usable = requireUsable(speaking, leftOut, (role) => {
    readValidUntil(role, now);
    return role;
  });
  if (usable.length > 1) fail("has more than one IDPSSODescriptor for SAML 2.0; Usher cannot tell which one to use");
  return usable[0]!;
}

/** Returns the usable entries. For each other entry, adds the reason to `leftOut`. */
function keepUsable<Entry, Usable>(
  entries: readonly Entry[],
  leftOut: string[],
  read: (entry: Entry) => Usable,
): readonly Usable[] {
  const usable: Usable[] = [];
  for (const entry of entries) {
    try {
      usable.push(read(entry));
    } catch (error) {
      if (!(error instanceof MetadataIssue)) throw error;
      leftOut.push(error.message);
    }
  }
  return usable;
}

/**
 * Like `keepUsable`, but refuses the document if no entry is usable. The reason of the refusal is that of the first
 * entry.
 */
function requireUsable<Entry, Usable>(
  entries: readonly Entry[],
  leftOut: string[],
  read: (entry: Entry) => Usable,
): readonly Usable[] {
  const issues: string[] = [];
  const usable = keepUsable(entries, issues, read);
  if (usable.length === 0 && issues[0] !== undefined) fail(issues[0]);
  leftOut.push(...issues);
  return usable;
}

function findServices(role: Element, name: string): readonly Element[] {
  return childElements(role, name).filter(
    (service) => service.getAttribute("Binding") === BINDING.redirect && service.getAttribute("Location")?.trim(),
  );
}

function readLocation(service: Element, judge: AddressRule): string {
  const name = service.localName;
  const location = service.getAttribute("Location")!.trim();
  if (!URL.canParse(location)) fail(`has a ${name} whose Location is not an absolute address`);
  const refusal = judge(new URL(location));
  if (refusal !== null) fail(`has a ${name} whose Location ${refusal}`);
  return location;
}

function failWithoutRedirect(role: Element): never {
  const bindings = childElements(role, "SingleSignOnService").map((each) =>
    (each.getAttribute("Binding") ?? "?").replace(/^.*:/, ""),
  );
  return fail(
    bindings.length === 0
      ? "has no SingleSignOnService; the document is incomplete"
      : `offers sign-on by ${bindings.join(", ")} only; switch on the binding HTTP-Redirect at the provider`,
  );
}

function readCertificates(role: Element, leftOut: string[]): readonly ProviderCertificate[] {
  const chains = childElements(role, "KeyDescriptor")
    .filter((key) => key.getAttribute("use") !== "encryption")
    .flatMap((key) => childElements(key, "KeyInfo", NAMESPACE.signature))
    .map((info) =>
      childElements(info, "X509Data", NAMESPACE.signature)
        .flatMap((data) => childElements(data, "X509Certificate", NAMESPACE.signature))
        .map((element) => element.textContent ?? ""),
    );
  const count = chains.flat().length;
  if (count === 0) fail("has no certificate for signatures (KeyDescriptor with use signing or without use)");
  if (count > MOST_CERTIFICATES)
    fail(`has ${count} certificates for signatures; a provider has a few, and at most ${MOST_CERTIFICATES} are read`);
  const usable = requireUsable(chains.flatMap(chooseSigningKeys), leftOut, (parsed) =>
    "issue" in parsed ? fail(`has a certificate that ${parsed.issue}`) : parsed.value,
  );
  if (usable.length === 0)
    fail("has only certificates for signatures that issued one another, and no signer's certificate");
  return [...new Map(usable.map((certificate) => [certificate.pem, certificate])).values()];
}

function childElements(parent: Element, name: string, namespace: string = NAMESPACE.metadata): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node; node = node.nextSibling) {
    const element = node as Element;
    if (node.nodeType === 1 && element.namespaceURI === namespace && element.localName === name) found.push(element);
  }
  return found;
}

function fail(issue: string): never {
  throw new MetadataIssue(issue);
}
