/**
 * Creates, changes and deletes groups, with their events and audit entries, in the caller's unit of work. GraphQL and
 * directories use it. The caller locks the organization.
 */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure } from "../../platform/errors/failure.js";
import { GROUP_NAME_TAKEN } from "../failures.js";
import { GROUP_CREATED, GROUP_DELETED, GROUP_UPDATED } from "./group.events.js";
import { groupSnapshot, type Group } from "./group.js";
import { deleteGroupRow, insertGroup, updateGroupRow } from "./group.repository.js";

/** @throws GROUP_NAME_TAKEN */
export async function addGroup(
  unit: UnitOfWork,
  input: Pick<Group, "organizationId" | "name" | "description">,
): Promise<Group> {
  const group: Group = { id: uuidv7(), ...input, version: 1, createdAt: unit.now, updatedAt: unit.now };
  await storeName(group.name, () => insertGroup(unit, group));
  await appendEvent(unit, {
    organizationId: group.organizationId,
    type: GROUP_CREATED,
    subject: { id: group.id, version: group.version },
    data: { group: groupSnapshot(group), changed: null },
  });
  await recordAudit(unit, { ...entryOf("group.created", group), after: groupSnapshot(group) });
  return group;
}

/**
 * Changes name and description. If nothing differs, stores nothing and appends no event.
 *
 * @throws GROUP_NAME_TAKEN
 */
export async function changeGroup(
  unit: UnitOfWork,
  before: Group,
  change: Pick<Group, "name" | "description">,
): Promise<Group> {
  const after: Group = { ...before, ...change, version: before.version + 1, updatedAt: unit.now };
  const changed = changesBetween(groupSnapshot(before), groupSnapshot(after));
  if (changed === null) return before;
  await storeName(after.name, () => updateGroupRow(unit, after));
  await appendEvent(unit, {
    organizationId: after.organizationId,
    type: GROUP_UPDATED,
    subject: { id: after.id, version: after.version },
    data: { group: groupSnapshot(after), changed },
  });
  await recordAudit(unit, {
    ...entryOf("group.updated", after),
    before: groupSnapshot(before),
    after: groupSnapshot(after),
  });
  return after;
}

/** Deletes a group with its memberships, not its users. */
export async function removeGroup(unit: UnitOfWork, before: Group): Promise<void> {
  await deleteGroupRow(unit, before.id);
  await appendEvent(unit, {
    organizationId: before.organizationId,
    type: GROUP_DELETED,
    subject: { id: before.id, version: before.version + 1 },
    data: { group: groupSnapshot(before), changed: null },
  });
  await recordAudit(unit, { ...entryOf("group.deleted", before), before: groupSnapshot(before) });
}

function entryOf(action: string, { id, organizationId }: Group) {
  return { organizationId, action, subject: { type: "group", id } };
}

async function storeName(name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(GROUP_NAME_TAKEN, { name });
    throw error;
  }
}
