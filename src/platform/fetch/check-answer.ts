/** What of an address and of an answer is refused, by whichever way it was requested. */
import { hostOf, type IsAllowed } from "./allowed-hosts.js";
import { FetchRefusal } from "./fetch-refusal.js";
import { judgeUrl } from "./judge-url.js";

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @throws FetchRefusal when the address may not be requested, as far as that can be told without resolving it */
export function checkUrl(text: string, isAllowed: IsAllowed): URL {
  if (!URL.canParse(text)) throw new FetchRefusal("ADDRESS_REFUSED", "The address to request is not a URL.");
  const url = new URL(text);
  const issue = judgeUrl(url, isAllowed, "server");
  if (issue !== null) throw new FetchRefusal(issue.code, `The address ${shown(url)} ${issue.demand}.`);
  return url;
}

/** The refusal of an answer that leads elsewhere; `null` for every other answer. */
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

/** The refusal of a status that the protocol does not know; `null` for every other. */
export function refuseAbsurdStatus(url: URL, status: number): FetchRefusal | null {
  if (status >= 200 && status <= 599) return null;
  return new FetchRefusal("UNREACHABLE", `${hostOf(url)} answered with ${status}, which is no status of HTTP.`);
}

/** A URL for a message: bounded, and without credentials and query, where secrets travel. */
function shown(url: URL): string {
  const host = url.host === "" ? "" : `//${url.host}`;
  return `${url.protocol}${host}${url.pathname}`.slice(0, 200);
}
