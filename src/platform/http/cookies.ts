/** Usher's own cookies (RFC 6265): bound to the host over https, hidden from scripts, and never ambiguous. */
import type { IncomingMessage } from "node:http";
import type { Response } from "express";

export interface CookieOptions {
  /** The public base URL. Over https the name begins with `__Host-`, which only this host can set, over https, for `/`. */
  readonly publicUrl: string;
  /** The plain name: `usher-session`. */
  readonly name: string;
  /** How long the browser keeps the cookie; when left out, until the browser is closed. */
  readonly maxAgeSeconds?: number;
}

export interface Cookie {
  /** The name in the browser. */
  readonly name: string;
  /** The cookie's value; `null` when it is missing, empty, malformed or sent more than once. */
  readonly read: (request: IncomingMessage) => string | null;
  /** @throws Error for a value with characters that cookies cannot hold */
  readonly write: (response: Response, value: string) => void;
  readonly clear: (response: Response) => void;
}

const PLAIN_VALUE = /^[A-Za-z0-9._~+/=-]{1,2000}$/;
const PLAIN_NAME = /^[a-z0-9-]+$/;

/** Declares a cookie: HttpOnly, SameSite=Lax, for the whole host, and Secure over https. */
export function defineCookie({ publicUrl, name: plainName, maxAgeSeconds }: CookieOptions): Cookie {
  const isSecure = new URL(publicUrl).protocol === "https:";
  if (!PLAIN_NAME.test(plainName)) {
    throw new Error(`A cookie cannot be named ${JSON.stringify(plainName)}.`);
  }
  const name = isSecure ? `__Host-${plainName}` : plainName;
  const append = (response: Response, value: string, age: number | undefined) => {
    const attributes = ["Path=/", "HttpOnly", "SameSite=Lax"];
    if (isSecure) {
      attributes.push("Secure");
    }
    if (age !== undefined) {
      attributes.push(`Max-Age=${age}`);
    }
    response.append("Set-Cookie", [`${name}=${value}`, ...attributes].join("; "));
  };
  return {
    name,
    read: (request) => readCookie(request.headers.cookie, name),
    write: (response, value) => {
      if (!PLAIN_VALUE.test(value)) {
        throw new Error(`The value of the cookie ${name} has characters that cookies cannot hold.`);
      }
      append(response, value, maxAgeSeconds);
    },
    clear: (response) => append(response, "", 0),
  };
}

/**
 * The value of a cookie in a `Cookie` header. Two cookies of one name mean that another host of the domain, or a page over
 * plain http, has set a second one. The server cannot distinguish them, so it trusts neither.
 * @internal
 */
export function readCookie(header: string | undefined, name: string): string | null {
  const values = (header ?? "").split(";").flatMap((pair) => {
    const separator = pair.indexOf("=");
    // Names are compared exactly, because browsers protect the prefix only in this spelling.
    return separator !== -1 && pair.slice(0, separator).trim() === name ? [pair.slice(separator + 1).trim()] : [];
  });
  const [value] = values;
  return values.length === 1 && value !== undefined && PLAIN_VALUE.test(value) ? value : null;
}
