/**
 * A browser for tests of the whole application. It keeps cookies as browsers do, SameSite included: a form that a
 * different site posts arrives without Lax cookies. It follows redirects across hosts and fills in forms. It runs no
 * scripts.
 */
import type { IncomingHttpHeaders } from "node:http";
import { CookieJar, findSite, type Cookie } from "./browser/cookie-jar.js";
import { findForms, findLinks, readText, type Form, type Link } from "./browser/html.js";
import { sendRequest } from "./browser/request.js";

/** A page, as the browser shows it. */
export interface Page {
  readonly status: number;
  /** The address after all redirects. */
  readonly url: string;
  /** The unchanged body. */
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly forms: readonly Form[];
  readonly links: readonly Link[];
  /** All addresses that the browser visited on the way, in order. The page's own address is the last one. */
  readonly visited: readonly string[];
  /** The text that a person can read: without tags, white space joined. */
  readonly visibleText: string;
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** `false` returns a redirect instead of following it. Defaults to `true`. */
  readonly follow?: boolean;
  /** The page that causes the request; `null` if the person types the address. */
  readonly from?: string | null;
}

/** How to find a form or a link: its position, a part of its HTML or label, or a pattern. */
type Match = number | string | RegExp;

export interface Browser {
  /** The open page. Throws before the first request. */
  readonly page: Page;
  /** Opens an address as if the person typed it. */
  get(url: string, options?: RequestOptions): Promise<Page>;
  /**
   * Posts a form as if it were on the open page. If that page is of a different site, the request says so and lacks
   * some cookies.
   */
  post(url: string, form: Readonly<Record<string, string>>, options?: RequestOptions): Promise<Page>;
  /** Sends any body, by default as a script of the same site would. The open page stays open. */
  send(
    method: string,
    url: string,
    body: { readonly type: string; readonly text: string } | null,
    options?: RequestOptions,
  ): Promise<Page>;
  /**
   * Fills in and sends a form of the open page. `fields` replaces or adds values, such as that of a pressed button.
   * Throws unless exactly one form matches.
   */
  submitForm(match: Match, fields?: Readonly<Record<string, string>>, options?: RequestOptions): Promise<Page>;
  /** Follows a link of the open page. */
  followLink(match: Match, options?: RequestOptions): Promise<Page>;
  /** The cookies that the browser sends to an address that the person types. */
  cookiesFor(url: string): Cookie[];
  /** Forgets the cookies of one host name, or all. */
  clearCookies(hostname?: string): void;
}

const MAXIMUM_REDIRECTS = 20;
const FORM_TYPE = "application/x-www-form-urlencoded";

interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly body: { readonly type: string; readonly text: string } | null;
  readonly initiator: URL | null;
  /** Whether the request opens a page. If not, it is a request of a script on the page. */
  readonly navigates: boolean;
  readonly options: RequestOptions;
}

/** The headers that show a server which site caused a request (Fetch standard, Fetch Metadata). */
function describeInitiator({ method, url, initiator, navigates }: Outgoing): Record<string, string> {
  const relation =
    initiator === null
      ? "none"
      : initiator.origin === url.origin
        ? "same-origin"
        : findSite(initiator) === findSite(url)
          ? "same-site"
          : "cross-site";
  return {
    "sec-fetch-site": relation,
    "sec-fetch-mode": navigates ? "navigate" : "cors",
    "sec-fetch-dest": navigates ? "document" : "empty",
    ...(method === "GET" || method === "HEAD" ? {} : { origin: (initiator ?? url).origin }),
  };
}

/** Returns the item that matches. If none or several match, the error lists all items. */
function pick<Item>(items: readonly Item[], match: Match, describe: (item: Item) => string, page: Page): Item {
  const found =
    typeof match === "number"
      ? items.slice(match, match + 1)
      : items.filter((item) =>
          typeof match === "string" ? describe(item).includes(match) : describe(item).search(match) >= 0,
        );
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const all = items.map((item) => `  ${describe(item)}`).join("\n");
  throw new Error(
    `${found.length} of ${items.length} match ${String(match)} at ${page.url} (${page.status}):\n${all}\n${page.visibleText}`,
  );
}

