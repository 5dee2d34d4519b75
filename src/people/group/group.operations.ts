/** Reads, creates, updates and deletes groups for a caller. */
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { requireVersion } from "../failures.js";
import { requireGroupUnmanaged } from "../user/managed.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { addGroup, changeGroup, removeGroup } from "./group-record.changes.js";
import type { Group } from "./group.js";
import { findGroup } from "./group.repository.js";

const DESCRIPTION_RULE = { longest: 1000 };

/** A group to create. */
export interface NewGroupInput {
  readonly organizationId: string;
  readonly name: string;
  readonly description?: string | null;
}

/** A change of a group. Absent fields stay unchanged. */
export interface GroupChangeInput {
  readonly id: string;
  /** The version that the caller has read; absent to change any version. */
  readonly expectedVersion?: number | null;
  readonly name?: string | null;
  /** `null` clears it. */
  readonly description?: string | null;
}

/**
 * Returns the group that a caller names, if the caller's permission covers it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
export async function readGroupFor(
  { reader }: Store,
  caller: Caller,
  id: string,
  permission: Permission,
): Promise<Group> {
  const group = await findGroup(reader, scopeFor(caller, permission), id);
  if (group === null) throw new Failure(NOT_FOUND, { type: "group" });
  return group;
}

/**
 * One group, for callers who may see the groups of its organization.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
export async function readGroup(store: Store, caller: Caller, id: string): Promise<Group> {
  return await readGroupFor(store, caller, id, "GROUPS_READ");
}

/**
 * Reads a group for a change. Locks the organization first, so that changes are serial.
 *
 * @throws NOT_FOUND if the group was deleted since it was read
 */
export async function readGroupForChange(unit: UnitOfWork, { id, organizationId }: Group): Promise<Group> {
  await lockOrganization(unit, organizationId);
  const group = await findGroup(unit, organizationId, id);
  if (group === null) throw new Failure(NOT_FOUND, { type: "group" });
  return group;
}

/**
 * Creates a group without members.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, GROUP_NAME_TAKEN
 */
export async function createGroup({ begin }: Store, caller: Caller, input: NewGroupInput): Promise<Group> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "GROUPS_WRITE");
  const check = new InputCheck();
  const name = check.text("name", input.name);
  const description = check.optionalText("description", input.description, DESCRIPTION_RULE);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    return await addGroup(unit, { organizationId, name, description });
  });
}

/**
 * Changes the fields that the input names. If nothing differs, stores nothing and appends no event.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, GROUP_NAME_TAKEN,
 *   MANAGED_BY_DIRECTORY
 */
export async function updateGroup(store: Store, caller: Caller, input: GroupChangeInput): Promise<Group> {
  const found = await readGroupFor(store, caller, input.id, "GROUPS_WRITE");
  const check = new InputCheck();
  const name = input.name == null ? undefined : check.text("name", input.name);
  const description =
    input.description === undefined
      ? undefined
      : check.optionalText("description", input.description, DESCRIPTION_RULE);
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readGroupForChange(unit, found);
    await requireGroupUnmanaged(unit, before.organizationId, before.id);
    requireVersion(input.expectedVersion, before.version);
    return await changeGroup(unit, before, {
      name: name ?? before.name,
      description: description === undefined ? before.description : description,
    });
  });
}

/**
 * Deletes a group with its memberships, not its users. Mappings to the group then have no effect.
 *
 * @returns the group before the deletion
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, MANAGED_BY_DIRECTORY
 */
export async function deleteGroup(store: Store, caller: Caller, id: string): Promise<Group> {
  const found = await readGroupFor(store, caller, id, "GROUPS_WRITE");
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const before = await readGroupForChange(unit, found);
    await requireGroupUnmanaged(unit, before.organizationId, before.id);
    await removeGroup(unit, before);
    return before;
  });
}
