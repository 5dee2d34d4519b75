/**
 * The cookies of the test browser. Follows the parts of RFC 6265bis that decide whether a browser sends a cookie: host
 * without port, Path, Secure, expiry, `__Host-` and SameSite.
 */

/** One kept cookie. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** The cookie's host. If the cookie was set with Domain, `hostOnly` is false, and subdomains get the cookie, too. */
  readonly domain: string;
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: "strict" | "lax" | "none";
  /** `null` if the cookie lasts until the browser closes. */
  readonly expiresAt: Date | null;
}

/** The facts about a request that SameSite depends on. */
export interface CookieContext {
  readonly method: string;
  /** The page whose form or link caused the request; `null` if the person typed the address. */
  readonly initiator: URL | null;
}

/** Browsers treat their own machine like https, so they send `Secure` cookies there over plain http. */
function isTrustworthy(url: URL): boolean {
  return url.protocol === "https:" || url.hostname === "localhost" || url.hostname.startsWith("127.");
}

/** The site of a URL: its scheme and its registrable domain, here the last two labels or the whole IP address. */
export function findSite(url: URL): string {
  const isAddress = /^[\d.]+$|^\[/.test(url.hostname);
  return `${url.protocol}//${isAddress ? url.hostname : url.hostname.split(".").slice(-2).join(".")}`;
}

function matchesDomain(cookie: Cookie, hostname: string): boolean {
  return hostname === cookie.domain || (!cookie.hostOnly && hostname.endsWith(`.${cookie.domain}`));
}

/** RFC 6265bis 5.1.4. */
function matchesPath(cookie: Cookie, pathname: string): boolean {
  if (pathname === cookie.path) return true;
  return pathname.startsWith(cookie.path.endsWith("/") ? cookie.path : `${cookie.path}/`);
}

/** Cookies without SameSite count as Lax, as in Chromium. */
function passesSameSite(cookie: Cookie, url: URL, { method, initiator }: CookieContext): boolean {
  if (initiator === null || findSite(initiator) === findSite(url)) return true;
  return cookie.sameSite === "none" || (cookie.sameSite === "lax" && ["GET", "HEAD"].includes(method));
}

/** Reads one `Set-Cookie` line; `null` if a browser would refuse it. */
function parseSetCookie(line: string, url: URL, now: Date): Cookie | null {
  const [pair = "", ...rest] = line.split(";");
  const equals = pair.indexOf("=");
  if (equals < 1) return null;
  const name = pair.slice(0, equals).trim();
  const attributes = new Map(
    rest.map((attribute) => {
      const [key = "", ...value] = attribute.split("=");
      return [key.trim().toLowerCase(), value.join("=").trim()] as const;
    }),
  );
  const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase();
  if (domain && url.hostname !== domain && !url.hostname.endsWith(`.${domain}`)) return null;
  const secure = attributes.has("secure");
  if (secure && !isTrustworthy(url)) return null;
  const givenPath = attributes.get("path");
  const defaultPath = url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf("/")));
  const path = givenPath?.startsWith("/") ? givenPath : defaultPath;
  if (name.startsWith("__Host-") && (!secure || domain || givenPath !== "/")) return null;
  if (name.startsWith("__Secure-") && !secure) return null;
  const sameSite = attributes.get("samesite")?.toLowerCase();
  if (sameSite === "none" && !secure) return null;
  const maxAgeSeconds = attributes.get("max-age");
  const expires = attributes.get("expires");
  return {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: domain || url.hostname,
    hostOnly: !domain,
    path,
    secure,
    httpOnly: attributes.has("httponly"),
    sameSite: sameSite === "strict" || sameSite === "none" ? sameSite : "lax",
    expiresAt: maxAgeSeconds
      ? new Date(now.getTime() + Number(maxAgeSeconds) * 1000)
      : expires
        ? new Date(expires)
        : null,
  };
}

/** Keeps cookies and selects those that a request sends. */
export class CookieJar {
  #cookies: Cookie[] = [];

  /** Stores the cookies of an answer's `Set-Cookie` lines. */
  keep(lines: readonly string[], url: URL): void {
    const now = new Date();
    for (const line of lines) {
      const cookie = parseSetCookie(line, url, now);
      if (cookie) this.#put(cookie, now);
    }
  }

  #put(cookie: Cookie, now: Date): void {
    this.#cookies = this.#cookies.filter(
      ({ name, domain, path }) => name !== cookie.name || domain !== cookie.domain || path !== cookie.path,
    );
    if (cookie.expiresAt === null || cookie.expiresAt > now) this.#cookies.push(cookie);
  }

  /** The cookies that a request sends, longest path first. */
  select(url: URL, context: CookieContext): Cookie[] {
    const now = new Date();
    return this.#cookies
      .filter(
        (cookie) =>
          (cookie.expiresAt === null || cookie.expiresAt > now) &&
          matchesDomain(cookie, url.hostname) &&
          matchesPath(cookie, url.pathname) &&
          (!cookie.secure || isTrustworthy(url)) &&
          passesSameSite(cookie, url, context),
      )
      .toSorted((left, right) => right.path.length - left.path.length);
  }

  /** Forgets the cookies of one host, or all. */
  clear(hostname?: string): void {
    this.#cookies = hostname === undefined ? [] : this.#cookies.filter(({ domain }) => domain !== hostname);
  }
}
