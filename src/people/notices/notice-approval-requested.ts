/** Tells the administrators of an organization that an account waits for their approval. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import type { Organization } from "../organization/organization.js";
import { ADMINISTRATOR_ROLE } from "../role/role.js";
import type { User } from "../user/user.js";
import { APPROVAL_REQUESTED } from "./templates.js";

/** Whoever has more administrators than this has other ways to share work. */
const MOST_RECIPIENTS = 50;

/** Queues the notices, in the unit of work that makes the account. */
export async function noticeApprovalRequested(
  unit: UnitOfWork,
  {
    organization,
    user,
    connectionName,
  }: {
    readonly organization: Organization;
    readonly user: User;
    readonly connectionName: string;
  },
): Promise<void> {
  const { id: userId, fullName, email } = user;
  const text = writeMail(APPROVAL_REQUESTED, { organization, connectionName, fullName, email, userId });
  const recipients = await findAdministratorAddresses(unit, organization.id);
  await queueMails(
    unit,
    recipients.map((recipient) => ({ organizationId: organization.id, recipient, ...text })),
  );
}

/** Each address once, although accounts of several connections may share one; the longest-standing accounts first. */
async function findAdministratorAddresses(reader: Reader, organizationId: string): Promise<string[]> {
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