/** Makes a browser without cookies and without an open page. */
export function createBrowser(): Browser {
  const jar = new CookieJar();
  let current: Page | null = null;

  const open = async (first: Outgoing): Promise<Page> => {
    const visited: string[] = [];
    let outgoing = first;
    for (;;) {
      const { method, url, body, initiator, options } = outgoing;
      visited.push(url.href);
      if (visited.length > MAXIMUM_REDIRECTS) throw new Error(`Too many redirects:\n${visited.join("\n")}`);
      const cookies = jar.select(url, { method, initiator });
      const answer = await sendRequest(url, {
        method,
        headers: {
          accept: outgoing.navigates ? "text/html,*/*;q=0.8" : "*/*",
          ...describeInitiator(outgoing),
          ...(cookies.length > 0 && { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") }),
          ...(body && { "content-type": body.type, "content-length": String(Buffer.byteLength(body.text)) }),
          ...options.headers,
        },
        body: body?.text ?? null,
      });
      jar.keep(answer.headers["set-cookie"] ?? [], url);
      const { location } = answer.headers;
      if (options.follow !== false && location !== undefined && answer.status >= 300 && answer.status < 400) {
        // 307 and 308 repeat the request. Other redirects turn a POST into a GET. Browsers never send the fragment of
        // an address.
        const repeats = answer.status === 307 || answer.status === 308;
        const next = new URL(location, url);
        outgoing = { ...outgoing, url: next, ...(repeats || method === "GET" ? {} : { method: "GET", body: null }) };
        continue;
      }
      const page = {
        status: answer.status,
        url: url.href,
        text: answer.text,
        headers: answer.headers,
        forms: findForms(answer.text, url),
        links: findLinks(answer.text, url),
        visited,
        visibleText: readText(answer.text),
      };
      if (first.navigates) current = page;
      return page;
    }
  };

  const readPage = (): Page => {
    if (current === null) throw new Error("The browser has opened nothing yet.");
    return current;
  };
  const readInitiator = (options: RequestOptions, otherwise: string | null): URL | null => {
    const from = options.from === undefined ? otherwise : options.from;
    return from === null ? null : new URL(from);
  };
  const navigate = (
    method: string,
    url: URL,
    form: Readonly<Record<string, string>> | null,
    initiator: URL | null,
    options: RequestOptions,
  ) => {
    const body = form && { type: FORM_TYPE, text: new URLSearchParams(form).toString() };
    return open({ method, url, body, initiator, navigates: true, options });
  };

  return {
    get page() {
      return readPage();
    },
    get(url, options = {}) {
      return navigate("GET", new URL(url), null, readInitiator(options, null), options);
    },
    post(url, form, options = {}) {
      return navigate("POST", new URL(url), form, readInitiator(options, current?.url ?? url), options);
    },
    send(method, url, body, options = {}) {
      const initiator = readInitiator(options, url);
      return open({ method, url: new URL(url), body, initiator, navigates: false, options });
    },
    async submitForm(match, fields = {}, options = {}) {
      const page = readPage();
      const form = pick(page.forms, match, ({ html }) => html, page);
      const values = { ...form.fields, ...fields };
      const initiator = readInitiator(options, page.url);
      if (form.method === "POST") return navigate("POST", form.action, values, initiator, options);
      const url = new URL(form.action);
      url.search = new URLSearchParams(values).toString();
      return navigate("GET", url, null, initiator, options);
    },
    async followLink(match, options = {}) {
      const page = readPage();
      const link = pick(page.links, match, ({ href, label }) => `${label} ${href.href}`, page);
      return navigate("GET", link.href, null, readInitiator(options, page.url), options);
    },
    cookiesFor(url) {
      return jar.select(new URL(url), { method: "GET", initiator: null });
    },
    clearCookies(hostname) {
      jar.clear(hostname);
    },
  };
}
