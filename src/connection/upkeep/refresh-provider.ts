/** Refreshes the facts that a connection type reads from its provider, such as metadata. */
import { SYSTEM } from "../../access/caller.js";
import { ProtocolRefusal } from "../contract/index.js";
import { createRuntime } from "../runtime.js";
import { openSettings } from "../settings/stored-settings.js";
import { noteReading, type ProviderFailure } from "../stored/connection-health.repository.js";
import { loadOpeningContext } from "../stored/opening-context.js";
import { noteUpkeepFailed, noteUpkeepSucceeded } from "../watch/note-upkeep.js";
import type { UpkeepStep, UpkeepTurn } from "./upkeep-step.js";

/** After a failed reading, Usher waits as long as readings have failed so far, within these bounds. */
const SHORTEST_RETRY_MILLISECONDS = 15 * 60_000;
const LONGEST_RETRY_MILLISECONDS = 60 * 60_000;
/** The longest stored detail of a failure, in characters. The detail may repeat a provider's answer. */
const LONGEST_DETAIL = 500;

export const REFRESH_PROVIDER: UpkeepStep = {
  name: "refresh-provider",
  run: async (turn) => {
    const read = await readProvider(turn);
    if (read === null) return null;
    const { services, connection, logger, isMine } = turn;
    const { before, after } = await services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) =>
      (await isMine(unit)) ? await noteReading(unit, connection.id, read.refusal) : { before: null, after: null },
    );
    await (read.refusal === null ? noteUpkeepSucceeded(turn) : noteUpkeepFailed(turn, read.refusal.code));
    const { id: connectionId, organizationId } = connection;
    if (after !== null)
      logger.warn(
        { connectionId, organizationId, ...after },
        "What a provider publishes could not be read. Sign-ins continue with the last good copy.",
      );
    else if (before !== null)
      logger.info(
        { connectionId, organizationId, failedSince: before.since },
        "What a provider publishes can be read again.",
      );
    const now = services.runtime.clock().getTime();
    const lasted = after === null ? 0 : now - after.since.getTime();
    const retry = Math.min(Math.max(lasted, SHORTEST_RETRY_MILLISECONDS), LONGEST_RETRY_MILLISECONDS);
    return read.at ?? new Date(now + retry);
  },
};

/**
 * Reads what the provider publishes. Returns the time of the next reading, or the refusal; `null` if the connection has
 * nothing to read.
 */
async function readProvider({ services, connection, logger, signal }: UpkeepTurn): Promise<{
  readonly at: Date | null;
  readonly refusal: Pick<ProviderFailure, "code" | "detail"> | null;
} | null> {
  const { registry, runtime } = services;
  // The type may be missing, after a downgrade or the removal of a package.
  const type = registry.find(connection.type);
  if (type?.refresh === undefined) return null;
  const logDefect = (error: unknown) =>
    logger.error({ error, connectionId: connection.id }, "Facts about a provider could not be stored.");
  const settings = openSettings(type, runtime.keyRing, connection);
  const fetch: typeof runtime.fetch = (url, init) => runtime.fetch(url, { ...init, signal });
  const context = await loadOpeningContext(services, connection, logDefect);
  try {
    const at = await type.refresh(settings, createRuntime({ ...runtime, fetch }, connection, context));
    return at === null ? null : { at, refusal: null };
  } catch (error) {
    // A stop of Usher is not a failure of the provider.
    if (!(error instanceof ProtocolRefusal) || signal.aborted) throw error;
    return { at: null, refusal: { code: error.code, detail: error.detail?.slice(0, LONGEST_DETAIL) ?? null } };
  }
}
