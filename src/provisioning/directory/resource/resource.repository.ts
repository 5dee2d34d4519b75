/**
 * Reads and writes the resources of directories. Every read names the directory, so that a token finds only its own
 * directory's resources.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { sha256Hex } from "../../../platform/crypto/tokens.js";
import type { Reader } from "../../../platform/database/database.js";
import { insertRows, placeholders } from "../../../platform/database/statements.js";
import { toDate, toJson } from "../../../platform/database/values.js";
import { Failure } from "../../../platform/errors/failure.js";
import { DIRECTORY_VALUE_TAKEN } from "../failures.js";
import {
  beyondKey,
  joinConditions,
  readKey,
  writeOrder,
  type Condition,
  type Key,
} from "../../../platform/graphql/keyset.js";
import { conditionToSql } from "./condition-to-sql.js";
import type { ResourceCondition } from "./condition.js";
import type { OrderedRow, ResourceOrder } from "./order.js";
import { ResourceRow } from "./resource.row.js";
import type { IndexedValue, Resource, ResourceContent, ResourceDocument, ResourceKind } from "./resource.js";

/** A resource as a query returns it. */
interface RawResource {
  id: string;
  directory_id: string;
  kind: string;
  user_id: string | null;
  group_id: string | null;
  document: string;
  version: number;
  created_at: unknown;
  modified_at: unknown;
}

const COLUMNS =
  "r.id, r.directory_id, r.kind, r.user_id, r.group_id, r.document, r.version, r.created_at, r.modified_at";

function fromRaw(raw: RawResource): Resource {
  return {
    id: raw.id,
    directoryId: raw.directory_id,
    kind: raw.kind as ResourceKind,
    subjectId: raw.user_id ?? raw.group_id ?? "",
    document: toJson<ResourceDocument>(raw.document),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    modifiedAt: toDate(raw.modified_at),
  };
}

/** One resource of a directory, or `null`. */
export async function findResource(
  reader: Reader,
  directoryId: string,
  kind: ResourceKind,
  id: string,
): Promise<Resource | null> {
  const raw = await reader.row<RawResource>(
    `SELECT ${COLUMNS} FROM directory_resource r WHERE r.id = ? AND r.directory_id = ? AND r.kind = ?`,
    [id, directoryId, kind],
  );
  return raw ? fromRaw(raw) : null;
}

/** The part of a list to read. */
export interface ListedPart {
  /** The kinds to list, each with its own condition. */
  readonly kinds: readonly { readonly kind: ResourceKind; readonly condition: ResourceCondition | null }[];
  readonly order: ResourceOrder;
  /** How many resources to leave out, or the place after which the part begins. */
  readonly from: { readonly skip: number } | { readonly after: Key };
  readonly limit: number;
}

/** A part of a list. */
export interface ResourcePart {
  readonly resources: readonly Resource[];
  /** How many resources the whole list has. */
  readonly total: number;
  /** The place after which the next part begins; `null` at the end of the list. */
  readonly next: Key | null;
}

/**
 * Reads a part of the resources of a directory. With `after`, every part costs the same, and resources that are added or
 * removed meanwhile do not make others appear twice or go missing.
 */
export async function listResources(
  reader: Reader,
  directoryId: string,
  { kinds, order, from, limit }: ListedPart,
): Promise<ResourcePart> {
  const where = joinConditions(
    { sql: "r.directory_id = ?", parameters: [directoryId] },
    anyOf(kinds.map((each) => ofKind(each, directoryId))),
  );
  const seek =
    "after" in from ? joinConditions(where, beyondKey(reader.dialect, order.columns, from.after, false)) : where;
  const skip = "skip" in from ? from.skip : 0;
  const raws =
    limit === 0
      ? []
      : await reader.rows<RawResource & OrderedRow>(
          `SELECT ${COLUMNS}${order.select} FROM directory_resource r${order.join.sql} WHERE ${seek.sql}
            ORDER BY ${writeOrder(order.columns, false)} LIMIT ${limit + 1} OFFSET ${skip}`,
          [...order.join.parameters, ...seek.parameters],
        );
  const page = raws.slice(0, limit);
  const last = page.at(-1);
  const next = raws.length > limit && last !== undefined ? readKey(order.columns, last) : null;
  const resources = page.map(fromRaw);
  // If nothing follows this part, the total is known without a query: the skipped resources and those of this part.
  const isEnd = next === null && limit > 0 && (raws.length > 0 || skip === 0);
  if (isEnd && "skip" in from) return { resources, total: skip + page.length, next };
  const row = await reader.row<{ total: number | string }>(
    `SELECT COUNT(*) AS total FROM directory_resource r WHERE ${where.sql}`,
    where.parameters,
  );
  return { resources, total: Number(row?.total ?? 0), next };
}

function ofKind({ kind, condition }: ListedPart["kinds"][number], directoryId: string): Condition {
  const isKind = { sql: "r.kind = ?", parameters: [kind] };
  return condition === null ? isKind : joinConditions(isKind, conditionToSql(condition, directoryId));
}

