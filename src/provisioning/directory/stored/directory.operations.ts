/** Creates, changes, lists and deletes provisioning directories for a caller, and rotates their tokens. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, scopeFor, type Caller } from "../../../access/caller.js";
import type { Permission } from "../../../access/permission.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { findMappingsOf } from "../../../connection/mapping/mapping.repository.js";
import {
  changePolicies,
  DEFAULT_CONNECTION_POLICIES,
  type ConnectionPolicies,
  type ConnectionPoliciesChange,
} from "../../../connection/stored/policies.js";
import { requireHoldingRoles } from "../../../people/role/choose-roles.js";
import { findRolesOf } from "../../../people/role/role.repository.js";
import { findConnection } from "../../../connection/stored/connection.repository.js";
import { changesBetween } from "../../../events/event-type.js";
import { requireVersion } from "../../../people/failures.js";
import type { Organization } from "../../../people/organization/organization.js";
import { lockOrganization } from "../../../people/organization/organization.repository.js";
import { forgetDirectory } from "../../../people/user/managed.js";
import { toDate } from "../../../platform/database/values.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../../platform/errors/failure.js";
import { InputCheck } from "../../../platform/errors/input.js";
import { pageByKeyset } from "../../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../../platform/graphql/paging.js";
import { pauseDirectory, releaseDirectory } from "../brake/pause.changes.js";
import { SCIM_NOT_IN_PLAN } from "../failures.js";
import {
  DIRECTORY_POLICIES,
  LONGEST_DIRECTORY_NAME,
  type DirectoryPolicy,
  type DeprovisionAction,
  type Directory,
  type DirectoryState,
  type SignInMatch,
} from "./directory.js";
import {
  deleteDirectoryRow,
  DIRECTORY_COLUMNS,
  directoryFromRaw,
  findDirectory,
  insertDirectory,
  updateDirectoryRow,
  type RawDirectory,
} from "./directory.repository.js";
import { addToken, endAccessTokens, expireTokens } from "./token.repository.js";

/**
 * What a caller decides about a directory. Where a value is absent or `null`, a new directory gets the default, and a
 * changed directory keeps its value.
 */
interface DirectoryChoices {
  readonly name?: string | null;
  readonly deprovisionAction?: DeprovisionAction | null;
  readonly signInMatch?: SignInMatch | null;
  readonly lockManaged?: boolean | null;
  /** The directory's own policies. Absent policies stay as they are. */
  readonly policies?: Pick<ConnectionPoliciesChange, DirectoryPolicy> | null;
}

export interface NewDirectory extends DirectoryChoices {
  readonly organizationId: string;
  readonly connectionId?: string | null;
}

export interface DirectoryChange extends DirectoryChoices {
  readonly id: string;
  readonly expectedVersion?: number | null;
  /** `null` ends the link to the connection; absent keeps it. */
  readonly connectionId?: string | null;
  readonly state?: DirectoryState | null;
}

/** A directory with the text of a new token, which is shown once. */
export interface DirectoryWithToken {
  readonly directory: Directory;
  readonly token: string;
}

/** How long a replaced token still works, so that the provider's configuration can be changed meanwhile. */
const OVERLAP_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Creates a directory with its first token.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, SCIM_NOT_IN_PLAN
 */
export async function createDirectory(store: Store, caller: Caller, input: NewDirectory): Promise<DirectoryWithToken> {
  const { organizationId, connectionId = null } = input;
  requirePermission(caller, organizationId, "CONNECTIONS_WRITE");
  const name = readName(input.name) ?? "SCIM";
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    if (!organization.scimEntitled) throw new Failure(SCIM_NOT_IN_PLAN, {});
    await requireLinkable(unit, organizationId, connectionId);
    const directory: Directory = {
      id: uuidv7(),
      organizationId,
      connectionId,
      name,
      state: "ACTIVE",
      pauseReason: null,
      releasedAt: null,
      removalsAllowedUntil: null,
      deprovisionAction: input.deprovisionAction ?? "ARCHIVE",
      signInMatch: input.signInMatch ?? "EXTERNAL_ID",
      policies: choosePolicies(connectionId, DEFAULT_CONNECTION_POLICIES, input.policies),
      assignableRoleIds: [],
      lockManaged: input.lockManaged ?? false,
      version: 1,
      createdAt: unit.now,
      updatedAt: unit.now,
    };
    await insertDirectory(unit, directory);
    const token = await addToken(unit, directory.id);
    await recordAudit(unit, { ...entryOf("directory.created", directory), after: auditView(directory) });
    return { directory, token };
  });
}

