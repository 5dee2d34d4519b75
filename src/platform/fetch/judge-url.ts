/** What can be said of a URL before anything is resolved: used when it is saved, and again when it is requested. */
import { isIP } from "node:net";
import { hostOf, portOf, type IsAllowed } from "./allowed-hosts.js";
import { isBlockedPort } from "./blocked-ports.js";
import type { FetchRefusalCode } from "./fetch-refusal.js";
import { isPublicAddress } from "./public-address.js";

/** What is wrong with a URL. */
export interface UrlIssue {
  readonly code: FetchRefusalCode;
  /** What the URL must be instead, as the rest of a sentence that begins with its name: "must begin with https://". */
  readonly demand: string;
}

const ALLOWED_BY_OPERATOR = "the operator can allow the host with USHER_ALLOWED_PRIVATE_HOSTS";

/** The demand on a host that is, or resolves to, something else than a public address. */
export const PUBLIC_ADDRESS_DEMAND = `must be at a public address, not in a private network or on this machine; ${ALLOWED_BY_OPERATOR}`;

/**
 * Judges scheme, credentials and, for a URL that the server itself requests, the host as far as it can be told without
 * resolving it. `null` when nothing is wrong.
 */
export function judgeUrl(url: URL, isAllowed: IsAllowed, reach: "server" | "browser"): UrlIssue | null {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { code: "SCHEME_REFUSED", demand: "must begin with https://" };
  if (url.username !== "" || url.password !== "")
    return { code: "CREDENTIALS_REFUSED", demand: "must not contain a user name or a password" };
  if (reach === "server" && isBlockedPort(portOf(url)))
    return { code: "ADDRESS_REFUSED", demand: "must not have a port that belongs to another protocol than HTTP" };
  const host = hostOf(url);
  if (isAllowed(host, portOf(url))) return null;
  if (reach === "server" && isKnownPrivate(host)) return { code: "ADDRESS_REFUSED", demand: PUBLIC_ADDRESS_DEMAND };
  if (url.protocol !== "https:")
    return { code: "SCHEME_REFUSED", demand: `must begin with https://; ${ALLOWED_BY_OPERATOR}, plain http included` };
  return null;
}

/** Addresses, and the names that mean the machine itself (RFC 6761 6.3); what other names mean, resolving them tells. */
function isKnownPrivate(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === "localhost" || host.endsWith(".localhost");
}
