/**
 * The HTML of a message, made from its plain text. Everything is escaped, and nothing is loaded from elsewhere. Only addresses
 * of the installation become links, because a name in the text may contain any address.
 */
import { html, type Html } from "../http/pages.js";

/** A message to write. */
export interface WrittenMail {
  readonly subject: string;
  /** Plain text, with empty lines between paragraphs. */
  readonly body: string;
  readonly heading: string;
}

/** Without a dark part of the style, some programs invert the colours badly. */
const STYLE = html`<style>
  body {
    margin: 0;
    padding: 24px;
    background: #ffffff;
    color: #1b1f24;
    font:
      16px/1.5 system-ui,
      sans-serif;
  }
  main {
    max-width: 600px;
    margin: 0 auto;
    overflow-wrap: break-word;
  }
  h1 {
    font-size: 20px;
  }
  a {
    color: #0b57d0;
  }
  @media (prefers-color-scheme: dark) {
    body {
      background: #16181c;
      color: #e8eaed;
    }
    a {
      color: #a8c7fa;
    }
  }
</style>`;

/** @param publicUrl the base URL of the installation, without a slash at its end */
export function writeHtml({ subject, body, heading }: WrittenMail, publicUrl: string): string {
  const paragraphs = body.trim().split(/\n{2,}/);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
        ${STYLE}
      </head>
      <body>
        <main>
          <h1>${heading}</h1>
          ${paragraphs.map((text) => writeParagraph(text, publicUrl))}
        </main>
      </body>
    </html> `.toString();
}

function writeParagraph(text: string, publicUrl: string): Html {
  const lines = text
    .split("\n")
    .map((line, index) => html`${index === 0 ? "" : html`<br />`}${linkAddresses(line, publicUrl)}`);
  return html`<p>${lines}</p> `;
}

/** An address ends before a space and before the punctuation of its sentence. */
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]}'])/;

function linkAddresses(line: string, publicUrl: string): readonly (Html | string)[] {
  return line
    .split(ADDRESS)
    .map((part, index) =>
      index % 2 === 1 && part.startsWith(`${publicUrl}/`) ? html`<a href="${part}">${part}</a>` : part,
    );
}
