/** Sends the messages of the outbox while the process runs. Every replica runs such a worker. */
import { setTimeout as setTimer } from "node:timers/promises";
import { deliverBatch, type DeliveryParts, type BatchResult } from "./deliver-batch.js";

/** How long the worker pauses. */
export interface MailPauses {
  /** When nothing is due. */
  readonly idleMilliseconds: number;
  /** When the mail server or the database cannot be used. */
  readonly failureMilliseconds: number;
}

const PAUSES: MailPauses = { idleMilliseconds: 2_000, failureMilliseconds: 30_000 };

export interface MailWorker {
  /** Begins no further message, waits for those under way, aborts them after the limit, and closes the transport. */
  readonly stop: (limitMilliseconds: number) => Promise<void>;
}

export function startMailWorker(parts: DeliveryParts, pauses: MailPauses = PAUSES): MailWorker {
  const begin = new AbortController();
  const finish = new AbortController();
  const running = run(parts, pauses, { begin: begin.signal, finish: finish.signal });
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
  pauses: MailPauses,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<void> {
  while (!stop.begin.aborted) {
    const result = await deliverOrLog(parts, stop);
    if (result !== "MORE")
      await pause(result === "DONE" ? pauses.idleMilliseconds : pauses.failureMilliseconds, stop.begin);
  }
}

async function deliverOrLog(
  parts: DeliveryParts,
  stop: { readonly begin: AbortSignal; readonly finish: AbortSignal },
): Promise<BatchResult> {
  try {
    return await deliverBatch(parts, stop);
  } catch (error) {
    parts.logger.error({ error }, "The outbox could not be read or changed. The worker tries again.");
    return "SERVER_UNUSABLE";
  }
}

/** Pauses for a randomly changed time, so that replicas do not query at the same moment. Ends early at a stop. */
async function pause(milliseconds: number, stop: AbortSignal): Promise<void> {
  await setTimer(milliseconds * (0.75 + Math.random() / 2), undefined, { signal: stop, ref: false }).catch(() => {});
}
