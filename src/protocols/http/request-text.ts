/**
 * Sends one request to a provider. The answer has limited size and time, and must not be a redirect. Every failure
 * becomes a refusal, and the protocol chooses its code.
 */
import { ProtocolRefusal, quote } from "../refusal.js";

const TIMEOUT_MILLISECONDS = 10_000;
const LONGEST_ANSWER_BYTES = 512 * 1024;

/** Requests an address. The caller's implementation decides which addresses are allowed, and rejects the others. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Why there is no response. */
export type RequestFailure =
  /** The provider did not answer. */
  | "unreachable"
  | "timeout"
  /** The TLS certificate is not trusted. */
  | "certificate"
  /** `Fetch` does not allow the address. */
  | "forbidden"
  /** The answer redirects to another address. */
  | "redirect"
  | "too-large";

export interface TextRequest {
  /** The administrator's name for what is requested, such as "the discovery document". */
  readonly what: string;
  readonly address: string;
  readonly init?: RequestInit;
  /** The refusal's code for each failure. */
  readonly codeOf: (failure: RequestFailure) => string;
  /** How long the request may take; 10 seconds when left out. */
  readonly timeoutMilliseconds?: number;
  /** The longest body; 512 KiB when left out. */
  readonly longestAnswerBytes?: number;
}

/** A provider's response, with any status except a redirect. */
export interface TextAnswer {
  readonly status: number;
  /** The body, decoded as UTF-8. */
  readonly text: string;
  /** The time on the provider's clock, from the header `Date`; `null` without this header. */
  readonly date: Date | null;
  /**
   * Seconds after which to ask again, from the header `Retry-After` (RFC 9110, section 10.2.3); `null` without a usable
   * header.
   */
  readonly retryAfterSeconds: number | null;
}

/** @throws ProtocolRefusal with the code that `codeOf` returns */
export async function requestText(fetch: Fetch, request: TextRequest): Promise<TextAnswer> {
  const { what, address, init, codeOf, longestAnswerBytes = LONGEST_ANSWER_BYTES } = request;
  const place = `${what} at ${withoutQuery(address)}`;
  const timeout = AbortSignal.timeout(request.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS);
  let response: Response;
  let text: string | null;
  try {
    response = await fetch(address, { ...init, redirect: "manual", signal: timeout });
    text = await readBody(response, longestAnswerBytes);
  } catch (error) {
    throw new ProtocolRefusal(codeOf(timeout.aborted ? "timeout" : failureOf(error)), `${place}: ${explain(error)}`);
  }
  if (response.status >= 300 && response.status < 400)
    throw new ProtocolRefusal(
      codeOf("redirect"),
      `${place} answered status ${response.status}, to ${quote(withoutQuery(response.headers.get("location")))}`,
    );
  if (text === null)
    throw new ProtocolRefusal(codeOf("too-large"), `${place} answered more than ${longestAnswerBytes} bytes`);
  const date = new Date(response.headers.get("date") ?? "");
  return {
    status: response.status,
    text,
    date: Number.isNaN(date.valueOf()) ? null : date,
    retryAfterSeconds: readRetryAfter(response.headers.get("retry-after")),
  };
}

/** Reads a number of seconds. Returns `null` for a date, because the provider's clock may be wrong. */
function readRetryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header.trim()) ? Number(header) : null;
}

/** An address without its query, because the query could contain a ticket or token. */
function withoutQuery<Address extends string | null>(address: Address): Address {
  return address === null ? address : (address.replace(/[?#].*$/s, "") as Address);
}

/** Reads a body up to the limit. Returns `null` if it is longer, and does not read the rest. */
async function readBody(response: Response, longestBytes: number): Promise<string | null> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early cancels the stream, which closes the connection to a provider that never stops.
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > longestBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The errors of Usher's fetch, by code. Every other error means that the provider did not answer. */
const FETCH_FAILURES: Readonly<Record<string, RequestFailure>> = {
  TIMEOUT: "timeout",
  TOO_LARGE: "too-large",
  REDIRECT_REFUSED: "redirect",
  CERTIFICATE_REFUSED: "certificate",
  ADDRESS_REFUSED: "forbidden",
  SCHEME_REFUSED: "forbidden",
  CREDENTIALS_REFUSED: "forbidden",
};

function failureOf(error: unknown): RequestFailure {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return (Object.hasOwn(FETCH_FAILURES, code) ? FETCH_FAILURES[code] : undefined) ?? "unreachable";
}

/**
 * Returns the message of an error and the code of its cause, where Node's fetch puts the reason. Leaves out the cause's
 * message, because it names addresses inside the operator's network, which administrators of customers must not learn.
 */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && !("code" in error) ? `${error.message} (${code})` : error.message;
}
