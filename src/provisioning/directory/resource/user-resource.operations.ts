/** What a directory can do with its users. Each change is one unit of work, which the organization's other changes wait for. */
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { DeletionParts } from "../../../people/user/delete/delete-guard.js";
import { Failure, NOT_FOUND } from "../../../platform/errors/failure.js";
import { RESOURCE_VERSION_CONFLICT } from "../failures.js";
import { noteResource, type RequestingDirectory } from "../log/request.js";
import { changeInDirectory } from "./in-directory.js";
import { findResource } from "./resource.repository.js";
import type { DirectoryUser, Resource, ResourceKind } from "./resource.js";
import { changeDirectoryUser, createDirectoryUser, removeDirectoryUser } from "./user-resource.changes.js";

/** The versions of a resource that a change may be made to (`If-Match`); `null` for every version. */
export type ExpectedVersions = readonly number[] | null;

/**
 * Adds a user to the directory.
 *
 * @throws DIRECTORY_VALUE_TAKEN, DIRECTORY_ADDRESS_TAKEN, SEATS_FULL, SCIM_NOT_IN_PLAN, DIRECTORY_PAUSED,
 *   MASS_REMOVAL_STOPPED
 */
export async function createUserResource(
  store: Store,
  directory: RequestingDirectory,
  person: DirectoryUser,
): Promise<Resource> {
  return await changeInDirectory(store, directory, async (unit, acting) => {
    const resource = await createDirectoryUser(unit, acting, person);
    noteResource(directory, resource.id);
    return resource;
  });
}

/**
 * Changes a user of the directory.
 *
 * @param change returns what the directory said of the user before the change (`was`), and what it says now (`is`)
 * @throws NOT_FOUND, RESOURCE_VERSION_CONFLICT, and what `createUserResource` throws
 */
export async function changeUserResource(
  store: Store,
  directory: RequestingDirectory,
  { id, expected }: { readonly id: string; readonly expected: ExpectedVersions },
  change: (before: Resource) => { readonly was: DirectoryUser; readonly is: DirectoryUser },
): Promise<Resource> {
  return await changeInDirectory(store, directory, async (unit, acting) => {
    const before = await readForChange(unit, directory, "USER", id, expected);
    const { was, is } = change(before);
    return await changeDirectoryUser(unit, acting, before, was, is);
  });
}

/**
 * @throws NOT_FOUND, RESOURCE_VERSION_CONFLICT, SCIM_NOT_IN_PLAN, DIRECTORY_PAUSED, MASS_REMOVAL_STOPPED,
 *   BREAK_GLASS_PROTECTED
 */
export async function removeUserResource(
  store: Store,
  directory: RequestingDirectory,
  { id, expected }: { readonly id: string; readonly expected: ExpectedVersions },
  parts: DeletionParts,
): Promise<void> {
  await changeInDirectory(store, directory, async (unit, acting) => {
    const resource = await readForChange(unit, directory, "USER", id, expected);
    await removeDirectoryUser(unit, acting, parts, resource);
  });
}

/**
 * Reads a resource of the directory for a change. The caller holds the organization's lock.
 *
 * @throws NOT_FOUND, RESOURCE_VERSION_CONFLICT
 */
export async function readForChange(
  unit: UnitOfWork,
  directory: RequestingDirectory,
  kind: ResourceKind,
  id: string,
  expected: ExpectedVersions,
): Promise<Resource> {
  const resource = await findResource(unit, directory.id, kind, id);
  if (resource === null) throw new Failure(NOT_FOUND, { type: kind.toLowerCase() });
  noteResource(directory, resource.id);
  if (expected !== null && !expected.includes(resource.version))
    throw new Failure(RESOURCE_VERSION_CONFLICT, { actual: resource.version });
  return resource;
}
