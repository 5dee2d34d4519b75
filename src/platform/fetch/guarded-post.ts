/**
 * Posts many small messages under the rules of the guarded fetch, with less work for each. It checks a URL once, resolves
 * and checks names for each connection, keeps connections, and reads only the start of a response.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Agent, type buildConnector, type Dispatcher } from "undici";
import { hostOf, type IsAllowed } from "./allowed-hosts.js";
import { checkUrl, refuseUnknownStatus, refuseRedirect } from "./check-response.js";
import { explainFailure } from "./explain-failure.js";
import { FetchRefusal } from "./fetch-refusal.js";

interface PostMessage {
  /** Names and values, alternating. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** The time limit from resolving the name to the last byte that is read. */
  readonly timeoutMs: number;
  /** How much of the response is read. A longer response ends the connection. */
  readonly maximumBytes: number;
}

interface PostResponse {
  readonly status: number;
  /** The start of the body. The request accepts no compression, and a compressed body is not unpacked. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/**
 * Posts a message.
 *
 * @param abortGroup aborts this message together with others
 * @throws FetchRefusal when the message was refused or failed; the group's reason when it was aborted
 */
export type GuardedPost = (url: string, message: PostMessage, abortGroup?: AbortGroup) => Promise<PostResponse>;

/** Messages in flight that can be aborted together. */
export class AbortGroup {
  readonly #ends = new Set<(reason: unknown) => void>();
  /** Why the group was aborted; `null` before that. */
  reason: Error | null = null;

  /** Aborts every message in flight, and every later one. */
  abort(reason: Error): void {
    this.reason ??= reason;
    for (const end of this.#ends) end(reason);
  }

  add(end: (reason: unknown) => void): void {
    this.#ends.add(end);
  }

  delete(end: (reason: unknown) => void): void {
    this.#ends.delete(end);
  }
}

/** A URL in the parts that a connection needs. */
interface Target {
  readonly url: URL;
  readonly origin: string;
  readonly path: string;
}

/** How many checked URLs are kept. */
const TARGETS_KEPT = 1_000;
/** As in the guarded fetch. */
const KEEP_ALIVE_MILLISECONDS = 4_000;
const LONGEST_KEEP_ALIVE_MILLISECONDS = 60_000;

/** Makes `post` with its own connections, so that receivers that do not answer never delay sign-ins. */
export function createGuardedPost(
  isAllowed: IsAllowed,
  connect: buildConnector.connector,
): { readonly post: GuardedPost; readonly close: () => Promise<void> } {
  const agent = new Agent({
    connect,
    // The number of connections to one origin has no limit, because many organizations may share an origin. The caller
    // limits its messages in flight.
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MILLISECONDS,
    // The time limit of the message covers headers and body.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const targets = new Map<string, Target>();
  const findTarget = (text: string): Target => {
    const known = targets.get(text);
    if (known !== undefined) return known;
    const url = checkUrl(text, isAllowed);
    const target = { url, origin: url.origin, path: `${url.pathname}${url.search}` };
    if (targets.size >= TARGETS_KEPT) targets.clear();
    targets.set(text, target);
    return target;
  };
  return {
    post: (text, message, abortGroup) =>
      new Promise((resolve, reject) => {
        if (abortGroup?.reason) throw abortGroup.reason;
        const target = findTarget(text);
        const exchange = new Exchange(target.url, message, abortGroup, resolve, reject);
        const { origin, path } = target;
        const headers = [...message.headers, "user-agent", "Usher"];
        // A connection whose response has just ended is free in the next turn of the event loop.
        setImmediate(() => agent.dispatch({ origin, path, method: "POST", headers, body: message.body }, exchange));
      }),
    close: () => agent.destroy(),
  };
}

/** One message and its response, as undici reports them. */
class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | null = null;
  #isSettled = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #length = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #end = (reason: unknown) => this.#fail(reason);

  constructor(
    private readonly url: URL,
    private readonly message: PostMessage,
    private readonly abortGroup: AbortGroup | undefined,
    private readonly resolve: (answer: PostResponse) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    const { timeoutMs } = message;
    this.#timer = setTimeout(
      () =>
        this.#fail(
          new FetchRefusal("TIMEOUT", `${hostOf(this.url)} did not answer in full within ${timeoutMs / 1000} s.`),
        ),
      timeoutMs,
    );
    abortGroup?.add(this.#end);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The message waited so long for a connection that its time limit has passed.
    if (this.#isSettled) controller.abort(new Error("the message has failed already"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // undici calls this for provisional (1xx) responses first. The last response counts.
    this.#status = status;
    this.#headers = headers;
    const refusal = refuseRedirect(this.url, status, firstOf(headers.location) ?? "");
    if (refusal !== null) this.#fail(refusal);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const left = this.message.maximumBytes - this.#length;
    this.#chunks.push(chunk.length > left ? chunk.subarray(0, left) : chunk);
    this.#length += Math.min(chunk.length, left);
    if (chunk.length > left) this.#succeed(true);
  }

  onResponseEnd(): void {
    this.#succeed(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #succeed(isCut: boolean): void {
    const refusal = refuseUnknownStatus(this.url, this.#status);
    if (refusal !== null) return this.#fail(refusal);
    if (this.#settle()) {
      const encoding = firstOf(this.#headers["content-encoding"]) ?? "identity";
      this.resolve({
        status: this.#status,
        text:
          encoding === "identity" ? textOf(this.#chunks) : "(compressed, although the request accepts no compression)",
        retryAfter: firstOf(this.#headers["retry-after"]),
      });
    }
    if (isCut) this.#controller?.abort(new Error("enough was read"));
  }

  #fail(reason: unknown): void {
    if (!this.#settle()) return;
    this.reject(reason === this.abortGroup?.reason ? reason : explainFailure(reason, hostOf(this.url)));
    // Ends the connection, because a refused response may still be arriving.
    this.#controller?.abort(new Error("the message has failed already"));
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.abortGroup?.delete(this.#end);
    return true;
  }
}

/** The first value of a header. A repeated header arrives as a list, although its type is `string`. */
function firstOf(value: string | readonly string[] | undefined): string | null {
  return (typeof value === "string" ? value : value?.[0]) ?? null;
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return "";
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString("utf8");
}
