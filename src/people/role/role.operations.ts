/** Creates, updates and deletes the roles of an organization for a caller. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requireHolding, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { ROLE_BUILT_IN, ROLE_IN_USE, ROLE_KEY_TAKEN } from "../failures.js";
import type { Organization } from "../organization/organization.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { requireHoldingRoles } from "./choose-roles.js";
import type { FindRoleUses } from "./role-guard.js";
import { HIGHEST_RANK, LOWEST_RANK, ROLE_KEY_PATTERN, type Role, type RoleUse } from "./role.js";
import { countHolders, deleteRoleRow, findRole, findRolesOf, insertRole, updateRoleRow } from "./role.repository.js";

const KEY_RULE = {
  longest: 63,
  pattern: ROLE_KEY_PATTERN,
  sentence: "must be upper-case letters, digits and underscores, and begin with a letter",
};

/** A role to create. */
export interface NewRoleInput {
  readonly organizationId: string;
  readonly key: string;
  readonly name: string;
  readonly rank: number;
  readonly permissions: readonly Permission[];
}

/** A change of a role. Absent fields stay unchanged. */
export interface RoleChangeInput {
  readonly id: string;
  readonly name?: string | null;
  readonly rank?: number | null;
  /** The new permissions, which replace all present ones. */
  readonly permissions?: readonly Permission[] | null;
}

/**
 * Creates a role.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for permissions that the caller does not hold), NOT_FOUND, INVALID_INPUT,
 *   ROLE_KEY_TAKEN
 */
export async function createRole({ begin }: Store, caller: Caller, input: NewRoleInput): Promise<Role> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  requireHolding(caller, organizationId, input.permissions);
  const check = new InputCheck();
  const key = check.text("key", input.key, KEY_RULE);
  const name = check.text("name", input.name);
  const rank = checkRank(check, input.rank);
  check.finish();

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const role: Role = {
      id: uuidv7(),
      organizationId,
      key,
      name,
      rank,
      permissions: inOrder(input.permissions),
      builtIn: false,
    };
    await storeKey(key, () => insertRole(unit, role));
    await recordAudit(unit, { ...entryOf("role.created", role), after: auditView(role) });
    return role;
  });
}

/**
 * Changes the fields that the input names, with effect at once for all users of the role. If nothing differs, stores nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for permissions that the caller does not hold), NOT_FOUND, INVALID_INPUT,
 *   ROLE_BUILT_IN
 */
export async function updateRole(store: Store, caller: Caller, input: RoleChangeInput): Promise<Role> {
  const found = await readRoleToChange(store, caller, input.id);
  const check = new InputCheck();
  const name = input.name == null ? undefined : check.text("name", input.name);
  const rank = input.rank == null ? undefined : checkRank(check, input.rank);
  check.finish();

  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { role: before } = await lockForChange(unit, found);
    const after: Role = {
      ...before,
      name: name ?? before.name,
      rank: rank ?? before.rank,
      permissions: input.permissions == null ? before.permissions : inOrder(input.permissions),
    };
    if (JSON.stringify(auditView(before)) === JSON.stringify(auditView(after))) return before;
    await requireHoldingWhatIsGiven(unit, before, after);
    await updateRoleRow(unit, after);
    await recordAudit(unit, { ...entryOf("role.updated", after), before: auditView(before), after: auditView(after) });
    return after;
  });
}

/**
 * Deletes an unused role.
 *
 * @param guards functions of other modules that find uses of the role
 * @returns the role before the deletion
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, ROLE_BUILT_IN, ROLE_IN_USE
 */
export async function deleteRole(
  store: Store,
  guards: readonly FindRoleUses[],
  caller: Caller,
  id: string,
): Promise<Role> {
  const found = await readRoleToChange(store, caller, id);
  return await store.begin(caller, causeOf(caller), async (unit) => {
    const { role, organization } = await lockForChange(unit, found);
    const uses = await findUses(unit, guards, role, organization);
    if (uses.length > 0) throw new Failure(ROLE_IN_USE, { uses });
    await deleteRoleRow(unit, id);
    await recordAudit(unit, { ...entryOf("role.deleted", role), before: auditView(role) });
    return role;
  });
}

async function readRoleToChange({ reader }: Store, caller: Caller, id: string): Promise<Role> {
  const role = await findRole(reader, scopeFor(caller, "ORGANIZATION_WRITE"), id);
  if (role === null) throw new Failure(NOT_FOUND, { type: "role" });
  if (role.builtIn) throw new Failure(ROLE_BUILT_IN, { key: role.key });
  return role;
}

/** Locks the organization, and reads the role for a change. While the lock is held, no user can get the role. */
async function lockForChange(
  unit: UnitOfWork,
  { id, organizationId }: Role,
): Promise<{ readonly role: Role; readonly organization: Organization }> {
  const organization = await lockOrganization(unit, organizationId);
  const role = await findRole(unit, organizationId, id);
  if (organization === null || role === null) throw new Failure(NOT_FOUND, { type: "role" });
  return { role, organization };
}

/**
 * Refuses a caller who lacks a permission that the change can give to people. An added permission goes to all users of
 * the role. A sign-in gives the matching role of the highest rank, so a raised role can go to more people, and a lowered
 * one can let other roles go before it.
 */
async function requireHoldingWhatIsGiven(unit: UnitOfWork, before: Role, after: Role): Promise<void> {
  const { organizationId } = before;
  requireHolding(
    unit.caller,
    organizationId,
    after.permissions.filter((permission) => !before.permissions.includes(permission)),
  );
  if (after.rank > before.rank) requireHoldingRoles(unit, organizationId, [after]);
  if (after.rank < before.rank) {
    const roles = await findRolesOf(unit, organizationId);
    const passed = roles.filter(({ id, rank }) => id !== before.id && rank <= before.rank && rank >= after.rank);
    requireHoldingRoles(unit, organizationId, passed);
  }
}

async function findUses(
  unit: UnitOfWork,
  guards: readonly FindRoleUses[],
  role: Role,
  organization: Organization,
): Promise<readonly RoleUse[]> {
  const isDefault = organization.policies.defaultRole === role.key;
  const uses: RoleUse[] = [
    { by: "USERS", count: await countHolders(unit, role.id), ids: [] },
    { by: "DEFAULT_ROLE", count: isDefault ? 1 : 0, ids: isDefault ? [organization.id] : [] },
  ];
  for (const guard of guards) uses.push(...(await guard(unit, role)));
  return uses.filter(({ count }) => count > 0);
}

function checkRank(check: InputCheck, rank: number): number {
  if (!Number.isInteger(rank) || rank < LOWEST_RANK || rank > HIGHEST_RANK)
    check.add("rank", "INVALID", `must be a whole number from ${LOWEST_RANK} to ${HIGHEST_RANK}`);
  return rank;
}

/** The permissions without duplicates, in the order of `ALL_PERMISSIONS`. */
function inOrder(permissions: readonly Permission[]): Permission[] {
  return ALL_PERMISSIONS.filter((permission) => permissions.includes(permission));
}

function auditView({ key, name, rank, permissions }: Role) {
  return { key, name, rank, permissions };
}

function entryOf(action: string, { id, organizationId }: Role) {
  return { organizationId, action, subject: { type: "role", id } };
}

async function storeKey(key: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new Failure(ROLE_KEY_TAKEN, { key });
    throw error;
  }
}
