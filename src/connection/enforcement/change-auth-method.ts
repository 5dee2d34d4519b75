/** Moves one or many people with a password to single sign-on. A preview returns the results without changes. */
import { causeOf, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { changesBetween } from "../../events/event-type.js";
import { endAccess } from "../../people/credential/credential.changes.js";
import { deletePassword } from "../../people/credential/credential.repository.js";
import { AUTH_METHOD_KEPT, type AuthMethodObstacle } from "../../people/failures.js";
import { readInstallation } from "../../people/installation/installation.js";
import type { Organization } from "../../people/organization/organization.js";
import { findSsoObstacle } from "../../people/organization/sso-conditions.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { requireNotBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import { requireFreeEmail } from "../../people/user/email-rule.js";
import { doForEach, type UserResult } from "../../people/user/status/many-users.js";
import { findAccountToChange, lockAccount } from "../../people/user/status/status.operations.js";
import { describeAccount } from "../../people/user/user.changes.js";
import { USER_UPDATED } from "../../people/user/user.events.js";
import { clearLoginEmail, updateUserRow } from "../../people/user/user.repository.js";
import type { User } from "../../people/user/user.js";
import { Failure } from "../../platform/errors/failure.js";
import { findIdentitiesOfUsers } from "../identity/identity.repository.js";
import type { ConnectionServices } from "../services.js";

export interface AuthMethodChange {
  /** The accounts to move. `doForEach` limits their number. */
  readonly userIds: readonly string[];
  /** Whether to change nothing and only return the results. */
  readonly dryRun?: boolean | null;
}

/**
 * Moves each account to single sign-on, in its own unit of work. The account loses its password, its sessions and its
 * links. An account without an identity becomes a prepared account: the person's first sign-in finds it by the
 * connection's match key. An account that already uses single sign-on stays as it is.
 *
 * @throws INVALID_INPUT for too many users. The refusal of one account is not thrown, but is in its result: FORBIDDEN,
 *   NOT_FOUND, AUTH_METHOD_KEPT, BREAK_GLASS_PROTECTED, EMAIL_TAKEN
 */
export async function changeAuthMethod(
  services: ConnectionServices,
  caller: Caller,
  { userIds, dryRun }: AuthMethodChange,
): Promise<readonly UserResult[]> {
  return await doForEach(userIds, async (userId) => {
    const { organizationId } = await findAccountToChange(services, caller, userId);
    await services.begin(caller, causeOf(caller), async (unit) => {
      const { organization, user } = await lockAccount(unit, organizationId, userId);
      await requireHoldingUser(unit, caller, userId);
      requireNotBreakGlass(user);
      if (user.authMethod === "SSO") return;
      const reason = await findObstacle(unit, organization);
      if (reason !== null) throw new Failure(AUTH_METHOD_KEPT, { reason });
      const after = await planMove(unit, user);
      if (dryRun !== true) await move(unit, organization, user, after);
    });
  });
}

async function findObstacle(unit: UnitOfWork, organization: Organization): Promise<AuthMethodObstacle | null> {
  if (organization.policies.authMethodChange !== "ADMIN") return "POLICY";
  if (findSsoObstacle({ installation: await readInstallation(unit), organization }) !== null) return "SSO_OFF";
  const active = await unit.row(
    "SELECT id FROM sso_connection WHERE organization_id = ? AND state = 'ACTIVE' LIMIT 1",
    [organization.id],
  );
  return active === undefined ? "NO_CONNECTION" : null;
}

/**
 * Returns the account as it is after the move. Stores nothing. @throws EMAIL_TAKEN if another account is prepared for
 * the address
 */
async function planMove(unit: UnitOfWork, before: User): Promise<User> {
  const identities = (await findIdentitiesOfUsers(unit, null, [before.id])).get(before.id) ?? [];
  const isLinked = identities.some(({ retiredAt }) => retiredAt === null);
  const after: User = {
    ...before,
    authMethod: "SSO",
    firstSignedInAt: isLinked ? before.firstSignedInAt : null,
    version: before.version + 1,
    updatedAt: unit.now,
  };
  await requireFreeEmail(unit, after);
  return after;
}

async function move(unit: UnitOfWork, organization: Organization, before: User, user: User): Promise<void> {
  const { snapshot } = await describeAccount(unit, organization, before);
  await deletePassword(unit, user.id);
  await endAccess(unit, user.id);
  await clearLoginEmail(unit, user.id);
  await updateUserRow(unit, before, user);
  const after = { ...snapshot, authMethod: user.authMethod };
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_UPDATED,
    subject: { id: user.id, version: user.version },
    data: { user: after, changed: changesBetween(snapshot, after) },
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.auth_method_changed",
    subject: { type: "user", id: user.id },
    before: { authMethod: before.authMethod },
    after: { authMethod: user.authMethod },
  });
}
