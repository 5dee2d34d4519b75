/** One attempt to hand an event to a receiver, and what came of it. */
import { Webhook } from "standardwebhooks";
import type { StoredEvent } from "../../events/read-log.js";
import type { Clock } from "../../platform/clock.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { FetchRefusal, type GuardedFetch } from "../../platform/fetch/guarded-fetch.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { signMessage, writeBody } from "../message.js";
import { openSecret } from "../secret.js";
import { readRetryAfter } from "./retry-after.js";

/** Why an attempt was made. */
export const ATTEMPT_KINDS = ["FIRST", "RETRY", "REDELIVERY", "TEST"] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

/** What a receiver answered, or why nothing came. */
export interface AttemptResult {
  readonly succeeded: boolean;
  /** `null` when no answer came. */
  readonly status: number | null;
  /** Why it failed, as a sentence for administrators; `null` when it did not. */
  readonly failure: string | null;
  /** The start of the answer; `null` when none came. */
  readonly answer: string | null;
  /** The receiver asked not to be called again for so long. */
  readonly retryAfterSeconds: number | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** As much of an answer as the log shows, in bytes; more is not read. */
const ANSWER_BYTES = 1_000;
const LONGEST_FAILURE = 500;

/** Where a message goes, and by which secrets it is signed. */
export interface Destination {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly signers: readonly Webhook[];
}

/** Opens the secrets of an endpoint: the present one, and the one before while both are in force. */
export function destinationOf(keyRing: KeyRing, endpoint: WebhookEndpoint, now: Date): Destination {
  const { id, url, timeoutSeconds, secret, previousSecret, previousSecretEndsAt } = endpoint;
  const sealed = [secret];
  if (previousSecret !== null && previousSecretEndsAt !== null && previousSecretEndsAt > now)
    sealed.push(previousSecret);
  return { url, timeoutSeconds, signers: sealed.map((each) => new Webhook(openSecret(keyRing, id, each))) };
}

/**
 * Posts an event. Any 2xx is success; redirects are not followed, and of the answer no more is read than the log shows.
 *
 * @param signal ends the attempt: it then has no result
 * @throws only the signal's reason, and defects
 */
export async function attemptDelivery(
  outgoing: Pick<GuardedFetch, "fetch">,
  clock: Clock,
  { url, timeoutSeconds, signers }: Destination,
  event: StoredEvent,
  signal?: AbortSignal,
): Promise<AttemptResult> {
  const startedAt = clock();
  const began = performance.now();
  const body = writeBody(event);
  const result = (rest: Omit<AttemptResult, "startedAt" | "durationMs">): AttemptResult => ({
    ...rest,
    startedAt,
    durationMs: Math.round(performance.now() - began),
  });
  try {
    const response = await outgoing.fetch(url, {
      method: "POST",
      headers: signMessage(signers, event.id, startedAt, body),
      body,
      timeoutMs: timeoutSeconds * 1000,
      maximumBytes: ANSWER_BYTES,
      truncate: true,
      ...(signal ? { signal } : {}),
    });
    const { status, ok } = response;
    return result({
      succeeded: ok,
      status,
      failure: ok ? null : `The receiver answered with the status ${status}.`,
      answer: readableText(await response.text()),
      retryAfterSeconds: ok ? null : readRetryAfter(response.headers.get("retry-after"), startedAt),
    });
  } catch (error) {
    if (!(error instanceof FetchRefusal)) throw error;
    return result({
      succeeded: false,
      status: null,
      failure: error.message.slice(0, LONGEST_FAILURE),
      answer: null,
      retryAfterSeconds: null,
    });
  }
}

/** Without what terminals obey. No longer than what was read: decoding makes no more characters than there are bytes. */
function readableText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
}