/**
 * Changes a directory. Accounts stay as they are.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT
 */
export async function updateDirectory(store: Store, caller: Caller, input: DirectoryChange): Promise<Directory> {
  const name = readName(input.name);
  return await changeDirectory(store, caller, input.id, async (unit, found, organization) => {
    requireVersion(input.expectedVersion, found.version);
    const before = await changeState(unit, organization, found, input.state ?? found.state);
    const connectionId = input.connectionId === undefined ? before.connectionId : input.connectionId;
    if (connectionId !== before.connectionId) await requireLinkable(unit, before.organizationId, connectionId);
    const after: Directory = {
      ...before,
      connectionId,
      name: name ?? before.name,
      deprovisionAction: input.deprovisionAction ?? before.deprovisionAction,
      signInMatch: input.signInMatch ?? before.signInMatch,
      policies: choosePolicies(connectionId, before.policies, input.policies),
      lockManaged: input.lockManaged ?? before.lockManaged,
      version: before.version + 1,
      updatedAt: unit.now,
    };
    if (changesBetween(auditView(before), auditView(after)) === null) return before;
    await updateDirectoryRow(unit, after);
    await recordAudit(unit, {
      ...entryOf("directory.updated", after),
      before: auditView(before),
      after: auditView(after),
    });
    return after;
  });
}

/** Pauses or releases a directory. A directory that has the state already stays unchanged. */
async function changeState(
  unit: UnitOfWork,
  organization: Organization,
  before: Directory,
  state: DirectoryState,
): Promise<Directory> {
  if (state === before.state) return before;
  return state === "PAUSED"
    ? await pauseDirectory(unit, organization, before, { reason: "ADMINISTRATOR", removed: 0 })
    : await releaseDirectory(unit, before, { allowRemovals: false });
}

/** A paused directory to release. */
export interface DirectoryRelease {
  readonly id: string;
  /** Whether the provider may remove any number of users during the next hour. */
  readonly allowRemovals?: boolean | null;
}

/**
 * Releases a paused directory. The mass-removal brake then counts from zero. An active directory stays as it is.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function releasePausedDirectory(
  store: Store,
  caller: Caller,
  { id, allowRemovals }: DirectoryRelease,
): Promise<Directory> {
  return await changeDirectory(store, caller, id, async (unit, before) =>
    before.state === "ACTIVE"
      ? before
      : await releaseDirectory(unit, before, { allowRemovals: allowRemovals === true }),
  );
}

/**
 * Adds a token. The present token still works for a day. A token that an earlier rotation replaced stops at once, so that
 * at most two tokens work. The access tokens that Usher gave for assertions stop at once too.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function rotateDirectoryToken(store: Store, caller: Caller, id: string): Promise<DirectoryWithToken> {
  return await changeDirectory(store, caller, id, async (unit, directory) => {
    await requireHoldingGiven(unit, directory);
    await expireTokens(unit, id, new Date(unit.now.getTime() + OVERLAP_MILLISECONDS));
    await endAccessTokens(unit, id);
    const token = await addToken(unit, id);
    await recordAudit(unit, entryOf("directory.token_rotated", directory));
    return { directory, token };
  });
}

/**
 * Deletes a directory with its tokens and resources. The accounts and groups stay, but this directory no longer manages
 * them.
 *
 * @returns the directory before the deletion
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function deleteDirectory(store: Store, caller: Caller, id: string): Promise<Directory> {
  return await changeDirectory(store, caller, id, async (unit, before) => {
    await forgetDirectory(unit, id, null);
    await deleteDirectoryRow(unit, id);
    await recordAudit(unit, { ...entryOf("directory.deleted", before), before: auditView(before) });
    return before;
  });
}

/** @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND */
export async function readDirectory(store: Store, caller: Caller, id: string): Promise<Directory> {
  return await readDirectoryFor(store, caller, id, "CONNECTIONS_READ");
}

