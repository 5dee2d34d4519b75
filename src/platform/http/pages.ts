/** Pages for people: escaped by default, usable on a phone and by keyboard, without inline style or script. */
import { createHash } from "node:crypto";
import type { RequestHandler, Response } from "express";
import { STYLESHEET } from "./stylesheet.js";

/** HTML that is escaped already. Only `html` makes it. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** A value in a template. Strings are escaped; `null`, `undefined` and `false` are left out. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Writes HTML: html`<p title="${title}">${text}</p>`. Values are escaped for text and for quoted attributes, so always
 * quote attributes. Check the scheme of an address before it goes into `href`.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.map((text, index) => (index === 0 ? text : render(values[index - 1]) + text)).join(""));
}

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) {
    return "";
  }
  if (value instanceof Html) {
    return value.text;
  }
  if (typeof value === "string" || typeof value === "number") {
    return escape(String(value));
  }
  if (!Array.isArray(value)) {
    // For example, a parsed body that looks like an `Html` object.
    throw new TypeError("This value cannot stand in a page.");
  }
  return (value as readonly HtmlValue[]).map((item) => render(item)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");
}

/** Changes with the style sheet, so that a browser never uses an old one for a new page. */
const STYLESHEET_VERSION = createHash("sha256").update(STYLESHEET).digest("hex").slice(0, 8);
const STYLESHEET_CACHE_SECONDS = 86_400;

export interface PageContent {
  /** The document's title; also its first heading unless the body has its own. */
  readonly title: string;
  readonly body: Html;
  /** Language of the text (BCP 47); English when left out. */
  readonly language?: string;
}

/** A whole document. */
export function renderPage({ title, body, language = "en" }: PageContent): string {
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="/assets/usher.css?v=${STYLESHEET_VERSION}" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text;
}

/** Responds with a page that is not cached, because it may name the signed-in person. */
export function sendPage(response: Response, status: number, content: PageContent): void {
  response.status(status).setHeader("Cache-Control", "no-store");
  response.type("html").send(renderPage(content));
}

/** Serves `/assets/usher.css`. */
export const serveStylesheet: RequestHandler = (_request, response) => {
  response.setHeader("Cache-Control", `public, max-age=${STYLESHEET_CACHE_SECONDS}`);
  response.type("css").send(STYLESHEET);
};
