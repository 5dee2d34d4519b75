/** Finds connections for the queries `node` and `nodes`. */
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import { CONNECTION_COLUMNS, connectionFromRaw } from "./stored/connection.repository.js";

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
