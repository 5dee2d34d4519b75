/** Finds events by id alone. */
import { findByIds, scopeIfGranted, type NodeSource } from "../access/node.js";
import type { Store } from "../access/store.js";
import { EVENT_COLUMNS, eventFromRaw } from "./list-events.js";

/** The objects of this module, for `node` and `nodes`. */
export function createEventNodes({ reader }: Store): readonly NodeSource[] {
  const table = { columns: EVENT_COLUMNS, from: "event e", alias: "e", read: eventFromRaw };
  return [
    { type: "Event", find: (caller, ids) => findByIds(reader, table, scopeIfGranted(caller, "EVENTS_READ"), ids) },
  ];
}