function anyOf(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map(({ sql }) => (conditions.length === 1 ? sql : `(${sql})`)).join(" OR "),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

/** A resource that a member list or a reference names. */
export interface NamedResource {
  readonly id: string;
  readonly subjectId: string;
}

/** The users of a directory among these ids, by resource id. */
export async function findUserResources(
  reader: Reader,
  directoryId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, NamedResource>> {
  const found = new Map<string, NamedResource>();
  for (let start = 0; start < ids.length; start += RESOURCES_AT_ONCE) {
    const some = ids.slice(start, start + RESOURCES_AT_ONCE);
    const raws = await reader.rows<{ id: string; user_id: string }>(
      `SELECT r.id, r.user_id FROM directory_resource r JOIN app_user u ON u.id = r.user_id
        WHERE r.directory_id = ? AND r.kind = 'USER' AND u.is_break_glass = ? AND r.id IN (${placeholders(some)})`,
      [directoryId, false, ...some],
    );
    for (const raw of raws) found.set(raw.id, { id: raw.id, subjectId: raw.user_id });
  }
  return found;
}

/** The largest number of resources in one statement. */
const RESOURCES_AT_ONCE = 500;

/** Those of the given accounts that are a resource of any directory. */
export async function findBoundUsers(reader: Reader, userIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (userIds.length === 0) return new Set();
  const rows = await reader.rows<{ user_id: string }>(
    `SELECT user_id FROM directory_resource WHERE user_id IN (${placeholders(userIds)})`,
    userIds,
  );
  return new Set(rows.map((row) => row.user_id));
}

/**
 * Refuses a name or an external id that another resource of the directory has. The caller holds the organization's lock.
 *
 * @param id the resource that is to have them; `null` for a new one
 * @throws DIRECTORY_VALUE_TAKEN
 */
export async function requireFreeNames(
  reader: Reader,
  directoryId: string,
  kind: ResourceKind,
  content: ResourceContent,
  id: string | null,
): Promise<void> {
  const { name_hash, external_hash } = hashesOf(content);
  const others = await reader.rows<{ id: string; name_hash: string }>(
    `SELECT id, name_hash FROM directory_resource WHERE directory_id = ? AND kind = ? AND name_hash = ?
      UNION ALL
     SELECT id, name_hash FROM directory_resource WHERE directory_id = ? AND kind = ? AND external_hash = ?`,
    [directoryId, kind, name_hash, directoryId, kind, external_hash],
  );
  const other = others.find((each) => each.id !== id);
  if (other === undefined) return;
  const name = kind === "USER" ? "userName" : "displayName";
  throw new Failure(DIRECTORY_VALUE_TAKEN, { attribute: other.name_hash === name_hash ? name : "externalId" });
}

function hashesOf({ nameKey, externalId }: ResourceContent) {
  return { name_hash: sha256Hex(nameKey), external_hash: externalId === null ? null : sha256Hex(externalId) };
}

/** Stores a new resource. */
export async function insertResource(
  unit: UnitOfWork,
  { directoryId, kind, subjectId }: Pick<Resource, "directoryId" | "kind" | "subjectId">,
  content: ResourceContent,
): Promise<Resource> {
  const id = uuidv7();
  const { name_hash: nameHash, external_hash: externalHash } = hashesOf(content);
  await unit.manager.insert(ResourceRow, {
    id,
    directoryId,
    kind,
    userId: kind === "USER" ? subjectId : null,
    groupId: kind === "GROUP" ? subjectId : null,
    nameHash,
    externalHash,
    document: JSON.stringify(content.document),
    version: 1,
    createdAt: unit.now,
    modifiedAt: unit.now,
  });
  await insertValues(unit, id, directoryId, content.values);
  const { document } = content;
  return { id, directoryId, kind, subjectId, document, version: 1, createdAt: unit.now, modifiedAt: unit.now };
}

/** Stores a changed resource, with a higher version. */
export async function updateResource(unit: UnitOfWork, before: Resource, content: ResourceContent): Promise<Resource> {
  const version = before.version + 1;
  const { name_hash, external_hash } = hashesOf(content);
  await unit.execute(
    `UPDATE directory_resource SET name_hash = ?, external_hash = ?, document = ?, version = ?, modified_at = ?
      WHERE id = ?`,
    [name_hash, external_hash, JSON.stringify(content.document), version, unit.now, before.id],
  );
  await unit.execute("DELETE FROM directory_value WHERE resource_id = ?", [before.id]);
  await insertValues(unit, before.id, before.directoryId, content.values);
  return { ...before, document: content.document, version, modifiedAt: unit.now };
}

/** Raises the version of a group whose members changed. */
export async function touchResource(unit: UnitOfWork, before: Resource): Promise<Resource> {
  const version = before.version + 1;
  await unit.execute("UPDATE directory_resource SET version = ?, modified_at = ? WHERE id = ?", [
    version,
    unit.now,
    before.id,
  ]);
  return { ...before, version, modifiedAt: unit.now };
}

/** Deletes a resource. Its account or group stays. */
export async function deleteResource(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM directory_resource WHERE id = ?", [id]);
}

async function insertValues(
  unit: UnitOfWork,
  resourceId: string,
  directoryId: string,
  values: readonly IndexedValue[],
): Promise<void> {
  await insertRows(
    unit,
    "directory_value",
    ["resource_id", "attribute", "element", "directory_id", "value_key"],
    values.map(({ attribute, element, key }) => [resourceId, attribute, element, directoryId, key]),
  );
}
