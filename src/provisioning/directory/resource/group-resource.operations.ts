/** What a directory can do with its groups. */
import type { Store } from "../../../access/store.js";
import { noteResource, type RequestingDirectory } from "../log/request.js";
import {
  changeDirectoryGroup,
  createDirectoryGroup,
  removeDirectoryGroup,
  type MemberChange,
} from "./group-resource.changes.js";
import { changeInDirectory } from "./in-directory.js";
import type { DirectoryGroup, Resource } from "./resource.js";
import { readForChange, type ExpectedVersions } from "./user-resource.operations.js";

interface Target {
  readonly id: string;
  readonly expected: ExpectedVersions;
}

/** @throws DIRECTORY_VALUE_TAKEN, GROUP_NAME_TAKEN, MEMBER_UNKNOWN, SCIM_NOT_IN_PLAN, DIRECTORY_PAUSED */
export async function createGroupResource(
  store: Store,
  directory: RequestingDirectory,
  content: DirectoryGroup,
  memberIds: readonly string[],
): Promise<Resource> {
  return await changeInDirectory(store, directory, async (unit, acting) => {
    const resource = await createDirectoryGroup(unit, acting, content, memberIds);
    noteResource(directory, resource.id);
    return resource;
  });
}

/**
 * Changes a group of the directory.
 *
 * @param change reads the group before, and returns what the directory says of it now
 * @throws NOT_FOUND, RESOURCE_VERSION_CONFLICT, and what `createGroupResource` throws
 */
export async function changeGroupResource(
  store: Store,
  directory: RequestingDirectory,
  { id, expected }: Target,
  change: (before: Resource) => { readonly content: DirectoryGroup; readonly members: readonly MemberChange[] },
): Promise<Resource> {
  return await changeInDirectory(store, directory, async (unit, acting) => {
    const before = await readForChange(unit, directory, "GROUP", id, expected);
    const { content, members } = change(before);
    return await changeDirectoryGroup(unit, acting, before, content, members);
  });
}

/** @throws NOT_FOUND, RESOURCE_VERSION_CONFLICT, SCIM_NOT_IN_PLAN, DIRECTORY_PAUSED */
export async function removeGroupResource(
  store: Store,
  directory: RequestingDirectory,
  { id, expected }: Target,
): Promise<void> {
  await changeInDirectory(store, directory, async (unit, acting) => {
    await removeDirectoryGroup(unit, acting, await readForChange(unit, directory, "GROUP", id, expected));
  });
}
