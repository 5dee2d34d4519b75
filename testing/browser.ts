/**
 * A browser for whole-application tests: keeps cookies as browsers do (SameSite included, so a form that another site
 * posts arrives without Lax cookies), follows redirects from host to host, and fills in forms. It runs no script.
 */
import type { IncomingHttpHeaders } from "node:http";
import { CookieJar, findSite, type Cookie } from "./browser/cookie-jar.js";
import { findForms, findLinks, readText, type Form, type Link } from "./browser/html.js";
import { sendRequest } from "./browser/request.js";

/** What the browser shows. */
export interface Page {
  readonly status: number;
  /** Where the browser ended up, after redirects. */
  readonly url: string;
  /** The body as it came. */
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
  readonly forms: readonly Form[];
  readonly links: readonly Link[];
  /** Every address on the way, the last one included. */
  readonly visited: readonly string[];
  /** What a person could read: no tags, spaces joined. */
  readonly visibleText: string;
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** False shows a redirect itself instead of where it leads. True when absent. */
  readonly follow?: boolean;
  /** The page that causes the request. `null` is an address typed by hand. */
  readonly from?: string | null;
}

/** How to find a form or a link: its place, part of its HTML or label, or a pattern for it. */
type Match = number | string | RegExp;

export interface Browser {
  /** The page that is open; throws before the first request. */
  readonly page: Page;
  /** Opens an address as if typed by hand. */
  get(url: string, options?: RequestOptions): Promise<Page>;
  /** Posts a form, as if the open page held it: from another site's page, the browser says so and holds cookies back. */
  post(url: string, form: Readonly<Record<string, string>>, options?: RequestOptions): Promise<Page>;
  /** Sends any body, by default as a script of the same site would. The open page stays open. */
  send(
    method: string,
    url: string,
    body: { readonly type: string; readonly text: string } | null,
    options?: RequestOptions,
  ): Promise<Page>;
  /**
   * Fills in and sends a form of the open page. `fields` replaces or adds values; a pressed button is one more field.
   * Throws when no form or more than one matches.
   */
  submitForm(match: Match, fields?: Readonly<Record<string, string>>, options?: RequestOptions): Promise<Page>;
  /** Follows a link of the open page. */
  followLink(match: Match, options?: RequestOptions): Promise<Page>;
  /** The cookies that an address typed by hand would get. */
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
  /** Navigations open a page; others are what a script of the page would send. */
  readonly navigates: boolean;
  readonly options: RequestOptions;
}

/** The headers by which servers tell who caused a request (Fetch standard, Fetch Metadata). */
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

/** Picks the one that matches, and says what there was when none or several do. */
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

/** Makes a browser with nothing in it. */
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
        // 307 and 308 repeat the request; the others turn a POST into a GET. The fragment of an address is never sent.
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
