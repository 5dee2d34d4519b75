/** What goes with an organization when it is deleted: each room names, counts and deletes its own, and `app` hands in the list. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";

/** One kind of thing that an organization has. */
export interface OrganizationPart {
  /** What it is, in the plural: `users`, `signInAttempts`. */
  readonly name: string;
  readonly count: (reader: Reader, organizationId: string) => Promise<number>;
  /** Deletes it; absent where the organization's row takes it along by its foreign keys. */
  readonly remove?: (unit: UnitOfWork, organizationId: string) => Promise<void>;
}

/** How many of each part there are. */
export interface CountedPart {
  readonly name: string;
  readonly count: number;
}

/**
 * A part whose rows name their organization.
 *
 * @param from tables and joins, written into the statement, so never from outside
 * @param column which names the organization
 */
export function countedPart(name: string, from: string, column = "organization_id"): OrganizationPart {
  return {
    name,
    count: async (reader, organizationId) => {
      const row = await reader.row<{ total: number | string }>(
        `SELECT COUNT(*) AS total FROM ${from} WHERE ${column} = ?`,
        [organizationId],
      );
      return Number(row?.total ?? 0);
    },
  };
}

/** A part whose table has no foreign key to the organization, and is emptied by hand. */
export function ownPart(name: string, table: string): OrganizationPart {
  return {
    ...countedPart(name, table),
    remove: async (unit, organizationId) => {
      await unit.execute(`DELETE FROM ${table} WHERE organization_id = ?`, [organizationId]);
    },
  };
}

/** Counts every part, in the order of the list. */
export async function countParts(
  reader: Reader,
  parts: readonly OrganizationPart[],
  organizationId: string,
): Promise<CountedPart[]> {
  const counted: CountedPart[] = [];
  for (const { name, count } of parts) counted.push({ name, count: await count(reader, organizationId) });
  return counted;
}
