/** Checks a URL without resolving its host: when it is saved, and again when it is requested. */
import { isIP } from "node:net";
import { hostOf, portOf, type IsAllowed } from "./allowed-hosts.js";
import type { FetchRefusalCode } from "./fetch-refusal.js";
import { isPublicAddress } from "./public-address.js";

export interface UrlIssue {
  readonly code: FetchRefusalCode;
  /** Completes a sentence that begins with the name of the URL: "must begin with https://". */
  readonly demand: string;
}

/**
 * Ports of protocols other than HTTP, which browsers also block (Fetch standard, 2.9). A server of such a protocol could
 * read the lines of a request as commands.
 */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

const ALLOWED_BY_OPERATOR = "the operator can allow the host with USHER_ALLOWED_PRIVATE_HOSTS";

/** For a host that is not a public address, or that resolves to one that is not public. */
export const PUBLIC_ADDRESS_DEMAND = `must be at a public address, not in a private network or on this machine; ${ALLOWED_BY_OPERATOR}`;

/**
 * Checks scheme and credentials, and for a URL that the server requests also port and host. `null` when nothing is
 * wrong.
 */
export function findUrlIssue(url: URL, isAllowed: IsAllowed, reach: "server" | "browser"): UrlIssue | null {
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { code: "SCHEME_REFUSED", demand: "must begin with https://" };
  if (url.username !== "" || url.password !== "")
    return { code: "CREDENTIALS_REFUSED", demand: "must not contain a user name or a password" };
  if (reach === "server" && BLOCKED_PORTS.has(portOf(url)))
    return { code: "ADDRESS_REFUSED", demand: "must not have a port that belongs to another protocol than HTTP" };
  const host = hostOf(url);
  if (isAllowed(host, portOf(url))) return null;
  if (reach === "server" && isKnownPrivate(host)) return { code: "ADDRESS_REFUSED", demand: PUBLIC_ADDRESS_DEMAND };
  if (url.protocol !== "https:")
    return { code: "SCHEME_REFUSED", demand: `must begin with https://; ${ALLOWED_BY_OPERATOR}, plain http included` };
  return null;
}

/** Private addresses, and the names of the machine itself (RFC 6761 6.3). Other names are checked when they are resolved. */
function isKnownPrivate(host: string): boolean {
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === "localhost" || host.endsWith(".localhost");
}
