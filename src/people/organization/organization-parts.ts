/** The data that is deleted with an organization. Each module declares its own parts, and `app` lists them. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";

/** A kind of data of an organization. */
export interface OrganizationPart {
  /** The kind, in the plural: `users`, `signInAttempts`. */
  readonly name: string;
  readonly count: (reader: Reader, organizationId: string) => Promise<number>;
  /** Deletes the data; absent if foreign keys delete it with the organization's row. */
  readonly remove?: (unit: UnitOfWork, organizationId: string) => Promise<void>;
}

/** The number of rows of a part. */
export interface CountedPart {
  readonly name: string;
  readonly count: number;
}

/**
 * A part whose rows have a foreign key to the organization.
 *
 * @param from tables and joins, never from an input, because they become part of the statement
 * @param column the organization's id
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

/** A part whose table has no foreign key to the organization, so `remove` deletes its rows. */
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
