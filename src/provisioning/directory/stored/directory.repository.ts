/** Reads and writes provisioning directories. */
import type { OrganizationScope } from "../../../access/caller.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { readConnectionPolicies } from "../../../connection/stored/policies.js";
import type { Reader } from "../../../platform/database/database.js";
import { toBoolean, toDate, toDateOrNull, toJson } from "../../../platform/database/values.js";
import { DirectoryRow } from "./directory.row.js";
import type { DeprovisionAction, Directory, DirectoryState, PauseReason, SignInMatch } from "./directory.js";

/** A directory as a query returns it. */
export interface RawDirectory {
  id: string;
  organization_id: string;
  connection_id: string | null;
  name: string;
  state: string;
  pause_reason: string | null;
  released_at: unknown;
  removals_allowed_until: unknown;
  deprovision_action: string;
  sign_in_match: string;
  policies: string | null;
  assignable_roles: string | null;
  lock_managed: unknown;
  version: number;
  created_at: unknown;
  updated_at: unknown;
}

/** The columns of `RawDirectory`, of the table alias `d`. */
export const DIRECTORY_COLUMNS = `d.id, d.organization_id, d.connection_id, d.name, d.state, d.pause_reason, d.released_at,
  d.removals_allowed_until, d.deprovision_action, d.sign_in_match, d.policies, d.assignable_roles, d.lock_managed, d.version,
  d.created_at, d.updated_at`;

export function directoryFromRaw(raw: RawDirectory): Directory {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    connectionId: raw.connection_id,
    name: raw.name,
    state: raw.state as DirectoryState,
    pauseReason: raw.pause_reason as PauseReason | null,
    releasedAt: toDateOrNull(raw.released_at),
    removalsAllowedUntil: toDateOrNull(raw.removals_allowed_until),
    deprovisionAction: raw.deprovision_action as DeprovisionAction,
    signInMatch: raw.sign_in_match as SignInMatch,
    policies: readConnectionPolicies(raw.policies === null ? {} : toJson(raw.policies)),
    assignableRoleIds: raw.assignable_roles === null ? [] : toJson<string[]>(raw.assignable_roles),
    lockManaged: toBoolean(raw.lock_managed),
    version: raw.version,
    createdAt: toDate(raw.created_at),
    updatedAt: toDate(raw.updated_at),
  };
}

/** One directory by id; `null` if it does not exist or is outside the scope. */
export async function findDirectory(reader: Reader, scope: OrganizationScope, id: string): Promise<Directory | null> {
  const raw = await reader.row<RawDirectory>(
    `SELECT ${DIRECTORY_COLUMNS} FROM provisioning_directory d
      WHERE d.id = ?${scope === null ? "" : " AND d.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? directoryFromRaw(raw) : null;
}

export async function insertDirectory(unit: UnitOfWork, directory: Directory): Promise<void> {
  await unit.manager.insert(DirectoryRow, toRow(directory));
}

export async function updateDirectoryRow(unit: UnitOfWork, directory: Directory): Promise<void> {
  await unit.manager.update(DirectoryRow, { id: directory.id }, toRow(directory));
}

function toRow({ policies, assignableRoleIds, ...directory }: Directory): DirectoryRow {
  return { ...directory, policies: JSON.stringify(policies), assignableRoles: JSON.stringify(assignableRoleIds) };
}

/** Deletes a directory. Foreign keys delete its tokens, resources and tombstones. */
export async function deleteDirectoryRow(unit: UnitOfWork, id: string): Promise<void> {
  await unit.execute("DELETE FROM provisioning_directory WHERE id = ?", [id]);
}
