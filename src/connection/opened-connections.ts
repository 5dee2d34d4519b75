/**
 * Opened connections. Discovery, keys and the strategy are made once and shared by all requests. The caller passes the current
 * row, so a change by a different process takes effect at once.
 */
import type { Strategy } from "passport";
import { Failure } from "../platform/errors/failure.js";
import type { AnyConnectionType, Runtime } from "./contract/index.js";
import { CONNECTION_NOT_READY } from "./failures.js";
import { createOpenedCache } from "./opened-cache.js";
import { supplyOperatorApp } from "./operator-app/operator-app.js";
import type { ConnectionTypeRegistry } from "./registry.js";
import { createRuntime, type OpeningContext, type RuntimeParts } from "./runtime.js";
import { describeIncomplete } from "./settings/merge-settings.js";
import { openSettings, type DraftSettings } from "./settings/stored-settings.js";
import type { Connection } from "./stored/connection.js";

/** A connection that is ready to sign people in. */
export interface OpenedConnection {
  readonly type: AnyConnectionType;
  readonly connection: Connection;
  /** All settings with their defaults, secrets in the clear. Only the connection type may read them. */
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
  /**
   * The largest number of cached connections, 500 when left out. A further connection replaces the least recently used
   * one.
   */
  readonly maximum?: number;
}

const DEFAULT_MAXIMUM = 500;

export function createOpenedConnections(parts: OpenedConnectionsParts): OpenedConnections {
  const open = createOpenedCache((connection: Connection) => openConnection(parts, connection), {
    clock: parts.runtime.clock,
    maximum: parts.maximum ?? DEFAULT_MAXIMUM,
  });
  return { open };
}

async function openConnection(
  { registry, runtime: runtimeParts, loadContext }: OpenedConnectionsParts,
  connection: Connection,
): Promise<OpenedConnection> {
  const type = registry.get(connection.type);
  const own = openSettings(type, runtimeParts.keyRing, connection);
  const fields = describeIncomplete(type, own);
  if (fields.length > 0) throw new Failure(CONNECTION_NOT_READY, { findings: [], fields });
  const runtime = createRuntime(runtimeParts, connection, await loadContext?.(connection));
  const settings = supplyOperatorApp(type, own);
  const opened: unknown = await type.open(settings, runtime);
  return { type, connection, settings, opened, strategy: type.strategy(opened, runtime), runtime };
}
