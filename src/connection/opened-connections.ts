/**
 * Opened connections, kept by id and version: discovery, keys and the strategy are made once and shared by all requests.
 * Whoever asks brings the row as it stands in the database, so another process's change is seen at once.
 */
import type { Strategy } from "passport";
import { Failure } from "../platform/errors/failure.js";
import type { AnyConnectionType, Runtime } from "./contract/index.js";
import { CONNECTION_NOT_READY } from "./failures.js";
import type { ConnectionTypeRegistry } from "./registry.js";
import { createRuntime, type OpeningContext, type RuntimeParts } from "./runtime.js";
import { describeIncomplete } from "./settings/merge-settings.js";
import { openSettings, type DraftSettings } from "./settings/stored-settings.js";
import type { Connection } from "./stored/connection.js";

/** A connection that is ready to sign people in. */
export interface OpenedConnection {
  readonly type: AnyConnectionType;
  readonly connection: Connection;
  /** Complete, secrets in the clear: for the connection type only. */
  readonly settings: DraftSettings;
  /** What the type's `open` made. */
  readonly opened: unknown;
  /** Shared. Each request takes a child of it, with actions of its own. */
  readonly strategy: Strategy;
  readonly runtime: Runtime;
}

export interface OpenedConnections {
  /**
   * Opens a connection, or answers it as it was opened. Concurrent calls open it once; a failure is not kept.
   *
   * @throws CONNECTION_NOT_READY when required settings are missing, and whatever the type's `open` throws
   */
  readonly open: (connection: Connection) => Promise<OpenedConnection>;
}

export interface OpenedConnectionsParts {
  readonly registry: ConnectionTypeRegistry;
  readonly runtime: RuntimeParts;
  /** Reads what a connection's type is lent beside; without it, types begin anew at every start. */
  readonly loadContext?: (connection: Connection) => Promise<OpeningContext>;
  /** How many are kept; the one that was not asked for the longest goes first. 500 when left out. */
  readonly maximum?: number;
}

const DEFAULT_MAXIMUM = 500;

/** Keys refresh by themselves; where endpoints are, and what else `open` read, is looked at again once an hour. */
const FRESH_MILLISECONDS = 60 * 60 * 1000;
/** How long what was opened before serves on when it cannot be opened again. */
const RETRY_MILLISECONDS = 60 * 1000;

interface Entry {
  readonly version: number;
  /** From when on it is opened anew. */
  readonly staleAt: number;
  readonly opening: Promise<OpenedConnection>;
}

export function createOpenedConnections(parts: OpenedConnectionsParts): OpenedConnections {
  const maximum = parts.maximum ?? DEFAULT_MAXIMUM;
  /** In the order of their last use, by connection: a newer version takes the older one's place. */
  const entries = new Map<string, Entry>();

  function keep(id: string, entry: Entry): void {
    entries.delete(id);
    entries.set(id, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= maximum) break;
      entries.delete(oldest);
    }
  }

  async function open(connection: Connection): Promise<OpenedConnection> {
    const { id, version } = connection;
    const now = parts.runtime.clock().getTime();
    const present = entries.get(id);
    if (present?.version === version && now < present.staleAt) {
      keep(id, present);
      return await present.opening;
    }
    // Somebody still holds an older row: serve it, but do not throw out what is newer.
    if (present !== undefined && present.version > version) return await openConnection(parts, connection);
    const entry: Entry = { version, staleAt: now + FRESH_MILLISECONDS, opening: openConnection(parts, connection) };
    keep(id, entry);
    try {
      return await entry.opening;
    } catch (error) {
      if (entries.get(id) === entry) entries.delete(id);
      // A provider that does not answer for a moment must not stop sign-ins that need nothing new from it.
      if (present?.version !== version) throw error;
      const kept = { ...present, staleAt: now + RETRY_MILLISECONDS };
      if (!entries.has(id)) keep(id, kept);
      return await kept.opening;
    }
  }

  return { open };
}

async function openConnection(
  { registry, runtime: runtimeParts, loadContext }: OpenedConnectionsParts,
  connection: Connection,
): Promise<OpenedConnection> {
  const type = registry.get(connection.type);
  const settings = openSettings(type, runtimeParts.keyRing, connection);
  const fields = describeIncomplete(type, settings);
  if (fields.length > 0) throw new Failure(CONNECTION_NOT_READY, { findings: [], fields });
  const runtime = createRuntime(runtimeParts, connection, await loadContext?.(connection));
  const opened: unknown = await type.open(settings, runtime);
  return { type, connection, settings, opened, strategy: type.strategy(opened, runtime), runtime };
}
