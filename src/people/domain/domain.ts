/** E-mail domains that organizations claim, and how they prove them: by a TXT record in the DNS (RFC 1464, RFC 8552). */
import { randomBytes } from "node:crypto";
import { domainToASCII, domainToUnicode } from "node:url";

export interface Domain {
  readonly id: string;
  readonly organizationId: string;
  /** Lower case, in its ASCII form (RFC 5890). */
  readonly domain: string;
  /** What the TXT record must hold. */
  readonly token: string;
  /** `null` while it is not proved. */
  readonly verifiedAt: Date | null;
  readonly createdAt: Date;
}

/** More than any organization has, and few enough to be shown at once. */
export const MOST_DOMAINS = 200;

/** The name below a domain at which its record lies: an underscored name is never a host (RFC 8552). */
const RECORD_LABEL = "_usher-verification";
const TOKEN_PREFIX = "usher-domain-verification=";
const TOKEN_BYTES = 24;

/** Makes what a new TXT record must hold. It is public as soon as it is in the DNS; nobody else's record has it. */
export function issueDomainToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
}

/** The TXT record that proves a domain. */
export function txtRecordOf({ domain, token }: Pick<Domain, "domain" | "token">) {
  return { name: `${RECORD_LABEL}.${domain}`, value: token };
}

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** Longest name below which the record's own name still fits (RFC 1035 2.3.4). */
const LONGEST_DOMAIN = 253 - RECORD_LABEL.length - 1;
/** Names that nobody can own: special use (RFC 6761, 6762, 7686, 9476), and the reverse tree. */
const NOBODYS = new Set(["arpa", "alt", "internal", "invalid", "local", "localhost", "onion"]);

/** Letters, digits, hyphens and dots of any script: what else a URL's host may hold would be decoded, or end the name. */
const NAME = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;

/** A name as it is compared and stored: lower case, in its ASCII form, without the root's dot. Empty where it has none. */
export function canonicalDomain(name: string): string {
  const bare = name.trim().replace(/\.$/, "");
  const ascii = NAME.test(bare) ? domainToASCII(bare).toLowerCase() : "";
  return ascii.split(".").every(isDecodable) ? ascii : "";
}

/** Whether a label that claims to be Punycode (RFC 3492) is: Node 24 lets others pass, Node 20 does not. */
function isDecodable(label: string): boolean {
  return !label.startsWith("xn--") || domainToUnicode(label) !== label;
}

/**
 * Why a name cannot be an organization's e-mail domain, as a sentence that follows the field's name; `null` when it can.
 * Whether it is in fact the organization's, only its proof tells.
 *
 * @param domain as `canonicalDomain` makes it
 */
export function findDomainMistake(domain: string): string | null {
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  if (domain.length > LONGEST_DOMAIN) return `must be at most ${LONGEST_DOMAIN} characters long`;
  if (!labels.every((label) => LABEL.test(label)))
    return "must be a domain such as example.com, without an address or path";
  if (labels.length < 2) return "must be a domain below a top-level domain, such as example.com";
  // No top-level domain is a number: this is an address (RFC 3696, 2).
  if (/^[0-9]+$/.test(last)) return "must be a domain, not an IP address";
  if (NOBODYS.has(last)) return `must be a domain of the public DNS; .${last} is none`;
  return null;
}

/** The domain of an address, as it is stored. */
export function domainOf(email: string): string {
  return canonicalDomain(email.slice(email.lastIndexOf("@") + 1));
}
