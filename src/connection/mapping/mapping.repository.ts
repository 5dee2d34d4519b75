/** Reads and writes mappings: those of connections, and those that a provisioning directory has of its own. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { FindRoleUses } from "../../people/role/role-guard.js";
import type { Reader } from "../../platform/database/database.js";
import { insertRows, placeholders } from "../../platform/database/statements.js";
import { toBoolean, toJson } from "../../platform/database/values.js";
import type { AttributeMapping, GroupMapping, Mappings, RoleMapping, RuleOperator } from "./mapping.js";

export type MappingKind = "ATTRIBUTE" | "ROLE" | "GROUP";

/** The kinds of owners of mappings. */
export type MappingOwnerKind = keyof typeof TABLES;

const TABLES = {
  CONNECTION: { table: "connection_mapping", column: "connection_id" },
  DIRECTORY: { table: "directory_mapping", column: "directory_id" },
} as const;

interface Raw {
  id: string;
  owner_id: string;
  kind: MappingKind;
  position: number;
  claim: string;
  operator: string | null;
  match_values: string | null;
  ignore_case: unknown;
  target: string;
}

/**
 * The mappings of several connections or directories by the owner's id, each list in its order. Leaves out mappings to groups
 * that were deleted.
 */
export async function findMappingsOf(
  reader: Reader,
  ownerIds: readonly string[],
  ownerKind: MappingOwnerKind = "CONNECTION",
): Promise<ReadonlyMap<string, Mappings>> {
  const byOwner = new Map(
    ownerIds.map((id) => [
      id,
      { attributes: [] as AttributeMapping[], roles: [] as RoleMapping[], groups: [] as GroupMapping[] },
    ]),
  );
  if (ownerIds.length === 0) return byOwner;
  const { table, column } = TABLES[ownerKind];
  const raws = await reader.rows<Raw>(
    `SELECT id, ${column} AS owner_id, kind, position, claim, operator, match_values, ignore_case, target FROM ${table}
      WHERE ${column} IN (${placeholders(ownerIds)})
        AND (kind <> 'GROUP' OR EXISTS (SELECT 1 FROM user_group g WHERE g.id = ${table}.target))
      ORDER BY ${column}, kind, position`,
    ownerIds,
  );
  for (const raw of raws) {
    const mappings = byOwner.get(raw.owner_id);
    if (raw.kind === "ATTRIBUTE") mappings?.attributes.push(attributeFromRaw(raw));
    else if (raw.kind === "ROLE") mappings?.roles.push({ ...ruleFromRaw(raw), roleId: raw.target });
    else mappings?.groups.push({ ...ruleFromRaw(raw), groupId: raw.target });
  }
  return byOwner;
}

function attributeFromRaw({ id, position, claim, target }: Raw): AttributeMapping {
  return { id, position, claim, field: target };
}

function ruleFromRaw(raw: Raw) {
  return {
    id: raw.id,
    position: raw.position,
    claim: raw.claim,
    operator: raw.operator as RuleOperator,
    values: toJson<string[]>(raw.match_values),
    ignoreCase: toBoolean(raw.ignore_case),
  };
}

/**
 * The role mappings that name a role, with the ids of their connections. Such a role cannot be deleted, because its mappings
 * would silently give nothing.
 */
export const findRoleMappingUses: FindRoleUses = async (reader, role) => {
  const rows = await reader.rows<{ connection_id: string; mappings: number | string }>(
    `SELECT connection_id, COUNT(*) AS mappings FROM connection_mapping WHERE kind = 'ROLE' AND target = ?
      GROUP BY connection_id ORDER BY connection_id`,
    [role.id],
  );
  if (rows.length === 0) return [];
  const count = rows.reduce((sum, row) => sum + Number(row.mappings), 0);
  return [{ by: "ROLE_MAPPINGS", count, ids: rows.map((row) => row.connection_id) }];
};

export interface NewMapping {
  /** The id of the stored mapping; `null` for a new mapping. */
  readonly id: string | null;
  readonly claim: string;
  readonly operator: RuleOperator | null;
  readonly values: readonly string[] | null;
  readonly ignoreCase: boolean;
  readonly target: string;
}

/** Replaces all mappings of one kind. The place of each new mapping in the list becomes its position. */
export async function replaceMappings(
  unit: UnitOfWork,
  ownerId: string,
  kind: MappingKind,
  mappings: readonly NewMapping[],
  ownerKind: MappingOwnerKind = "CONNECTION",
): Promise<void> {
  const { table, column } = TABLES[ownerKind];
  await unit.execute(`DELETE FROM ${table} WHERE ${column} = ? AND kind = ?`, [ownerId, kind]);
  await insertRows(
    unit,
    table,
    ["id", column, "kind", "position", "claim", "operator", "match_values", "ignore_case", "target", "created_at"],
    mappings.map(({ id, claim, operator, values, ignoreCase, target }, index) => [
      id ?? uuidv7(),
      ownerId,
      kind,
      index + 1,
      claim,
      operator,
      values === null ? null : JSON.stringify(values),
      ignoreCase,
      target,
      unit.now,
    ]),
  );
}
