/**
 * The one way out: every request that Usher makes to an address that somebody entered (discovery, keys, tokens, metadata,
 * groups, webhooks). https and public addresses only, but for hosts that the operator allows; no redirects; bounded time
 * and size. The same rules are lent to whoever saves such an address.
 */
import { pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip } from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import { createIsAllowed, hostOf } from "./allowed-hosts.js";
import { checkUrl, refuseAbsurdStatus, refuseRedirect } from "./check-answer.js";
import { explainFailure } from "./explain-failure.js";
import { FetchRefusal } from "./fetch-refusal.js";
import { createGuardedConnector, systemLookup, type Lookup } from "./guarded-connect.js";
import { createGuardedPost, type GuardedPost } from "./guarded-post.js";
import { judgeUrl } from "./judge-url.js";
import { readBounded } from "./read-bounded.js";

export { FetchRefusal } from "./fetch-refusal.js";
export type { Lookup } from "./guarded-connect.js";
export { AbortGroup } from "./guarded-post.js";

/** What the guarded fetch is made of. */
export interface GuardedFetchOptions {
  /** Entries `host` or `host:port` that may be reached though private, plain http included. */
  readonly allowedPrivateHosts: readonly string[];
  /** Resolves names; the machine's resolver unless a test says otherwise. */
  readonly lookup?: Lookup;
  /** Total time of one request, from resolving the name to the last byte; 10 seconds when left out. */
  readonly timeoutMs?: number;
  /** Largest decompressed body; 1 MiB when left out. */
  readonly maximumBytes?: number;
  /** Largest body as it is sent, compressed or not, and however little it unpacks to; 32 MiB when left out. */
  readonly maximumSentBytes?: number;
  /** Certificate authorities to trust beside the machine's own, in PEM. */
  readonly certificateAuthorities?: readonly string[];
}

/** A request, as the platform's `fetch` takes it. `redirect` has no effect: a redirect is always an error. */
interface GuardedRequestInit extends RequestInit {
  /** Total time of this request, in milliseconds. */
  readonly timeoutMs?: number;
  /** Largest decompressed body of this request. */
  readonly maximumBytes?: number;
}

/** The way out, and the rules that tell beforehand what it would refuse. */
export interface GuardedFetch {
  /**
   * Makes one request and reads its body.
   *
   * @throws FetchRefusal for everything that was refused or failed; the caller's own `signal.reason` when it aborted
   */
  readonly fetch: (url: string, init?: GuardedRequestInit) => Promise<Response>;
  /** Posts a small message, of which there are many. */
  readonly post: GuardedPost;
  /** Checks for addresses when they are saved: each answers what the address must be, or `null` when nothing is wrong. */
  readonly rules: {
    /** For addresses that this server requests. */
    readonly serverUrl: (url: URL) => string | null;
    /** For addresses that only browsers are sent to, which may be private. */
    readonly browserUrl: (url: URL) => string | null;
  };
  /** Ends all connections; what is under way fails. */
  readonly close: () => Promise<void>;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 10_000;
const DEFAULT_MAXIMUM_BYTES = 1_048_576;
const DEFAULT_MAXIMUM_SENT_BYTES = 33_554_432;
const CONNECTIONS_PER_ORIGIN = 32;
/** Below the five seconds after which common servers close an idle connection, so that no request meets a closing one. */
const KEEP_ALIVE_MILLISECONDS = 4_000;
const LONGEST_KEEP_ALIVE_MILLISECONDS = 60_000;

const STATUSES_WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);
/** What described the body on its way and is no longer true of the bytes that are handed on. */
const TRANSFER_HEADERS = ["content-encoding", "content-length", "transfer-encoding"];

