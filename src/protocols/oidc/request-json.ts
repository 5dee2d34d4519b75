/**
 * One request to a provider, whose answer is JSON of bounded size that arrives in bounded time without a redirect.
 * Whatever a provider answers instead becomes a refusal.
 */
import { quote } from "../refusal.js";
import { ProtocolRefusal } from "../refusal.js";
import { refuse, type OidcRefusalCode } from "./refusals.js";
import type { Surroundings } from "./surroundings.js";

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
const LONGEST_ANSWER_BYTES = 512 * 1024;

/** What happens to a provider that is in order otherwise, and may be waited out. */
const OUT_OF_ORDER: ReadonlySet<string> = new Set<OidcRefusalCode>([
  "OIDC_PROVIDER_UNAVAILABLE",
  "OIDC_PROVIDER_UNREACHABLE",
  "OIDC_PROVIDER_TIMEOUT",
]);

/** Whether a refusal says that a provider could not answer, and not that it answered something wrong. */
export function saysOutOfOrder(error: unknown): boolean {
  return error instanceof ProtocolRefusal && OUT_OF_ORDER.has(error.code);
}

/** What "no" looks like where a token is asked for (RFC 6750, section 3.1); its reason is in a header, and a body is optional. */
export function saysDenied(status: number): boolean {
  return status === 401 || status === 403;
}

/** A provider's answer, of whatever status. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The provider's clock as its `Date` header tells it; `null` when it does not. */
  readonly date: Date | null;
}

/**
 * Asks a provider for JSON.
 *
 * @param what what is asked for, as an administrator knows it, such as "the discovery document"
 * @param mayDenyWithoutJson a denial is an answer, with `null` for its body, whatever comes with it
 * @throws ProtocolRefusal `OIDC_PROVIDER_UNREACHABLE`, `OIDC_PROVIDER_TIMEOUT`, `OIDC_CERTIFICATE_REFUSED`,
 *   `OIDC_ENDPOINT_REFUSED`, `OIDC_ANSWER_REDIRECT`, `OIDC_ANSWER_TOO_LARGE`, `OIDC_PROVIDER_UNAVAILABLE`,
 *   `OIDC_ENDPOINT_NOT_FOUND` or `OIDC_ANSWER_NOT_JSON`
 */
export async function requestJson(
  surroundings: Surroundings,
  what: string,
  address: string,
  init: RequestInit = {},
  mayDenyWithoutJson = false,
): Promise<JsonAnswer> {
  const timeout = AbortSignal.timeout(surroundings.requestTimeoutMilliseconds ?? REQUEST_TIMEOUT_MILLISECONDS);
  const place = `${what} at ${address}`;
  let response: Response;
  let text: string | null;
  try {
    const headers = { accept: "application/json", ...(init.headers as Record<string, string> | undefined) };
    response = await surroundings.fetch(address, { ...init, headers, redirect: "manual", signal: timeout });
    text = await readText(response);
  } catch (error) {
    const code = timeout.aborted ? "OIDC_PROVIDER_TIMEOUT" : codeOfFailure(error);
    return refuse(code, `${place}: ${explain(error)}`);
  }
  const answer = `${place} answered status ${response.status}`;
  if (response.status >= 300 && response.status < 400)
    return refuse("OIDC_ANSWER_REDIRECT", `${answer}, to ${quote(response.headers.get("location"))}`);
  if (text === null)
    return refuse("OIDC_ANSWER_TOO_LARGE", `${place} answered more than ${LONGEST_ANSWER_BYTES} bytes`);
  const body = parseJson(text);
  if (body === undefined) {
    if (response.status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", answer);
    if (saysNotFound(response.status)) return refuse("OIDC_ENDPOINT_NOT_FOUND", answer);
    if (saysDenied(response.status) && mayDenyWithoutJson)
      return { status: response.status, body: null, date: readDate(response) };
    const form = /^\s*</.test(text) ? "an HTML or XML page" : text === "" ? "nothing" : "something else";
    return refuse("OIDC_ANSWER_NOT_JSON", `${answer} with ${form} instead of JSON`);
  }
  return { status: response.status, body, date: readDate(response) };
}

/** Whether a status says that nothing is at the address (RFC 9110, sections 15.5.5 and 15.5.11). */
export function saysNotFound(status: number): boolean {
  return status === 404 || status === 410;
}

/** Whether a JSON value is an object, and neither `null` nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a body up to the limit; `null` when it is longer, and the rest is not read. */
async function readText(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream, which closes the connection to a provider that never stops.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > LONGEST_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readDate(response: Response): Date | null {
  const date = new Date(response.headers.get("date") ?? "");
  return Number.isNaN(date.valueOf()) ? null : date;
}

/** A fetch that guards itself says with a code what it refused; other failures mean that nobody answered. */
const FETCH_REFUSALS: Readonly<Record<string, OidcRefusalCode>> = {
  TIMEOUT: "OIDC_PROVIDER_TIMEOUT",
  TOO_LARGE: "OIDC_ANSWER_TOO_LARGE",
  REDIRECT_REFUSED: "OIDC_ANSWER_REDIRECT",
  CERTIFICATE_REFUSED: "OIDC_CERTIFICATE_REFUSED",
  ADDRESS_REFUSED: "OIDC_ENDPOINT_REFUSED",
  SCHEME_REFUSED: "OIDC_ENDPOINT_REFUSED",
  CREDENTIALS_REFUSED: "OIDC_ENDPOINT_REFUSED",
};

function codeOfFailure(error: unknown): OidcRefusalCode {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return (Object.hasOwn(FETCH_REFUSALS, code) ? FETCH_REFUSALS[code] : undefined) ?? "OIDC_PROVIDER_UNREACHABLE";
}

/**
 * The sentence of an error, with the code of its cause, where Node's fetch puts the reason. Never the cause's own sentence:
 * it names addresses inside the network, which an administrator could find out about one name after the other.
 */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && !("code" in error) ? `${error.message} (${code})` : error.message;
}
