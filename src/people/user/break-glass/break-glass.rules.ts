/** Protects break-glass accounts, by which an organization gets in while its provider is down. */
import type { Reader } from "../../../platform/database/database.js";
import { Failure } from "../../../platform/errors/failure.js";
import { BREAK_GLASS_PROTECTED, LAST_BREAK_GLASS } from "../../failures.js";
import type { Organization } from "../../organization/organization.js";
import { ADMINISTRATOR_ROLE } from "../../role/role.js";
import type { User } from "../user.js";

/**
 * Refuses a provider, a directory or a file that would link, change or remove a break-glass account.
 *
 * @throws BREAK_GLASS_PROTECTED
 */
export function requireNotBreakGlass(user: User): void {
  if (user.breakGlass) throw new Failure(BREAK_GLASS_PROTECTED, {});
}

/** The ids of an organization's break-glass accounts that can sign in: active, with a password and the role ADMIN. */
export async function findAbleBreakGlass(reader: Reader, organizationId: string): Promise<readonly string[]> {
  const rows = await reader.rows<{ id: string }>(
    `SELECT u.id FROM app_user u
       JOIN user_credential c ON c.user_id = u.id
       JOIN membership_role m ON m.user_id = u.id AND m.organization_id = u.home_organization_id
       JOIN role r ON r.id = m.role_id AND r.role_key = ?
      WHERE u.home_organization_id = ? AND u.is_break_glass = ? AND u.status = 'ACTIVE'
        AND u.login_email_key IS NOT NULL
      ORDER BY u.id`,
    [ADMINISTRATOR_ROLE, organizationId, true],
  );
  return rows.map(({ id }) => id);
}

/** Whether an organization requires single sign-on, and no break-glass account can sign in. */
export async function lacksBreakGlass(
  reader: Reader,
  { id, policies }: Pick<Organization, "id" | "policies">,
): Promise<boolean> {
  return policies.ssoEnforcement === "REQUIRED" && (await findAbleBreakGlass(reader, id)).length === 0;
}

/**
 * Refuses a change by hand that would take the last break-glass account from an organization that requires single sign-on.
 * The caller locks the organization, and calls this before a change after which the account cannot sign in.
 *
 * @throws LAST_BREAK_GLASS
 */
export async function requireAnotherBreakGlass(
  reader: Reader,
  { id, policies }: Pick<Organization, "id" | "policies">,
  user: User,
): Promise<void> {
  if (!user.breakGlass || policies.ssoEnforcement !== "REQUIRED") return;
  const able = await findAbleBreakGlass(reader, id);
  if (able.length === 1 && able[0] === user.id) throw new Failure(LAST_BREAK_GLASS, {});
}
