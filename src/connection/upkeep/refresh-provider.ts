/** Refreshes the facts that a connection type reads from its provider, such as metadata. */
import { ProtocolRefusal } from "../contract/index.js";
import { createRuntime } from "../runtime.js";
import { openSettings } from "../settings/stored-settings.js";
import { loadOpeningContext } from "../stored/opening-context.js";
import { noteUpkeepFailed, noteUpkeepSucceeded } from "../watch/note-upkeep.js";
import type { UpkeepStep } from "./upkeep-step.js";

/** The pause after the provider could not be read. */
const RETRY_MILLISECONDS = 15 * 60_000;

export const REFRESH_PROVIDER: UpkeepStep = {
  name: "refresh-provider",
  run: async (turn) => {
    const { services, connection, logger, signal } = turn;
    const { registry, runtime } = services;
    const type = registry.get(connection.type);
    if (type.refresh === undefined) return null;
    const logDefect = (error: unknown) =>
      logger.error({ error, connectionId: connection.id }, "Facts about a provider could not be stored.");
    const settings = openSettings(type, runtime.keyRing, connection);
    const fetch: typeof runtime.fetch = (url, init) => runtime.fetch(url, { ...init, signal });
    const context = await loadOpeningContext(services, connection, logDefect);
    try {
      const next = await type.refresh(settings, createRuntime({ ...runtime, fetch }, connection, context));
      await noteUpkeepSucceeded(turn);
      return next;
    } catch (error) {
      if (!(error instanceof ProtocolRefusal)) throw error;
      logger.warn(
        { connectionId: connection.id, code: error.code, detail: error.detail },
        "A provider's metadata could not be refreshed. Sign-ins continue with the last copy.",
      );
      await noteUpkeepFailed(turn, error.code);
      return new Date(runtime.clock().getTime() + RETRY_MILLISECONDS);
    }
  },
};
