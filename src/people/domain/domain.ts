/** E-mail domains that organizations claim. A TXT record in the DNS proves a claim (RFC 1464, RFC 8552). */
import { randomBytes } from "node:crypto";
import { domainToASCII, domainToUnicode } from "node:url";

export interface Domain {
  readonly id: string;
  readonly organizationId: string;
  /** Lower case, in its ASCII form (RFC 5890). */
  readonly domain: string;
  /** The value of the TXT record. */
  readonly token: string;
  /** `null` if it is not proved yet. */
  readonly verifiedAt: Date | null;
  readonly createdAt: Date;
}

/** The most domains of an organization: few enough to show without pages. */
export const MOST_DOMAINS = 200;

/** The label of the record, below the domain. A name with an underscore is never a host (RFC 8552). */
const RECORD_LABEL = "_usher-verification";
const TOKEN_PREFIX = "usher-domain-verification=";
const TOKEN_BYTES = 24;

/** A unique value for a new TXT record. The value is no secret, because the DNS publishes it. */
export function issueDomainToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString("base64url");
}

/** The TXT record that proves a domain. */
export function txtRecordOf({ domain, token }: Pick<Domain, "domain" | "token">) {
  return { name: `${RECORD_LABEL}.${domain}`, value: token };
}

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** The longest domain for which the record's name is still valid (RFC 1035 2.3.4). */
const LONGEST_DOMAIN = 253 - RECORD_LABEL.length - 1;
/** Top-level names that have no owner: special-use names (RFC 6761, 6762, 7686, 9476), and `arpa` for reverse look-ups. */
const NOBODYS = new Set(["arpa", "alt", "internal", "invalid", "local", "localhost", "onion"]);

/** Letters, digits, hyphens and dots of any script. The URL parser would decode other characters or end the host there. */
const NAME = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;

/** The form in which domains are compared and stored: lower case, ASCII, without the root's dot. Empty for an invalid name. */
export function canonicalDomain(name: string): string {
  const bare = name.trim().replace(/\.$/, "");
  const ascii = NAME.test(bare) ? domainToASCII(bare).toLowerCase() : "";
  return ascii.split(".").every(isDecodable) ? ascii : "";
}

/** Whether a label is free of invalid Punycode (RFC 3492). `domainToASCII` refuses invalid Punycode in Node 20, but not in Node 24. */
function isDecodable(label: string): boolean {
  return !label.startsWith("xn--") || domainToUnicode(label) !== label;
}

/**
 * The reason why a name cannot be an e-mail domain, as a sentence that follows the field's name; `null` for a valid domain.
 *
 * @param domain in the form of `canonicalDomain`
 */
export function findDomainMistake(domain: string): string | null {
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  if (domain.length > LONGEST_DOMAIN) return `must be at most ${LONGEST_DOMAIN} characters long`;
  if (!labels.every((label) => LABEL.test(label)))
    return "must be a domain such as example.com, without an address or path";
  if (labels.length < 2) return "must be a domain below a top-level domain, such as example.com";
  // A top-level domain is never a number, so this is an IP address (RFC 3696, 2).
  if (/^[0-9]+$/.test(last)) return "must be a domain, not an IP address";
  if (NOBODYS.has(last)) return `must be a domain of the public DNS, not of .${last}`;
  return null;
}

/** The domain of an address, in its stored form. */
export function domainOf(email: string): string {
  return canonicalDomain(email.slice(email.lastIndexOf("@") + 1));
}
