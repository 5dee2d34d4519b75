/** The addresses for notices to the administrators of an organization. */
import type { Reader } from "../../platform/database/database.js";
import { ADMINISTRATOR_ROLE } from "../role/role.js";

/** A limit for the mails of one notice. */
const MOST_RECIPIENTS = 50;

/** The addresses, those of the oldest accounts first. Each occurs once, because several accounts can share an address. */
export async function findAdministratorAddresses(reader: Reader, organizationId: string): Promise<string[]> {
  const rows = await reader.rows<{ email: string }>(
    `SELECT MIN(u.email) AS email, MIN(u.id) AS first_id
       FROM role r
       JOIN membership_role mr ON mr.role_id = r.id AND mr.organization_id = r.organization_id
       JOIN app_user u ON u.id = mr.user_id AND u.status = 'ACTIVE'
      WHERE r.organization_id = ? AND r.role_key = ?
      GROUP BY u.email_key ORDER BY first_id LIMIT ${MOST_RECIPIENTS}`,
    [organizationId, ADMINISTRATOR_ROLE],
  );
  return rows.map(({ email }) => email);
}
