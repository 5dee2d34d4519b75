/** Writes and signs logout messages of the stand-in, by redirect and by post (SAML core 3.7, SAML bindings 3.4 and 3.5). */
import { createSign, randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { element, escapeText, rootElement } from "./canonical.js";
import type { ProviderKey } from "./certificate.js";
import { ALGORITHM, signElement, type SigningOptions } from "./signature.js";

/** The content of a message. A correct provider has the defaults of `describeLogout`. */
export interface LogoutContent {
  readonly name: string;
  readonly id: string;
  readonly version: string;
  readonly issuer: string | null;
  readonly destination: string | null;
  readonly issueInstant: Date;
  readonly notOnOrAfter: Date | null;
  readonly nameId: string;
  readonly nameIdFormat: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
  readonly sessionIndexes: readonly string[];
  readonly inResponseTo: string | null;
  readonly status: string;
  readonly subStatus: string | null;
  /** Further children, in canonical XML. */
  readonly extra: string;
}

/** How the message is sent. */
export interface LogoutSending {
  /** `null` leaves the message unsigned. */
  readonly key: ProviderKey | null;
  readonly relayState?: string | null;
  /** Of the detached signature. */
  readonly algorithm?: string;
  /** Of the enveloped signature. */
  readonly signing?: SigningOptions;
  /** Changes the message after it was signed. */
  readonly tamper?: (xml: string) => string;
}

/** The usual message of a provider at this time. */
export function describeLogout(issuer: string, destination: string): LogoutContent {
  const now = new Date();
  return {
    name: "LogoutRequest",
    id: `_${randomBytes(16).toString("hex")}`,
    version: "2.0",
    issuer,
    destination,
    issueInstant: now,
    notOnOrAfter: new Date(now.getTime() + 5 * 60_000),
    nameId: "",
    nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    nameQualifier: null,
    spNameQualifier: null,
    sessionIndexes: [],
    inResponseTo: null,
    status: "urn:oasis:names:tc:SAML:2.0:status:Success",
    subStatus: null,
    extra: "",
  };
}

/** The address that brings the message by redirect. The signature covers the query, not the message. */
export function redirectLogout(content: LogoutContent, address: string, sending: LogoutSending): string {
  const { key, relayState = null, algorithm = ALGORITHM.rsaSha256, tamper = (xml) => xml } = sending;
  const field = content.name === "LogoutResponse" ? "SAMLResponse" : "SAMLRequest";
  const encode = (xml: string) => encodeURIComponent(deflateRawSync(Buffer.from(xml, "utf8")).toString("base64"));
  const xml = writeLogout(content, "");
  const state = relayState === null ? "" : `&RelayState=${encodeURIComponent(relayState)}`;
  const rest = `${state}&SigAlg=${encodeURIComponent(algorithm)}`;
  const sent = `${field}=${encode(tamper(xml))}`;
  if (key === null) return `${address}?${sent}${state}`;
  const hash = algorithm.endsWith("sha1") ? "sha1" : "sha256";
  const signature = createSign(hash)
    .update(`${field}=${encode(xml)}${rest}`)
    .sign(key.privateKey, "base64");
  return `${address}?${sent}${rest}&Signature=${encodeURIComponent(signature)}`;
}

/** The fields of the form that brings the message by post. */
export function postLogout(content: LogoutContent, sending: LogoutSending): Readonly<Record<string, string>> {
  const { key, relayState = null, signing, tamper = (xml) => xml } = sending;
  const signature = key === null ? "" : signElement(content.id, writeLogout(content, ""), key, signing);
  const xml = tamper(writeLogout(content, signature));
  const field = content.name === "LogoutResponse" ? "SAMLResponse" : "SAMLRequest";
  return {
    [field]: Buffer.from(xml, "utf8").toString("base64"),
    ...(relayState !== null && { RelayState: relayState }),
  };
}

function writeLogout(content: LogoutContent, signature: string): string {
  const { issuer, name } = content;
  const issuerElement = issuer === null ? "" : rootElement("saml:Issuer", {}, escapeText(issuer));
  return rootElement(
    `samlp:${name}`,
    {
      ID: content.id,
      Version: content.version,
      IssueInstant: content.issueInstant.toISOString(),
      Destination: content.destination,
      NotOnOrAfter: name === "LogoutRequest" ? content.notOnOrAfter?.toISOString() : null,
      InResponseTo: content.inResponseTo,
    },
    issuerElement,
    signature,
    name === "LogoutResponse" ? writeStatus(content) : writeSubject(content),
    content.extra,
  );
}

function writeSubject(content: LogoutContent): string {
  const attributes = {
    Format: content.nameIdFormat,
    NameQualifier: content.nameQualifier,
    SPNameQualifier: content.spNameQualifier,
  };
  return [
    rootElement("saml:NameID", attributes, escapeText(content.nameId)),
    ...content.sessionIndexes.map((index) => element("samlp:SessionIndex", {}, escapeText(index))),
  ].join("");
}

function writeStatus({ status, subStatus }: LogoutContent): string {
  const second = subStatus === null ? "" : element("samlp:StatusCode", { Value: subStatus });
  return element("samlp:Status", {}, element("samlp:StatusCode", { Value: status }, second));
}
