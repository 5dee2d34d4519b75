/** Forgets what is over: flows, replay notes and sessions. Every replica may sweep; deleting twice deletes nothing. */
import { SYSTEM } from "../access/caller.js";
import type { Store } from "../access/store.js";
import { sweepSessions } from "../people/session/session.repository.js";
import type { Logger } from "../platform/telemetry/logger.js";
import { sweepFlows } from "../sign-in/flow/flow.repository.js";
import { sweepTickets } from "../sign-in/ticket/ticket.repository.js";

const INTERVAL_MS = 60_000;

/** Starts sweeping once a minute; the answer stops it, after a sweep under way has ended. */
export function startSweeper({ begin }: Store, logger: Logger): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const sweep = async () => {
    try {
      await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await sweepFlows(unit);
        await sweepTickets(unit);
        await sweepSessions(unit);
      });
    } catch (error) {
      logger.warn({ error }, "Sweeping failed; it is tried again in a minute.");
    }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, INTERVAL_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
