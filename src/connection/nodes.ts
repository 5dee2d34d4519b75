/** How connections are found by their ids alone. */
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import { CONNECTION_COLUMNS, connectionFromRaw } from "./stored/connection.repository.js";

/** The things of this room, for `node` and `nodes`. */
export function createConnectionNodes({ reader }: Store): readonly NodeSource[] {
  const table = {
    columns: CONNECTION_COLUMNS,
    from: "sso_connection",
    alias: "sso_connection",
    read: connectionFromRaw,
  };
  return [
    {
      type: "SsoConnection",
      find: (caller, ids) => findByIds(reader, table, scopeIfGranted(caller, "CONNECTIONS_READ"), ids),
    },
  ];
}
