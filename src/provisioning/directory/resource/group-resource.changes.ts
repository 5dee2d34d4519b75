/** Creates, changes and removes the groups of a directory, with their members, in the caller's unit of work. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { addReason, removeReason } from "../../../people/group/group.changes.js";
import { addGroup, changeGroup, removeGroup } from "../../../people/group/group-record.changes.js";
import { findGroup } from "../../../people/group/group.repository.js";
import type { Group } from "../../../people/group/group.js";
import { Failure } from "../../../platform/errors/failure.js";
import { MEMBER_UNKNOWN } from "../failures.js";
import { planGroupRules } from "../rules/apply-group-rules.js";
import { auditMembers } from "../rules/audit-members.js";
import { groupValuesOf } from "../rules/claims.js";
import type { ActingDirectory } from "../log/request.js";
import { findMembersOf } from "./member.repository.js";
import {
  findUserResources,
  insertResource,
  requireFreeNames,
  touchResource,
  updateResource,
} from "./resource.repository.js";
import type { DirectoryGroup, Resource } from "./resource.js";

/** A change of a group's members, by the ids of the users' resources. */
export type MemberChange =
  { readonly kind: "ADD" | "REMOVE" | "REPLACE"; readonly ids: readonly string[] } | { readonly kind: "REMOVE_ALL" };

/**
 * Adds a group to a directory and to the organization.
 *
 * @throws DIRECTORY_VALUE_TAKEN, GROUP_NAME_TAKEN, MEMBER_UNKNOWN
 */
export async function createDirectoryGroup(
  unit: UnitOfWork,
  acting: ActingDirectory,
  content: DirectoryGroup,
  memberIds: readonly string[],
): Promise<Resource> {
  const { directory, organization } = acting;
  await requireFreeNames(unit, directory.id, "GROUP", content, null);
  const group = await addGroup(unit, {
    organizationId: organization.id,
    name: content.displayName,
    description: null,
  });
  const resource = await insertResource(
    unit,
    { directoryId: directory.id, kind: "GROUP", subjectId: group.id },
    content,
  );
  const moved = await changeMembers(unit, acting, resource, group, [{ kind: "ADD", ids: memberIds }]);
  const rules = await planGroupRules(unit, acting, {
    resourceId: resource.id,
    groupId: group.id,
    before: [],
    after: groupValuesOf(content.document),
    moved,
  });
  await rules();
  return resource;
}

/**
 * Changes a group of a directory.
 *
 * @throws DIRECTORY_VALUE_TAKEN, GROUP_NAME_TAKEN, MEMBER_UNKNOWN
 */
export async function changeDirectoryGroup(
  unit: UnitOfWork,
  acting: ActingDirectory,
  before: Resource,
  content: DirectoryGroup,
  members: readonly MemberChange[],
): Promise<Resource> {
  const { directory } = acting;
  const group = await readGroup(unit, acting, before);
  const isSame = JSON.stringify(before.document) === JSON.stringify(content.document);
  if (!isSame) await requireFreeNames(unit, directory.id, "GROUP", content, before.id);
  const { description } = group;
  const named = isSame ? group : await changeGroup(unit, group, { name: content.displayName, description });
  const moved = await changeMembers(unit, acting, before, named, members);
  const isTouched = isSame && moved.size > 0;
  const after = isTouched ? await touchResource(unit, before) : before;
  const changed = isSame ? after : await updateResource(unit, before, content);
  const rules = await planGroupRules(unit, acting, {
    resourceId: before.id,
    groupId: group.id,
    before: groupValuesOf(before.document),
    after: groupValuesOf(content.document),
    moved,
  });
  await rules();
  return changed;
}

/** Removes a group from a directory and from the organization. The foreign key deletes the resource. */
export async function removeDirectoryGroup(
  unit: UnitOfWork,
  acting: ActingDirectory,
  resource: Resource,
): Promise<void> {
  const group = await readGroup(unit, acting, resource);
  const rules = await planGroupRules(unit, acting, {
    resourceId: resource.id,
    groupId: group.id,
    before: groupValuesOf(resource.document),
    after: [],
    moved: new Map(),
  });
  await removeGroup(unit, group);
  await rules();
}

async function readGroup(unit: UnitOfWork, { organization }: ActingDirectory, resource: Resource): Promise<Group> {
  const group = await findGroup(unit, organization.id, resource.subjectId);
  if (group === null) throw new Error(`the resource ${resource.id} has no group`);
  return group;
}

/**
 * Changes the members of a group.
 *
 * @returns by account id, whether the user joined or left the group
 */
async function changeMembers(
  unit: UnitOfWork,
  acting: ActingDirectory,
  resource: Resource,
  before: Group,
  changes: readonly MemberChange[],
): Promise<ReadonlyMap<string, "JOINED" | "LEFT">> {
  const source = { kind: "SCIM", id: acting.directory.id } as const;
  let group = before;
  const added: string[] = [];
  const removed: string[] = [];
  const moved = new Map<string, "JOINED" | "LEFT">();
  // One PATCH may remove a user and add the same user again. Then the user has neither joined nor left.
  const move = (userIds: readonly string[], to: "JOINED" | "LEFT") => {
    for (const userId of userIds) if (!moved.delete(userId)) moved.set(userId, to);
  };
  for (const change of changes) {
    const { add, remove } = await planMembers(unit, resource, change);
    const after = await removeReason(unit, group, remove, source);
    const last = await addReason(unit, after.group, add, source);
    group = last.group;
    removed.push(...after.userIds);
    added.push(...last.userIds);
    move(after.userIds, "LEFT");
    move(last.userIds, "JOINED");
  }
  await auditMembers(unit, group, { added, removed }, null);
  return moved;
}

/** The accounts to add and to remove. Only a change that replaces or removes all members reads the present members. */
async function planMembers(
  unit: UnitOfWork,
  { id, directoryId }: Resource,
  change: MemberChange,
): Promise<{ readonly add: readonly string[]; readonly remove: readonly string[] }> {
  const named = change.kind === "REMOVE_ALL" ? [] : [...new Set(change.ids)];
  const present =
    change.kind === "REPLACE" || change.kind === "REMOVE_ALL"
      ? (await findMembersOf(unit, directoryId, [id])).map(({ userId }) => userId)
      : [];
  const users = await findUserResources(unit, directoryId, [...new Set([...named, ...present])]);
  const accounts = (ids: readonly string[]) => ids.flatMap((each) => users.get(each)?.subjectId ?? []);
  // A user that the directory deleted is in no group, so there is nothing to remove.
  if (change.kind === "REMOVE") return { add: [], remove: accounts(named) };
  const unknown = named.find((each) => !users.has(each));
  if (unknown !== undefined) throw new Failure(MEMBER_UNKNOWN, { id: unknown });
  const kept = new Set(named);
  return { add: accounts(named), remove: accounts(present.filter((each) => !kept.has(each))) };
}
