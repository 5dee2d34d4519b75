/** Empties the outbox as long as the process runs. Every replica has such a worker; none is special. */
import { setTimeout as pause } from "node:timers/promises";
import { deliverBatch, type DeliveryParts, type Round } from "./deliver-batch.js";

/** How long the worker rests, in milliseconds. */
export interface MailRests {
  /** After it found nothing more to do. */
  readonly idleMilliseconds: number;
  /** After a server took nothing, or the database did not answer. */
  readonly failureMilliseconds: number;
}

const RESTS: MailRests = { idleMilliseconds: 2_000, failureMilliseconds: 30_000 };

export interface MailWorker {
  /** Begins nothing more, lets what is under way finish for so long, and closes the transport. Answers when it is over. */
  readonly stop: (limitMilliseconds: number) => Promise<void>;
}

/** Starts a worker. */
export function startMailWorker(parts: DeliveryParts, rests: MailRests = RESTS): MailWorker {
  const begin = new AbortController();
  const finish = new AbortController();
  const running = run(parts, rests, { begin: begin.signal, finish: finish.signal });
  return {
    stop: async (limitMilliseconds) => {
      begin.abort();
      const limit = setTimeout(() => finish.abort(), limitMilliseconds);
      await running;
      clearTimeout(limit);
      parts.transport.close();
    },
  };
}

async function run(
  parts: DeliveryParts,
  rests: MailRests,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<void> {
  while (!stop.begin.aborted) {
    const round = await deliverOrTell(parts, stop);
    if (round !== "MORE") await rest(round === "DONE" ? rests.idleMilliseconds : rests.failureMilliseconds, stop.begin);
  }
}

async function deliverOrTell(
  parts: DeliveryParts,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<Round> {
  try {
    return await deliverBatch(parts, stop);
  } catch (error) {
    parts.logger.error({ error }, "The outbox could not be worked on; it is tried again.");
    return "SERVER_UNUSABLE";
  }
}

/** Rests, a little longer or shorter each time, so that replicas do not ask in step. */
async function rest(milliseconds: number, stop: AbortSignal): Promise<void> {
  // Ends early when the worker is stopped, and keeps no process alive.
  await pause(milliseconds * (0.75 + Math.random() / 2), undefined, { signal: stop, ref: false }).catch(() => {});
}
