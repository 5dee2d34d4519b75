/** Reads what a connection's type is lent when it is opened. A change of the mappings opens the connection anew. */
import type { Store } from "../../access/store.js";
import { findMappingsOf } from "../mapping/mapping.repository.js";
import type { LentToOpen } from "../runtime.js";
import { openMemory } from "./connection-memory.js";
import type { Connection } from "./connection.js";

/** @param logDefect called with the error when what a type learnt could not be stored */
export async function lendToOpen(
  store: Store,
  connection: Connection,
  logDefect?: (error: unknown) => void,
): Promise<Required<LentToOpen>> {
  const memory = await openMemory(store, connection, logDefect);
  const mappings = (await findMappingsOf(store.reader, [connection.id])).get(connection.id);
  const rules = mappings === undefined ? [] : Object.values(mappings).flat();
  return { memory, mappedClaims: [...new Set(rules.map(({ claim }) => claim))] };
}
