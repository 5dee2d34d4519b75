/** Refuses URLs and responses for `fetch` and `post`. */
import { hostOf, type IsAllowed } from "./allowed-hosts.js";
import { FetchRefusal } from "./fetch-refusal.js";
import { findUrlIssue } from "./url-rules.js";

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @throws FetchRefusal when the URL may not be requested. Its host name is not resolved yet. */
export function checkUrl(text: string, isAllowed: IsAllowed): URL {
  if (!URL.canParse(text)) throw new FetchRefusal("ADDRESS_REFUSED", "The address to request is not a URL.");
  const url = new URL(text);
  const issue = findUrlIssue(url, isAllowed, "server");
  if (issue !== null) throw new FetchRefusal(issue.code, `The address ${shown(url)} ${issue.demand}.`);
  return url;
}

/** The refusal of a redirect; `null` for any other response. */
export function refuseRedirect(url: URL, status: number, location: string): FetchRefusal | null {
  if (!REDIRECT_STATUSES.has(status)) return null;
  const absolute = URL.canParse(location, url.href) ? new URL(location, url) : null;
  const target = absolute === null ? "" : ` to ${shown(absolute)}`;
  return new FetchRefusal(
    "REDIRECT_REFUSED",
    `${hostOf(url)} answered with a redirect${target} (status ${status}); redirects are not followed, so the address must be the final one.`,
    absolute === null ? {} : { location: absolute.href },
  );
}

/** The refusal of a status that no final HTTP response has; `null` for a status from 200 to 599. */
export function refuseUnknownStatus(url: URL, status: number): FetchRefusal | null {
  if (status >= 200 && status <= 599) return null;
  return new FetchRefusal("UNREACHABLE", `${hostOf(url)} answered with ${status}, which is not a status of HTTP.`);
}

/** A URL for a message: bounded, and without credentials and query, which may be secret. */
function shown(url: URL): string {
  const host = url.host === "" ? "" : `//${url.host}`;
  return `${url.protocol}${host}${url.pathname}`.slice(0, 200);
}
