/** Writes Usher's logout messages (SAML core 3.7). */
import { NAMESPACE, STATUS } from "./names.js";
import { escapeXml } from "./service-provider-metadata.js";

/** The parts that both messages have. */
interface LogoutHead {
  readonly id: string;
  /** The service provider's entity ID. */
  readonly issuer: string;
  /** The provider's logout address. */
  readonly destination: string;
  readonly now: Date;
}

/** How the provider named the person at the sign-in. */
export interface LogoutSubject {
  readonly value: string;
  readonly format: string;
  readonly qualifier?: string | undefined;
  readonly spQualifier?: string | undefined;
  readonly index?: string | undefined;
}

export function writeLogoutRequest(head: LogoutHead, subject: LogoutSubject): string {
  const { value, index } = subject;
  const nameId = writeAttributes({
    Format: subject.format,
    NameQualifier: subject.qualifier,
    SPNameQualifier: subject.spQualifier,
  });
  const session = index === undefined ? "" : `<samlp:SessionIndex>${escapeXml(index)}</samlp:SessionIndex>`;
  return writeMessage("LogoutRequest", head, {}, `<saml:NameID${nameId}>${escapeXml(value)}</saml:NameID>${session}`);
}

/** Writes the answer that tells the provider that Usher has ended the sessions. */
export function writeLogoutResponse(head: LogoutHead, inResponseTo: string): string {
  const status = `<samlp:Status><samlp:StatusCode Value="${STATUS.success}"/></samlp:Status>`;
  return writeMessage("LogoutResponse", head, { InResponseTo: inResponseTo }, status);
}

function writeMessage(name: string, head: LogoutHead, more: Attributes, content: string): string {
  const attributes = writeAttributes({
    "xmlns:samlp": NAMESPACE.protocol,
    "xmlns:saml": NAMESPACE.assertion,
    ID: head.id,
    Version: "2.0",
    IssueInstant: head.now.toISOString(),
    Destination: head.destination,
    ...more,
  });
  const issuer = `<saml:Issuer>${escapeXml(head.issuer)}</saml:Issuer>`;
  return `<samlp:${name}${attributes}>${issuer}${content}</samlp:${name}>`;
}

type Attributes = Readonly<Record<string, string | undefined>>;

function writeAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? "" : ` ${name}="${escapeXml(value)}"`))
    .join("");
}
