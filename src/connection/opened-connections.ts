/**
 * A cache of opened connections by id and version. Discovery, keys and the strategy are made once and shared by all requests. The
 * caller passes the current row, so a change by a different process takes effect at once.
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
  /** Complete, secrets in the clear. Only for the connection type. */
  readonly settings: DraftSettings;
  /** The result of the type's `open`. */
  readonly opened: unknown;
  /** Shared. Each request uses a child of it with its own actions. */
  readonly strategy: Strategy;
  readonly runtime: Runtime;
}

export interface OpenedConnections {
  /**
   * Opens a connection, or returns it from the cache. Concurrent calls open it once. A failure is not cached.
   *
   * @throws CONNECTION_NOT_READY if required settings are missing, and the errors of the type's `open`
   */
  readonly open: (connection: Connection) => Promise<OpenedConnection>;
}

export interface OpenedConnectionsParts {
  readonly registry: ConnectionTypeRegistry;
  readonly runtime: RuntimeParts;
  /** If absent, types have no memory and do not know the mapped claims. */
  readonly loadContext?: (connection: Connection) => Promise<OpeningContext>;
  /** Cached connections. The least recently used one goes first. Defaults to 500. */
  readonly maximum?: number;
}

const DEFAULT_MAXIMUM = 500;

/** Keys refresh by themselves. Usher reads everything that `open` reads, such as endpoints, again once an hour. */
const FRESH_MILLISECONDS = 60 * 60 * 1000;
/** How long the old opened connection stays in use when opening it again fails. */
const RETRY_MILLISECONDS = 60 * 1000;

interface Entry {
  readonly version: number;
  readonly staleAt: number;
  readonly opening: Promise<OpenedConnection>;
}

export function createOpenedConnections(parts: OpenedConnectionsParts): OpenedConnections {
  const maximum = parts.maximum ?? DEFAULT_MAXIMUM;
  /** By connection id, in the order of their last use. A newer version replaces an older one. */
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
    // The caller has an older row: serve it, and keep the newer version in the cache.
    if (present !== undefined && present.version > version) return await openConnection(parts, connection);
    const entry: Entry = { version, staleAt: now + FRESH_MILLISECONDS, opening: openConnection(parts, connection) };
    keep(id, entry);
    try {
      return await entry.opening;
    } catch (error) {
      if (entries.get(id) === entry) entries.delete(id);
      // If the provider does not answer for a moment, sign-ins go on with the old opened connection.
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
