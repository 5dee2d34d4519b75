/** Sends one request to a provider for JSON. Every other answer becomes a refusal. */
import { requestText, type RequestFailure } from "../http/index.js";
import { ProtocolRefusal } from "../refusal.js";
import { refuse, type OidcRefusalCode } from "./refusals.js";
import type { Surroundings } from "./surroundings.js";

const CODES: Readonly<Record<RequestFailure, OidcRefusalCode>> = {
  unreachable: "OIDC_PROVIDER_UNREACHABLE",
  timeout: "OIDC_PROVIDER_TIMEOUT",
  certificate: "OIDC_CERTIFICATE_REFUSED",
  forbidden: "OIDC_ENDPOINT_REFUSED",
  redirect: "OIDC_ANSWER_REDIRECT",
  "too-large": "OIDC_ANSWER_TOO_LARGE",
};

/** The refusals that mean that the provider is down for a while. Its last known documents are then still valid. */
const OUT_OF_ORDER: ReadonlySet<string> = new Set<OidcRefusalCode>([
  "OIDC_PROVIDER_UNAVAILABLE",
  "OIDC_PROVIDER_UNREACHABLE",
  "OIDC_PROVIDER_TIMEOUT",
]);

/** Whether a refusal means that the provider could not answer. A wrong answer does not count. */
export function saysOutOfOrder(error: unknown): boolean {
  return error instanceof ProtocolRefusal && OUT_OF_ORDER.has(error.code);
}

/**
 * Whether a status denies the access token (RFC 6750, section 3.1). Such a response may have no body, because its
 * reason is in a header.
 */
export function saysDenied(status: number): boolean {
  return status === 401 || status === 403;
}

/** A provider's response, with any status except a redirect. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The time on the provider's clock, from the header `Date`; `null` without this header. */
  readonly date: Date | null;
  /** Seconds after which to ask again; `null` if the provider names none. */
  readonly retryAfterSeconds: number | null;
}

/**
 * Asks a provider for JSON.
 *
 * @param what the administrator's name for the requested document, such as "the discovery document"
 * @param mayDenyWithoutJson whether a denial without JSON is returned, with the body `null`, and not refused
 * @throws ProtocolRefusal `OIDC_PROVIDER_UNREACHABLE`, `OIDC_PROVIDER_TIMEOUT`, `OIDC_CERTIFICATE_REFUSED`,
 *   `OIDC_ENDPOINT_REFUSED`, `OIDC_ANSWER_REDIRECT`, `OIDC_ANSWER_TOO_LARGE`, `OIDC_PROVIDER_UNAVAILABLE`,
 *   `OIDC_ENDPOINT_NOT_FOUND` or `OIDC_ANSWER_NOT_JSON`
 */
export async function requestJson(
  { fetch, requestTimeoutMilliseconds }: Surroundings,
  what: string,
  address: string,
  init: RequestInit = {},
  mayDenyWithoutJson = false,
): Promise<JsonAnswer> {
  const headers = { accept: "application/json", ...(init.headers as Record<string, string> | undefined) };
  const { status, text, ...answered } = await requestText(fetch, {
    what,
    address,
    init: { ...init, headers },
    codeOf: (failure) => CODES[failure],
    ...(requestTimeoutMilliseconds !== undefined && { timeoutMilliseconds: requestTimeoutMilliseconds }),
  });
  const body = parseJson(text);
  if (body !== undefined) return { status, body, ...answered };
  const answer = `${what} at ${address} answered status ${status}`;
  if (status >= 500) return refuse("OIDC_PROVIDER_UNAVAILABLE", answer);
  if (saysNotFound(status)) return refuse("OIDC_ENDPOINT_NOT_FOUND", answer);
  if (saysDenied(status) && mayDenyWithoutJson) return { status, body: null, ...answered };
  const form = /^\s*</.test(text) ? "an HTML or XML page" : text === "" ? "nothing" : "something else";
  return refuse("OIDC_ANSWER_NOT_JSON", `${answer} with ${form} instead of JSON`);
}

/** Whether a status means that the address does not exist (RFC 9110, sections 15.5.5 and 15.5.11). */
export function saysNotFound(status: number): boolean {
  return status === 404 || status === 410;
}

/** Whether a JSON value is an object, and neither `null` nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
