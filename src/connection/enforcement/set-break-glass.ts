/** Marks accounts as break-glass accounts, and takes the mark away. */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { endAccess } from "../../people/credential/credential.changes.js";
import { BREAK_GLASS_IMPOSSIBLE, type BreakGlassObstacle } from "../../people/failures.js";
import { noticeBreakGlassChanged } from "../../people/notices/notice-break-glass.js";
import { requireHoldingUser } from "../../people/role/require-holding-user.js";
import { findRolesOfUsers } from "../../people/role/role.repository.js";
import { requireAnotherBreakGlass } from "../../people/user/break-glass/break-glass.rules.js";
import { lockAccount } from "../../people/user/status/status.operations.js";
import { showMember } from "../../people/user/user.access.js";
import { describeAccount } from "../../people/user/user.changes.js";
import { USER_UPDATED } from "../../people/user/user.events.js";
import { findUser, updateUserRow } from "../../people/user/user.repository.js";
import { isAdministrator } from "../../people/user/user.rules.js";
import type { Member, User } from "../../people/user/user.js";
import { changesBetween } from "../../events/event-type.js";
import { Failure, FORBIDDEN, NOT_FOUND } from "../../platform/errors/failure.js";
import { findIdentitiesOfUsers } from "../identity/identity.repository.js";

/**
 * Marks an administrator's password account as a break-glass account, or takes the mark away. A new mark ends the sessions
 * and the sent links of the account, because only its password opens it from now on. The person and the organization's
 * administrators get a mail.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN (also for an account with a permission that the caller lacks, and for members whose
 *   home is another organization), NOT_FOUND, BREAK_GLASS_IMPOSSIBLE, LAST_BREAK_GLASS
 */
export async function setBreakGlass(
  { reader, begin }: Store,
  caller: Caller,
  { userId, breakGlass }: { readonly userId: string; readonly breakGlass: boolean },
): Promise<Member> {
  const scope = scopeFor(caller, "ORGANIZATION_WRITE");
  const found = await findUser(reader, scope, userId);
  if (found === null) throw new Failure(NOT_FOUND, { type: "user" });
  const organizationId = found.homeOrganizationId;
  if (scope !== null && scope !== organizationId) throw new Failure(FORBIDDEN, { permission: null });

  return await begin(caller, causeOf(caller), async (unit) => {
    const { organization, user: before } = await lockAccount(unit, organizationId, userId);
    await requireHoldingUser(unit, caller, userId);
    if (before.breakGlass === breakGlass) return showMember(caller, before, organizationId);
    if (breakGlass) {
      const reason = await findObstacle(unit, before);
      if (reason !== null) throw new Failure(BREAK_GLASS_IMPOSSIBLE, { reason });
      await endAccess(unit, userId);
    } else await requireAnotherBreakGlass(unit, organization, before);
    const user: User = { ...before, breakGlass, version: before.version + 1, updatedAt: unit.now };
    const { snapshot } = await describeAccount(unit, organization, before);
    await updateUserRow(unit, before, user);
    const after = { ...snapshot, breakGlass };
    await appendEvent(unit, {
      organizationId,
      type: USER_UPDATED,
      subject: { id: userId, version: user.version },
      data: { user: after, changed: changesBetween(snapshot, after) },
    });
    await recordAudit(unit, {
      organizationId,
      action: breakGlass ? "user.break_glass_set" : "user.break_glass_cleared",
      subject: { type: "user", id: userId },
      before: { breakGlass: before.breakGlass },
      after: { breakGlass },
    });
    await noticeBreakGlassChanged(unit, { organization, user });
    return showMember(caller, user, organizationId);
  });
}

/** Why an account cannot be marked. One reason is a linked provider, which could open the account. */
async function findObstacle(unit: UnitOfWork, user: User): Promise<BreakGlassObstacle | null> {
  if (user.authMethod !== "PASSWORD") return "AUTH_METHOD";
  const identities = (await findIdentitiesOfUsers(unit, null, [user.id])).get(user.id) ?? [];
  if (identities.some(({ retiredAt }) => retiredAt === null)) return "IDENTITIES";
  if (user.status !== "ACTIVE") return "STATUS";
  const { homeOrganizationId } = user;
  const roles = (await findRolesOfUsers(unit, homeOrganizationId, [user.id])).get(user.id) ?? [];
  return isAdministrator(roles) ? null : "ROLE";
}
