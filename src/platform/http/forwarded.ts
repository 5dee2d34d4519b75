/**
 * Reads the hops that proxies write into `X-Forwarded-For` or `Forwarded` (RFC 7239). Addresses must have their exact
 * form, because programs read a text such as `0203.0.0113.9` differently, and would record different clients.
 */
import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** The headers of proxies. An installation reads one of them and ignores the other. */
export type ForwardedHeader = "x-forwarded-for" | "forwarded";

export interface Hop {
  /** IPv4 in its plain form; `null` for a text that is not an address. */
  readonly address: string | null;
  /** The text that the proxy wrote, cut. */
  readonly text: string;
}

/** The most hops that are read: more than real installations have. A header can contain thousands. */
const MOST_HOPS = 50;
const LONGEST_TEXT = 100;

/** RFC 7239, section 4. A value that is not a token is quoted. */
const TOKEN = "[!#$%&'*+.^_`|~\\w-]+";
const VALUE = `(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")`;
const ELEMENT = new RegExp(`^${TOKEN}=${VALUE}(?:;${TOKEN}=${VALUE})*$`);
const PAIRS = new RegExp(`(${TOKEN})=(${VALUE})`, "g");
/** RFC 7239, section 6.3: a proxy may hide the port behind a word. */
const HIDDEN_PORT = /^:_[\w.-]+$/;

/** The hops in a header from the right: the nearest proxy wrote the first. */
export function readHops(header: string, kind: ForwardedHeader): readonly Hop[] {
  return kind === "forwarded" ? readForwarded(header) : readForwardedFor(header);
}

/** The address in its plain form; `null` when the text is not exactly one address. */
export function readAddress(text: string): string | null {
  return isIPv4(text) || (isIPv6(text) && !text.includes("%")) ? ipaddr.process(text).toString() : null;
}

function readForwardedFor(header: string): readonly Hop[] {
  return splitFromRight(header).map((element) => {
    const text = /^"[^"\\]*"$/.test(element) ? element.slice(1, -1) : element;
    return { address: readAddress(text) ?? readNode(text, isPort), text: text.slice(0, LONGEST_TEXT) };
  });
}

function splitFromRight(header: string): readonly string[] {
  const elements = header.split(",").map((element) => element.trim());
  return elements
    .filter((element) => element !== "")
    .slice(-MOST_HOPS)
    .toReversed();
}

/**
 * Reads elements from the right, where the trusted proxies wrote. A comma may be inside quotes, and a client may have
 * sent a quote that never ends. So each time, the shortest text that is an element is taken.
 */
function readForwarded(header: string): readonly Hop[] {
  const hops: Hop[] = [];
  const parts = splitFromRight(header);
  for (let index = 0; index < parts.length; index += 1) {
    const shortest = parts[index]!;
    let element = shortest;
    while (!ELEMENT.test(element) && index + 1 < parts.length) element = `${parts[(index += 1)]!},${element}`;
    hops.push(readElement(ELEMENT.test(element) ? element : shortest));
  }
  return hops;
}

function readElement(element: string): Hop {
  const named = [...element.matchAll(PAIRS)].filter(([, name]) => name!.toLowerCase() === "for");
  const value = named.length === 1 ? named[0]![2]! : null;
  const text = value === null ? element : value.replace(/^"(.*)"$/s, "$1").replaceAll(/\\(.)/gs, "$1");
  const address = value === null ? null : readNode(text, (port) => isPort(port) || HIDDEN_PORT.test(port));
  return { address, text: text.slice(0, LONGEST_TEXT) };
}

/** `203.0.113.5`, `203.0.113.5:49152`, `[2001:db8::7]` or `[2001:db8::7]:49152`. */
function readNode(text: string, isRest: (rest: string) => boolean): string | null {
  const [, inBrackets, plain, rest = ""] = /^(?:\[([\da-f:.]+)\]|([\d.]+))(.*)$/is.exec(text) ?? [];
  if (rest !== "" && !isRest(rest)) return null;
  if (inBrackets !== undefined) return isIPv6(inBrackets) ? readAddress(inBrackets) : null;
  return plain !== undefined && isIPv4(plain) ? plain : null;
}

function isPort(text: string): boolean {
  return /^:\d{1,5}$/.test(text) && Number(text.slice(1)) <= 65_535;
}
