/** Rewrites the search terms of all members in batches, because an older version may have written a different form. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { lockOrganization } from "../../organization/organization.repository.js";
import { replaceTerms, termsOf } from "./search-terms.js";
import { seenIn } from "../user.js";
import { USER_COLUMNS, userFromRaw, type RawUser } from "../user.repository.js";
import { placeholders } from "../../../platform/database/statements.js";

const SEPARATOR = "/";

/**
 * Writes the terms of the next members of one organization.
 *
 * @param after an organization and its last rewritten member; an empty text for the beginning
 * @returns the same for the next call, or `null` at the end
 */
export async function rewriteTerms(unit: UnitOfWork, after: string, most: number): Promise<string | null> {
  const [organizationId = "", userId = ""] = after.split(SEPARATOR);
  const ids = organizationId === "" ? [] : await findMemberIds(unit, organizationId, userId, most);
  if (ids.length === 0) {
    const next = await unit.row<{ id: string }>("SELECT id FROM organization WHERE id > ? ORDER BY id LIMIT 1", [
      organizationId,
    ]);
    return next === undefined ? null : `${next.id}${SEPARATOR}`;
  }
  await lockOrganization(unit, organizationId);
  // A change of a guest's names locks the home organization and the account, but not the organization whose terms are
  // rewritten here.
  const raws = await unit.rows<RawUser>(
    `SELECT ${USER_COLUMNS} FROM membership m JOIN app_user u ON u.id = m.user_id
      WHERE m.organization_id = ? AND m.user_id IN (${placeholders(ids)})
      ${unit.dialect === "mysql" ? "FOR UPDATE" : ""}`,
    [organizationId, ...ids],
  );
  const members = raws.map((raw) => ({ userId: raw.id, terms: termsOf(seenIn(organizationId, userFromRaw(raw))) }));
  if (members.length > 0) await replaceTerms(unit, organizationId, members);
  return `${organizationId}${SEPARATOR}${ids.at(-1)}`;
}

async function findMemberIds(
  unit: UnitOfWork,
  organizationId: string,
  after: string,
  most: number,
): Promise<readonly string[]> {
  const rows = await unit.rows<{ user_id: string }>(
    `SELECT user_id FROM membership WHERE organization_id = ? AND user_id > ? ORDER BY user_id LIMIT ${most}`,
    [organizationId, after],
  );
  return rows.map(({ user_id }) => user_id);
}
