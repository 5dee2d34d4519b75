/**
 * Posting many small messages by the guarded way out: under the same rules as its `fetch`, and without what a message does
 * not need. An address is judged once, names are resolved and checked for each connection, connections are kept, and of an
 * answer no more is read than its start.
 */
import type { IncomingHttpHeaders } from "node:http";
import { Agent, type buildConnector, type Dispatcher } from "undici";
import { hostOf, type IsAllowed } from "./allowed-hosts.js";
import { checkUrl, refuseAbsurdStatus, refuseRedirect } from "./check-answer.js";
import { explainFailure } from "./explain-failure.js";
import { FetchRefusal } from "./fetch-refusal.js";

/** A message to post. */
interface PostMessage {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** From resolving the name to the last byte that is read. */
  readonly timeoutMs: number;
  /** No more of the answer is read; a longer one ends the connection. */
  readonly maximumBytes: number;
}

/** What came back. */
interface PostAnswer {
  readonly status: number;
  /** The start of the answer. It is asked for without compression; a compressed one is not unpacked. */
  readonly text: string;
  readonly retryAfter: string | null;
}

/**
 * Posts a message.
 *
 * @param abortGroup aborts this message together with others
 * @throws FetchRefusal when the message was refused or failed; the group's reason when it was aborted
 */
export type GuardedPost = (url: string, message: PostMessage, abortGroup?: AbortGroup) => Promise<PostAnswer>;

/** Messages in flight that can be aborted together. */
export class AbortGroup {
  readonly #ends = new Set<(reason: unknown) => void>();
  /** Why the group was aborted; `null` before. */
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

/** Where a message goes: an address in the parts that a connection needs. */
interface Target {
  readonly url: URL;
  readonly origin: string;
  readonly path: string;
}

/** Addresses whose judgement is kept. */
const TARGETS_KEPT = 1_000;
/** As in the guarded fetch. */
const KEEP_ALIVE_MILLISECONDS = 4_000;
const LONGEST_KEEP_ALIVE_MILLISECONDS = 60_000;

/** Makes the poster, with connections of its own: messages that nobody answers hold up no sign-in. */
export function createGuardedPost(
  isAllowed: IsAllowed,
  connect: buildConnector.connector,
): { readonly post: GuardedPost; readonly close: () => Promise<void> } {
  const agent = new Agent({
    connect,
    // Without a bound for each origin, which many organizations may share: who posts bounds what is under way.
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MILLISECONDS,
    // The message's total time limits both.
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
        // A connection whose answer has just ended is free from the next turn of the event loop on.
        setImmediate(() => agent.dispatch({ origin, path, method: "POST", headers, body: message.body }, exchange));
      }),
    close: () => agent.destroy(),
  };
}

/** One message and its answer, as undici tells of them. */
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
    private readonly resolve: (answer: PostAnswer) => void,
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
    // It waited for a connection longer than it may take.
    if (this.#isSettled) controller.abort(new Error("nobody waits any more"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // The first may be provisional; the last one counts.
    this.#status = status;
    this.#headers = headers;
    const refusal = refuseRedirect(this.url, status, firstOf(headers.location) ?? "");
    if (refusal !== null) this.#fail(refusal);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.message.maximumBytes - this.#length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    this.#length += Math.min(chunk.length, room);
    if (chunk.length > room) this.#succeed(true);
  }

  onResponseEnd(): void {
    this.#succeed(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
  }

  #succeed(isCut: boolean): void {
    const refusal = refuseAbsurdStatus(this.url, this.#status);
    if (refusal !== null) return this.#fail(refusal);
    if (this.#settle()) {
      const encoding = firstOf(this.#headers["content-encoding"]) ?? "identity";
      this.resolve({
        status: this.#status,
        text: encoding === "identity" ? textOf(this.#chunks) : "(compressed, although that was not asked for)",
        retryAfter: firstOf(this.#headers["retry-after"]),
      });
    }
    if (isCut) this.#controller?.abort(new Error("enough was read"));
  }

  #fail(reason: unknown): void {
    if (!this.#settle()) return;
    this.reject(reason === this.abortGroup?.reason ? reason : explainFailure(reason, hostOf(this.url)));
    // An answer that was refused may still be arriving.
    this.#controller?.abort(new Error("nobody waits any more"));
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    clearTimeout(this.#timer);
    this.abortGroup?.delete(this.#end);
    return true;
  }
}

/** A header that was sent several times arrives as a list, whatever the types say. */
function firstOf(value: string | readonly string[] | undefined): string | null {
  return (typeof value === "string" ? value : value?.[0]) ?? null;
}

function textOf(chunks: readonly Buffer[]): string {
  const [first] = chunks;
  if (first === undefined) return "";
  return (chunks.length === 1 ? first : Buffer.concat(chunks)).toString("utf8");
}
