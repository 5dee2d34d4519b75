/** Reading and writing the mappings of connections. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { FindRoleUses } from "../../people/role/role-guard.js";
import type { Reader } from "../../platform/database/database.js";
import { placeholders } from "../../platform/database/statements.js";
import { toBoolean, toJson } from "../../platform/database/values.js";
import { MappingRow } from "./mapping.row.js";
import type { AttributeMapping, GroupMapping, Mappings, RoleMapping, RuleOperator } from "./mapping.js";

export type MappingKind = "ATTRIBUTE" | "ROLE" | "GROUP";

interface Raw {
  id: string;
  connection_id: string;
  kind: MappingKind;
  position: number;
  claim: string;
  operator: string | null;
  match_values: string | null;
  ignore_case: unknown;
  target: string;
}

/**
 * The mappings of several connections by connection id, each list in its order. Leaves out mappings to groups that were
 * deleted.
 */
export async function findMappingsOf(
  reader: Reader,
  connectionIds: readonly string[],
): Promise<ReadonlyMap<string, Mappings>> {
  const byConnection = new Map(
    connectionIds.map((id) => [
      id,
      { attributes: [] as AttributeMapping[], roles: [] as RoleMapping[], groups: [] as GroupMapping[] },
    ]),
  );
  if (connectionIds.length === 0) return byConnection;
  const raws = await reader.rows<Raw>(
    `SELECT id, connection_id, kind, position, claim, operator, match_values, ignore_case, target FROM connection_mapping
      WHERE connection_id IN (${placeholders(connectionIds)})
        AND (kind <> 'GROUP' OR EXISTS (SELECT 1 FROM user_group g WHERE g.id = connection_mapping.target))
      ORDER BY connection_id, kind, position`,
    connectionIds,
  );
  for (const raw of raws) {
    const mappings = byConnection.get(raw.connection_id);
    if (raw.kind === "ATTRIBUTE") mappings?.attributes.push(attributeFromRaw(raw));
    else if (raw.kind === "ROLE") mappings?.roles.push({ ...ruleFromRaw(raw), roleId: raw.target });
    else mappings?.groups.push({ ...ruleFromRaw(raw), groupId: raw.target });
  }
  return byConnection;
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
  /** `null` for a new mapping. */
  readonly id: string | null;
  readonly claim: string;
  readonly operator: RuleOperator | null;
  readonly values: readonly string[] | null;
  readonly ignoreCase: boolean;
  readonly target: string;
}

/** Replaces all mappings of one kind. Their places in the list become their positions. */
export async function replaceMappings(
  unit: UnitOfWork,
  connectionId: string,
  kind: MappingKind,
  mappings: readonly NewMapping[],
): Promise<void> {
  await unit.execute("DELETE FROM connection_mapping WHERE connection_id = ? AND kind = ?", [connectionId, kind]);
  for (const [index, { id, claim, operator, values, ignoreCase, target }] of mappings.entries())
    await unit.manager.insert(MappingRow, {
      id: id ?? uuidv7(),
      connectionId,
      kind,
      position: index + 1,
      claim,
      operator,
      matchValues: values === null ? null : JSON.stringify(values),
      ignoreCase,
      target,
      createdAt: unit.now,
    });
}
