/** Lends a connection its memory: what its type learnt of the provider, apart from the connection and its versions. */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Memory, Recollection } from "../contract/index.js";
import { findLearned, noteLearned, type Learned } from "./connection-health.repository.js";
import type { Connection } from "./connection.js";

const LONGEST_MEMORY = 500_000;

/** Reads a connection's memory. What was learnt under another trust version is not in it. */
export async function openMemory(
  { reader, begin }: Store,
  { id, trustVersion }: Pick<Connection, "id" | "trustVersion">,
  logDefect: (error: unknown) => void = () => undefined,
): Promise<Memory> {
  const atOpening = await findLearned(reader, id);
  return {
    recall: (name) => (atOpening?.trustVersion === trustVersion ? recollect(atOpening, name) : null),
    keep: async (name, facts) => {
      try {
        await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
          const present = await findLearned(unit, id);
          // Another replica has seen a later change of trust; what this one learnt is of a provider that holds no more.
          if (present !== null && present.trustVersion > trustVersion) return;
          const kept = present?.trustVersion === trustVersion ? present.entries : {};
          const entries = { ...kept, [name]: { learnedAt: unit.now.toISOString(), facts } };
          await noteLearned(unit, id, { trustVersion, entries }, LONGEST_MEMORY);
        });
      } catch (error) {
        logDefect(error);
      }
    },
  };
}

function recollect({ entries }: Learned, name: string): Recollection | null {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  return entry === undefined ? null : { facts: entry.facts, learnedAt: new Date(entry.learnedAt) };
}