/**
 * One page of an organization's directories, the oldest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listDirectories(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
  args: PageArgs,
): Promise<Page<Directory>> {
  requirePermission(caller, organizationId, "CONNECTIONS_READ");
  const page = await pageByKeyset<RawDirectory>({
    reader,
    select: DIRECTORY_COLUMNS,
    from: "provisioning_directory d",
    where: { sql: "d.organization_id = ?", parameters: [organizationId] },
    order: [
      { column: "d.created_at", direction: "ASC", kind: "time", read: (raw) => toDate(raw.created_at) },
      { column: "d.id", direction: "ASC", kind: "text", read: (raw) => raw.id },
    ],
    args,
  });
  return toPage(page, directoryFromRaw);
}

async function readDirectoryFor(
  { reader }: Store,
  caller: Caller,
  id: string,
  permission: Permission,
): Promise<Directory> {
  const directory = await findDirectory(reader, scopeFor(caller, permission), id);
  if (directory === null) throw new Failure(NOT_FOUND, { type: "provisioning directory" });
  return directory;
}

/**
 * Locks the organization, reads the directory again, and lets `work` change it.
 *
 * @returns what `work` returns
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function changeDirectory<Result>(
  store: Store,
  caller: Caller,
  id: string,
  work: (unit: UnitOfWork, before: Directory, organization: Organization) => Promise<Result>,
  permission: Permission = "CONNECTIONS_WRITE",
): Promise<Result> {
  const { organizationId } = await readDirectoryFor(store, caller, id, permission);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const before = await findDirectory(unit, organizationId, id);
    if (organization === null || before === null) throw new Failure(NOT_FOUND, { type: "provisioning directory" });
    return await work(unit, before, organization);
  });
}

/** @returns `null` if the name is left out */
function readName(name: string | null | undefined): string | null {
  if (name == null) return null;
  const check = new InputCheck();
  const text = check.text("name", name, { longest: LONGEST_DIRECTORY_NAME });
  check.finish();
  return text;
}

/**
 * Refuses a connection of another organization. Also refuses a caller who lacks a permission of a role that the
 * connection's mappings give: from then on, these mappings also read what the directory's provider sends.
 */
async function requireLinkable(unit: UnitOfWork, organizationId: string, connectionId: string | null): Promise<void> {
  if (connectionId === null) return;
  if ((await findConnection(unit, organizationId, connectionId)) === null)
    throw new Failure(NOT_FOUND, { type: "connection" });
  await requireHoldingGiven(unit, { organizationId, connectionId, id: "", assignableRoleIds: [] });
}

/**
 * Refuses a caller who lacks a permission of a role that the directory can give. With a token of the directory, such a
 * caller could act as the provider and take the role.
 *
 * @throws FORBIDDEN
 */
export async function requireHoldingGiven(
  unit: UnitOfWork,
  directory: Pick<Directory, "id" | "organizationId" | "connectionId" | "assignableRoleIds">,
): Promise<void> {
  const { id, organizationId, connectionId, assignableRoleIds } = directory;
  const owner = connectionId ?? id;
  const mappings = (await findMappingsOf(unit, [owner], connectionId === null ? "DIRECTORY" : "CONNECTION")).get(owner);
  const given = new Set([...assignableRoleIds, ...(mappings?.roles ?? []).map(({ roleId }) => roleId)]);
  if (given.size === 0) return;
  const roles = await findRolesOf(unit, organizationId);
  requireHoldingRoles(
    unit,
    organizationId,
    roles.filter((role) => given.has(role.id)),
  );
}

/**
 * The policies of a directory after a change.
 *
 * @throws INVALID_INPUT if a linked directory would get policies of its own
 */
function choosePolicies(
  connectionId: string | null,
  before: ConnectionPolicies,
  change: DirectoryChoices["policies"],
): ConnectionPolicies {
  if (change == null) return before;
  if (connectionId !== null) refuseLinked("policies");
  const check = new InputCheck();
  const after = changePolicies(before, change, check);
  check.finish();
  return after;
}

/** Refuses mappings or policies for a linked directory, which uses those of its connection. */
export function refuseLinked(path: string): never {
  const message = "must be left out, because the directory follows its connection; change the connection instead";
  throw new Failure(INVALID_INPUT, { fields: [{ path, code: "INVALID", message }] });
}

/** The constant part of an audit entry about a directory. */
export function entryOf(action: string, { id, organizationId }: Directory) {
  return { organizationId, action, subject: { type: "directory", id } };
}

function auditView({ name, connectionId, state, deprovisionAction, signInMatch, policies, lockManaged }: Directory) {
  const own = Object.fromEntries(DIRECTORY_POLICIES.map((policy) => [policy, policies[policy]]));
  return { name, connectionId, state, deprovisionAction, signInMatch, policies: own, lockManaged };
}
