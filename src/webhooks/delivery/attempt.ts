/** One attempt to hand an event to a receiver, and what came of it. */
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

/** Where messages go, and by which keys they are signed. */
export interface Destination {
  readonly url: string;
  readonly timeoutSeconds: number;
  readonly keys: readonly KeyObject[];
}

/** Opens the secrets of an endpoint: the present one, and the one before while both are in force. */
export function destinationOf(keyRing: KeyRing, endpoint: WebhookEndpoint, now: Date): Destination {
  const { id, url, timeoutSeconds, secret, previousSecret, previousSecretEndsAt } = endpoint;
  const sealed = [secret];
  if (previousSecret !== null && previousSecretEndsAt !== null && previousSecretEndsAt > now)
    sealed.push(previousSecret);
  return { url, timeoutSeconds, keys: sealed.map((each) => openKey(keyRing, id, each)) };
}

/**
 * Posts a message. Any 2xx is success; redirects are not followed, and of the answer no more is read than the log shows.
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

/** Without what terminals obey. No longer than what was read: decoding makes no more characters than there are bytes. */
function readableText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
}
