/** Finds objects of any type by id alone. Each module declares how its own objects are found. */
import { Field, ID, InterfaceType } from "type-graphql";
import type { Reader } from "../platform/database/database.js";
import { placeholders } from "../platform/database/statements.js";
import type { Caller, OrganizationScope } from "./caller.js";
import { grants, type Permission } from "./permission.js";

@InterfaceType("Node", {
  description: "An object with an id. `node` and `nodes` find it by that id.",
  // Otherwise, a test's schema with the resolvers of one module would need the types of all modules.
  autoRegisterImplementations: false,
  resolveType: ({ __typename }: { readonly __typename: string }) => __typename,
})
export abstract class NodeType {
  @Field(() => ID, { description: "The object's id, unique in the installation." })
  id!: string;
}

/** How objects of one type are found. */
export interface NodeSource {
  readonly type: string;
  /**
   * Reads, in one query, those objects with these ids that the caller may see. For a caller without the permission, finds
   * none.
   */
  readonly find: (caller: Caller, ids: readonly string[]) => Promise<ReadonlyMap<string, object>>;
}

/**
 * The organization to which a caller's reads with a permission are limited: `null` for no limit, `undefined` when the
 * caller lacks the permission.
 */
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

/**
 * A table whose rows belong to an organization. `columns`, `from` and `alias` become part of the SQL, so they must be
 * constants.
 */
export interface ScopedTable<Raw, Value> {
  readonly columns: string;
  /** The table with its alias, such as `user_group g`. */
  readonly from: string;
  readonly alias: string;
  readonly read: (raw: Raw) => Value;
}

/**
 * Reads rows by id within a scope.
 *
 * @param scope as `scopeIfGranted` returns it; `undefined` reads nothing
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
