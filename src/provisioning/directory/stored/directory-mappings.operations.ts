/**
 * Sets a directory's own rules: its mappings, and the roles that its provider may name. The checks are those of a
 * connection's mappings.
 */
import type { Caller } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudit } from "../../../audit/record-audit.js";
import {
  auditView,
  LIST_NAMES,
  prepareAttributes,
  prepareGroups,
  prepareRoles,
  toNewMappings,
  type PreparedList,
} from "../../../connection/mapping/choose-mappings.js";
import type { ProposedMappings } from "../../../connection/mapping/mapping.operations.js";
import { NO_MAPPINGS, type Mappings } from "../../../connection/mapping/mapping.js";
import { findMappingsOf, replaceMappings } from "../../../connection/mapping/mapping.repository.js";
import { changesBetween } from "../../../events/event-type.js";
import { requireVersion } from "../../../people/failures.js";
import { requireHoldingRoles } from "../../../people/role/choose-roles.js";
import type { FindRoleUses } from "../../../people/role/role-guard.js";
import { findRolesOf } from "../../../people/role/role.repository.js";
import type { Role } from "../../../people/role/role.js";
import { Failure, INVALID_INPUT, type FieldIssue } from "../../../platform/errors/failure.js";
import { changeDirectory, entryOf, refuseLinked } from "./directory.operations.js";
import { updateDirectoryRow } from "./directory.repository.js";
import type { Directory } from "./directory.js";

/** Lists to replace. An absent list does not change. */
export interface DirectoryMappingsInput extends ProposedMappings {
  readonly directoryId: string;
  readonly expectedVersion?: number | null;
  readonly assignableRoleKeys?: readonly string[] | null;
}

/**
 * Sets the rules of a directory. For a new rule on a role, and for each role that the provider may newly name, the caller
 * must hold every permission of the role. Otherwise, CONNECTIONS_WRITE would be enough to make administrators.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT (also for mappings of a linked directory), VERSION_CONFLICT
 */
export async function setDirectoryMappings(
  store: Store,
  caller: Caller,
  input: DirectoryMappingsInput,
): Promise<Directory> {
  const { attributeMappings, roleMappings, groupMappings } = input;
  const lists = [
    await named("attributeMappings", async () => attributeMappings && prepareAttributes(attributeMappings)),
    await named("roleMappings", async () => roleMappings && prepareRoles(roleMappings)),
    await named("groupMappings", async () => groupMappings && prepareGroups(groupMappings)),
  ].filter((list): list is PreparedList => list != null);
  return await changeDirectory(
    store,
    caller,
    input.directoryId,
    async (unit, before) => {
      requireVersion(input.expectedVersion, before.version);
      if (before.connectionId !== null && lists.length > 0) refuseLinked(LIST_NAMES[lists[0]!.kind]);
      const roles = await findRolesOf(unit, before.organizationId);
      const assignableRoleIds =
        input.assignableRoleKeys == null
          ? before.assignableRoleIds
          : chooseAssignable(unit, before, roles, input.assignableRoleKeys);
      const shownBefore = await view(unit, before, roles);
      for (const { kind, plan } of lists) {
        const present = toNewMappings(await readOwnMappings(unit, before.id), kind);
        const planned = await named(LIST_NAMES[kind], () => plan(unit, before.organizationId, present));
        if (JSON.stringify(present) !== JSON.stringify(planned))
          await replaceMappings(unit, before.id, kind, planned, "DIRECTORY");
      }
      const after: Directory = { ...before, assignableRoleIds, version: before.version + 1, updatedAt: unit.now };
      const shownAfter = await view(unit, after, roles);
      if (changesBetween(shownBefore, shownAfter) === null) return before;
      await updateDirectoryRow(unit, after);
      await recordAudit(unit, { ...entryOf("directory.updated", after), before: shownBefore, after: shownAfter });
      return after;
    },
    "MAPPINGS_WRITE",
  );
}

/** The directories whose rules name a role. Such a role cannot be deleted. */
export const findDirectoryRoleUses: FindRoleUses = async (reader, { id, organizationId }) => {
  const mapped = await reader.rows<{ directory_id: string; mappings: number | string }>(
    `SELECT directory_id, COUNT(*) AS mappings FROM directory_mapping WHERE kind = 'ROLE' AND target = ?
      GROUP BY directory_id ORDER BY directory_id`,
    [id],
  );
  const assignable = await reader.rows<{ id: string }>(
    "SELECT id FROM provisioning_directory WHERE organization_id = ? AND instr(assignable_roles, ?) > 0 ORDER BY id",
    [organizationId, id],
  );
  const count = mapped.reduce((sum, row) => sum + Number(row.mappings), 0);
  return [
    { by: "DIRECTORY_MAPPINGS", count, ids: mapped.map((row) => row.directory_id) },
    { by: "ASSIGNABLE_ROLES", count: assignable.length, ids: assignable.map((row) => row.id) },
  ].filter((use) => use.count > 0);
};

async function readOwnMappings(unit: UnitOfWork, id: string): Promise<Mappings> {
  return (await findMappingsOf(unit, [id], "DIRECTORY")).get(id) ?? NO_MAPPINGS;
}

function chooseAssignable(
  unit: UnitOfWork,
  { organizationId, assignableRoleIds }: Directory,
  roles: readonly Role[],
  keys: readonly string[],
): readonly string[] {
  const unknown = keys.filter((key) => !roles.some((role) => role.key === key));
  const message = `must be a role of the organization: ${roles.map(({ key }) => key).join(", ")}`;
  if (unknown.length > 0)
    throw new Failure(INVALID_INPUT, {
      fields: unknown.map(() => ({ path: "assignableRoleKeys", code: "UNKNOWN" as const, message })),
    });
  const chosen = roles.filter(({ key }) => keys.includes(key));
  requireHoldingRoles(
    unit,
    organizationId,
    chosen.filter(({ id }) => !assignableRoleIds.includes(id)),
  );
  return chosen.map(({ id }) => id);
}

/** Names the list in the paths of mistakes, which name it `mappings`. */
async function named<Result>(list: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== INVALID_INPUT.code) throw error;
    const { fields } = error.details as { readonly fields: readonly FieldIssue[] };
    throw new Failure(INVALID_INPUT, {
      fields: fields.map((field) => ({ ...field, path: field.path.replace(/^mappings/, list) })),
    });
  }
}

async function view(unit: UnitOfWork, { id, assignableRoleIds }: Directory, roles: readonly Role[]) {
  const mappings = await readOwnMappings(unit, id);
  const lists = (["ATTRIBUTE", "ROLE", "GROUP"] as const).map((kind) => [
    LIST_NAMES[kind],
    toNewMappings(mappings, kind).map(auditView),
  ]);
  return {
    ...(Object.fromEntries(lists) as Record<string, unknown>),
    assignableRoleKeys: roles.filter((role) => assignableRoleIds.includes(role.id)).map(({ key }) => key),
  };
}
