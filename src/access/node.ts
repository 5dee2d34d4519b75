/** What has an id can be asked for by it alone, whatever it is: each room says how its own things are found. */
import { Field, ID, InterfaceType } from "type-graphql";
import type { Reader } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import type { Caller, OrganizationScope } from "./caller.js";
import { grants, type Permission } from "./permission.js";

@InterfaceType("Node", {
  description: "What has an id of its own. `node` and `nodes` find it by that.",
  // A schema has what its resolvers reach: a room by itself has only its own.
  autoRegisterImplementations: false,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: "Its id, which no other thing of the installation has." })
  id!: string;
}

/** One type of the schema, and how its things are found. */
export interface NodeSource {
  readonly type: string;
  /** Reads by the ids, in one query, what the caller may see; a caller who may see nothing of the type finds nothing. */
  readonly find: (caller: Caller, ids: readonly string[]) => Promise<ReadonlyMap<string, object>>;
}

/** Where a caller reads with a permission; `undefined` for nowhere. */
export function scopeIfGranted(caller: Caller, permission: Permission): OrganizationScope | undefined {
  switch (caller.kind) {
    case "OPERATOR":
    case "SYSTEM":
      return null;
    case "PERSON":
    case "API_KEY":
      return grants(caller.permissions, permission) ? caller.organizationId : undefined;
    case "ANONYMOUS":
      return undefined;
  }
}

/** A table whose rows have an organization. Its parts are written into the statement, so never from outside. */
export interface ScopedTable<Raw, Value> {
  readonly columns: string;
  /** With its alias: `user_group g`. */
  readonly from: string;
  readonly alias: string;
  readonly read: (raw: Raw) => Value;
}

/**
 * Rows by id, those of one organization or of all.
 *
 * @param scope as `scopeIfGranted` answers: `undefined` reads nothing
 */
export async function findByIds<Raw extends { readonly id: string }, Value extends object>(
  reader: Reader,
  { columns, from, alias, read }: ScopedTable<Raw, Value>,
  scope: OrganizationScope | undefined,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Value>> {
  if (scope === undefined || ids.length === 0) return new Map();
  const rows = await reader.rows<Raw>(
    `SELECT ${columns} FROM ${from} WHERE ${alias}.id IN (${placeholders(ids)})
      ${scope === null ? "" : `AND ${alias}.organization_id = ?`}`,
    scope === null ? ids : [...ids, scope],
  );
  return new Map(rows.map((raw) => [raw.id, read(raw)]));
}
