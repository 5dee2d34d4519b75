/**
 * Links people to their manager's account. Profiles name a manager by address, possibly before the manager has an
 * account. The organization's search terms contain these addresses, so that an index finds the people whom a new account
 * manages.
 */
import { requireNoOwnGain } from "../../../access/caller.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { insertRows, placeholders } from "../../../platform/database/statements.js";
import { foldCase } from "../../../platform/text.js";
import { LONGEST_TERM } from "../list/search-terms.js";

/** A search never begins with a space, so searches do not find these terms. */
const REPORTS_TO = " reports to ";

function termOf(managerEmail: string): string {
  return `${REPORTS_TO}${foldCase(managerEmail.trim())}`.slice(0, LONGEST_TERM);
}

/** A person whose profile names a manager. */
export interface Report {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Stores the manager's address from a person's profile. Links the manager's account if exactly one account has the
 * address.
 *
 * @throws FORBIDDEN if the caller would become the manager of a person whose training they may not see
 * @param was the address before; `undefined` for none
 * @param is the address now; `undefined` for none
 */
export async function changeManager(
  unit: UnitOfWork,
  report: Report,
  was: string | undefined,
  is: string | undefined,
): Promise<void> {
  const { organizationId, userId } = report;
  if (was === is) return;
  if (was !== undefined)
    await unit.execute("DELETE FROM membership_term WHERE organization_id = ? AND term = ? AND user_id = ?", [
      organizationId,
      termOf(was),
      userId,
    ]);
  if (is !== undefined)
    await insertRows(
      unit,
      "membership_term",
      ["organization_id", "term", "user_id"],
      [[organizationId, termOf(is), userId]],
    );
  const managerId = is === undefined ? null : await findManager(unit, organizationId, is);
  await setManager(unit, organizationId, [userId], managerId);
}

/**
 * Updates the manager of every person whose profile names an address. Called for every address that an account gets or
 * loses.
 *
 * @throws FORBIDDEN if the caller would become the manager of a person whose training they may not see
 */
export async function linkReports(unit: UnitOfWork, organizationId: string, email: string): Promise<void> {
  const rows = await unit.rows<{ user_id: string; manager_email: string | null }>(
    `SELECT t.user_id, f.value AS manager_email FROM membership_term t
       LEFT JOIN user_field f ON f.user_id = t.user_id AND f.field = 'managerEmail'
      WHERE t.organization_id = ? AND t.term = ?`,
    [organizationId, termOf(email)],
  );
  // Terms are cut, so long addresses can share a term. Only the field `managerEmail` has the whole address.
  const named = rows.filter(({ manager_email }) => foldCase(manager_email?.trim() ?? "") === foldCase(email));
  const reports = [...new Set(named.map((row) => row.user_id))];
  if (reports.length > 0)
    await setManager(unit, organizationId, reports, await findManager(unit, organizationId, email));
}

/** The only account with an address; `null` if there is none or several. */
async function findManager(reader: Reader, organizationId: string, email: string): Promise<string | null> {
  const rows = await reader.rows<{ id: string }>(
    "SELECT id FROM app_user WHERE home_organization_id = ? AND email_key = ? LIMIT 2",
    [organizationId, foldCase(email.trim())],
  );
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}

/** Sets the manager, except for a person whose profile names their own address. */
async function setManager(
  unit: UnitOfWork,
  organizationId: string,
  userIds: readonly string[],
  managerId: string | null,
): Promise<void> {
  // A manager sees the training of their reports.
  if (managerId !== null && userIds.some((id) => id !== managerId))
    requireNoOwnGain(unit.caller, organizationId, [managerId], "TRAINING_READ");
  await unit.execute(
    `UPDATE app_user SET manager_user_id = CASE WHEN id = ? THEN NULL ELSE ? END
      WHERE id IN (${placeholders(userIds)})`,
    [managerId ?? "", managerId, ...userIds],
  );
}
