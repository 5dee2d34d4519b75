/** Reads the facts and claims that a connection type gets from the database when a connection is opened. */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { KeptFacts, Memory } from "../contract/index.js";
import { findMappingsOf } from "../mapping/mapping.repository.js";
import type { OpeningContext } from "../runtime.js";
import { findStoredFacts, storeFacts, type StoredFacts } from "./connection-health.repository.js";
import type { Connection } from "./connection.js";

/** The most characters of JSON for all facts of a connection. Facts that exceed it are not stored, see `Memory`. */
const LONGEST_MEMORY = 500_000;

/**
 * Loads the memory and the claims that the mappings read. A change of the mappings raises the connection's version, so
 * the connection is then opened again, with the new claims.
 *
 * @param logDefect called with the error when facts could not be stored
 */
export async function loadOpeningContext(
  store: Store,
  connection: Connection,
  logDefect?: (error: unknown) => void,
): Promise<Required<OpeningContext>> {
  const memory = await openMemory(store, connection, logDefect);
  const mappings = (await findMappingsOf(store.reader, [connection.id])).get(connection.id);
  const rules = mappings === undefined ? [] : Object.values(mappings).flat();
  return { memory, mappedClaims: [...new Set(rules.map(({ claim }) => claim))] };
}

/**
 * Reads a connection's memory. The memory does not return facts that were kept under a different trust version.
 * @internal
 */
export async function openMemory(
  { reader, begin }: Store,
  { id, trustVersion }: Pick<Connection, "id" | "trustVersion">,
  logDefect: (error: unknown) => void = () => undefined,
): Promise<Memory> {
  const atOpening = await findStoredFacts(reader, id);
  const readWith = (stored: StoredFacts | null, name: string) =>
    stored?.trustVersion === trustVersion ? readFacts(stored, name) : null;
  return {
    recall: (name) => readWith(atOpening, name),
    recallNow: async (name) => {
      try {
        return readWith(await findStoredFacts(reader, id), name);
      } catch (error) {
        logDefect(error);
        return null;
      }
    },
    keep: async (name, facts, learnedAt) => {
      try {
        await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
          const present = await findStoredFacts(unit, id);
          // A different replica has stored facts of a later trust version, so the provider of the present facts is no
          // longer trusted.
          if (present !== null && present.trustVersion > trustVersion) return;
          const kept = present?.trustVersion === trustVersion ? present.entries : {};
          const learned = (learnedAt ?? unit.now).toISOString();
          const before = Object.hasOwn(kept, name) ? kept[name]?.learnedAt : undefined;
          // A stored time in the future comes from a wrong clock, and is ignored.
          if (before !== undefined && before > learned && before <= unit.now.toISOString()) return;
          const entries = { ...kept, [name]: { learnedAt: learned, facts } };
          await storeFacts(unit, id, { trustVersion, entries }, LONGEST_MEMORY);
        });
      } catch (error) {
        logDefect(error);
      }
    },
  };
}

function readFacts({ entries }: StoredFacts, name: string): KeptFacts | null {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return entry === undefined ? null : { facts: entry.facts, learnedAt: new Date(entry.learnedAt) };
}