/** Makes the way out. One for the whole process: it holds the pool of connections. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const isAllowed = createIsAllowed(options.allowedPrivateHosts);
  const connector = createGuardedConnector(
    isAllowed,
    options.lookup ?? systemLookup,
    options.certificateAuthorities ?? [],
  );
  const posts = createGuardedPost(isAllowed, connector.connect);
  const agent = new Agent({
    connect: connector.connect,
    connections: CONNECTIONS_PER_ORIGIN,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MILLISECONDS,
    maxResponseSize: options.maximumSentBytes ?? DEFAULT_MAXIMUM_SENT_BYTES,
    // The request's total time limits both; the agent's own limits would start anew with every byte.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    fetch: (url, init = {}) =>
      requestWithin(init.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MILLISECONDS, url, init, async (signal) => {
        const target = checkUrl(url, isAllowed);
        const response = await send(target, init, agent, signal);
        return await receive(response, target, {
          maximumBytes: init.maximumBytes ?? options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES,
        });
      }),
    rules: {
      serverUrl: (url) => judgeUrl(url, isAllowed, "server")?.demand ?? null,
      browserUrl: (url) => judgeUrl(url, isAllowed, "browser")?.demand ?? null,
    },
    post: posts.post,
    close: async () => {
      const closed = [agent.destroy(), posts.close()];
      connector.close();
      await Promise.all(closed);
    },
  };
}

/** Runs a request under its time limit and its caller's signal, and turns every failure into a refusal. */
async function requestWithin<Result>(
  timeoutMs: number,
  url: string,
  init: GuardedRequestInit,
  request: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  init.signal?.throwIfAborted();
  const host = URL.canParse(url) ? hostOf(new URL(url)) : "The server";
  const controller = new AbortController();
  const abortForCaller = () => controller.abort(init.signal?.reason);
  init.signal?.addEventListener("abort", abortForCaller, { once: true });
  const timer = setTimeout(
    () => controller.abort(new FetchRefusal("TIMEOUT", `${host} did not answer in full within ${timeoutMs / 1000} s.`)),
    timeoutMs,
  );
  // The signal does not reach a request that still waits for its connection.
  const ended = new Promise<never>((_, reject) =>
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason as Error), { once: true }),
  );
  try {
    return await Promise.race([request(controller.signal), ended]);
  } catch (error) {
    const reason = controller.signal.aborted ? controller.signal.reason : explainFailure(error, host);
    // An answer that was refused may still be arriving.
    controller.abort(reason);
    throw reason;
  } finally {
    clearTimeout(timer);
    init.signal?.removeEventListener("abort", abortForCaller);
  }
}

/** An answer whose body was not read yet. */
interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
}

/** By undici's own `request`, which takes a third of the time of its `fetch` and never follows a redirect. */
async function send(url: URL, init: GuardedRequestInit, agent: Agent, signal: AbortSignal): Promise<Answer> {
  const { method = "GET" } = init;
  const headers = new Headers({ accept: "*/*", "accept-encoding": "gzip, br", "user-agent": "Usher" });
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  const body = await writeBody(init.body ?? null, headers);
  // Whom a request reaches and where it ends follows from the address and the body alone.
  for (const name of ["host", "content-length"]) headers.delete(name);
  const answer = await agent.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: method as Dispatcher.HttpMethod,
    headers: Object.fromEntries(headers),
    body,
    signal,
  });
  const received = readHeaders(answer.headers);
  return {
    status: answer.statusCode,
    statusText: answer.statusText,
    headers: received,
    body: method === "HEAD" ? answer.body : unpack(answer.body, received.get("content-encoding")),
  };
}

/** The bytes of a body, of whatever kind; the platform knows the content type of each. */
async function writeBody(body: BodyInit | null, headers: Headers): Promise<string | Uint8Array | null> {
  if (body === null || (typeof body === "string" && headers.has("content-type"))) return body as string | null;
  const carrier = new Response(body);
  const type = carrier.headers.get("content-type");
  if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  return new Uint8Array(await carrier.arrayBuffer());
}

/** Headers are bytes; undici reads them as UTF-8, the platform has one character for each. */
function readHeaders(received: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(received))
    for (const value of [values ?? []].flat()) headers.append(name, Buffer.from(value, "utf8").toString("latin1"));
  return headers;
}

/** Unpacks what was asked for; whatever else a server does to its answer is left as it is. */
function unpack(body: Readable, encoding: string | null): AsyncIterable<Uint8Array> {
  const unpacker = createUnpacker(encoding?.trim().toLowerCase() ?? "");
  // A failure of either side ends both, and whoever reads hears of it.
  return unpacker === null ? body : pipeline(body, unpacker, () => {});
}

function createUnpacker(encoding: string) {
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      // An empty answer may be announced as compressed.
      return createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
    case "br":
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return null;
  }
}

async function receive(
  response: Answer,
  url: URL,
  { maximumBytes }: { readonly maximumBytes: number },
): Promise<Response> {
  const host = hostOf(url);
  const { status, statusText } = response;
  const redirect = refuseRedirect(url, status, response.headers.get("location") ?? "");
  if (redirect !== null) throw redirect;
  // Layers can unpack to gigabytes in between and still end as a few bytes, which the limits below would not see.
  if (response.headers.get("content-encoding")?.includes(","))
    throw new FetchRefusal("TOO_LARGE", `${host} sent an answer that is compressed more than once.`);
  const { bytes, isCut } = await readBounded(response.body, maximumBytes);
  if (isCut) throw new FetchRefusal("TOO_LARGE", `${host} sent an answer of more than ${maximumBytes} bytes.`);
  const absurd = refuseAbsurdStatus(url, status);
  if (absurd !== null) throw absurd;
  return new Response(STATUSES_WITHOUT_BODY.has(status) ? null : bytes, {
    status,
    statusText,
    headers: [...response.headers].filter(([name]) => !TRANSFER_HEADERS.includes(name)),
  });
}
