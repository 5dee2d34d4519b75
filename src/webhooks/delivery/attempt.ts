/** One attempt to deliver an event to a receiver, and its result. */
import type { KeyObject } from "node:crypto";
import type { Clock } from "../../platform/clock.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { FetchRefusal, type AbortGroup, type GuardedFetch } from "../../platform/fetch/guarded-fetch.js";
import type { WebhookEndpoint } from "../endpoint/endpoint.js";
import { signMessage, type Message } from "../message.js";
import { openKey } from "../secret.js";
import { readRetryAfter } from "./retry-after.js";

/** Why an attempt was made. */
const ATTEMPT_KINDS = ["FIRST", "RETRY", "REDELIVERY", "TEST"] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

/** The receiver's answer, or why there was no answer. */
export interface AttemptResult {
  readonly succeeded: boolean;
  /** `null` without an answer. */
  readonly status: number | null;
  /** Why the attempt failed, as a sentence for administrators; `null` when it succeeded. */
  readonly failure: string | null;
  /** The start of the answer; `null` without an answer. */
  readonly answer: string | null;
  /** How long the receiver asked Usher to wait; `null` if it did not ask. */
  readonly retryAfterSeconds: number | null;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** How many bytes of an answer Usher reads and shows in the log. */
const ANSWER_BYTES = 1_000;
const LONGEST_FAILURE = 500;

/** Where to send messages, and the keys that sign them. */
export interface Destination {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly keys: readonly KeyObject[];
}

/** Opens the secrets of an endpoint: the present one, and the previous one until it ends. */
export function destinationOf(keyRing: KeyRing, endpoint: WebhookEndpoint, now: Date): Destination {
  const { id, url, timeoutSeconds, secret, previousSecret, previousSecretEndsAt } = endpoint;
  const sealed = [secret];
  if (previousSecret !== null && previousSecretEndsAt !== null && previousSecretEndsAt > now)
    sealed.push(previousSecret);
  return { url, timeoutSeconds, keys: sealed.map((each) => openKey(keyRing, id, each)) };
}

/**
 * Posts a message. Any 2xx is success. Redirects are not followed.
 *
 * @param abortGroup aborts the attempt, which then has no result
 * @throws the group's reason when it was aborted
 */
export async function attemptDelivery(
  { post }: Pick<GuardedFetch, "post">,
  clock: Clock,
  { url, timeoutSeconds, keys }: Destination,
  message: Message,
  abortGroup?: AbortGroup,
): Promise<AttemptResult> {
  const startedAt = clock();
  const began = performance.now();
  const took = () => Math.round(performance.now() - began);
  try {
    const { status, text, retryAfter } = await post(
      url,
      {
        headers: signMessage(keys, message, startedAt),
        body: message.body,
        timeoutMs: timeoutSeconds * 1000,
        maximumBytes: ANSWER_BYTES,
      },
      abortGroup,
    );
    const succeeded = status >= 200 && status <= 299;
    return {
      succeeded,
      status,
      failure: succeeded ? null : `The receiver answered with the status ${status}.`,
      answer: readableText(text),
      retryAfterSeconds: succeeded ? null : readRetryAfter(retryAfter, startedAt),
      startedAt,
      durationMs: took(),
    };
  } catch (error) {
    if (!(error instanceof FetchRefusal)) throw error;
    return {
      succeeded: false,
      status: null,
      failure: error.message.slice(0, LONGEST_FAILURE),
      answer: null,
      retryAfterSeconds: null,
      startedAt,
      durationMs: took(),
    };
  }
}

/** Replaces control characters, which terminals would obey. */
function readableText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the purpose is to replace control characters
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
}
