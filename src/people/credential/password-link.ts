/** Sends a person the link by which they set a new password. */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { queueMail } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { PASSWORD_LINK } from "../notices/templates.js";
import type { Organization } from "../organization/organization.js";
import type { User } from "../user/user.js";
import { insertOneTimeToken } from "./one-time-token.repository.js";

const PASSWORD_LINK_PREFIX = "usher_pwl_";

/** How long a link works: one that an administrator sends, and one that the person asked for on the page. */
const PASSWORD_LINK_SECONDS = { ADMINISTRATOR: 24 * 60 * 60, PERSON: 60 * 60 } as const;

/** A link to send. The caller has locked the organization. */
export interface PasswordLink {
  readonly organization: Organization;
  readonly user: User;
  readonly publicUrl: string;
  /** Who asked for it. */
  readonly by: keyof typeof PASSWORD_LINK_SECONDS;
}

/**
 * Queues the mail with the link, which only the mail has. Earlier links stay valid until one is used, so that a stranger who asks
 * for links cannot make the person's link useless.
 */
export async function sendPasswordLink(
  unit: UnitOfWork,
  { organization, user, publicUrl, by }: PasswordLink,
): Promise<void> {
  const { token, hash: tokenHash } = issueToken(PASSWORD_LINK_PREFIX);
  const expiresAt = new Date(unit.now.getTime() + PASSWORD_LINK_SECONDS[by] * 1000);
  const id = await insertOneTimeToken(unit, {
    tokenHash,
    kind: "SET_PASSWORD",
    userId: user.id,
    organizationId: organization.id,
    payload: {},
    expiresAt,
  });
  const { fullName, email } = user;
  const url = new URL(`/reset/${token}`, publicUrl).href;
  await queueMail(unit, {
    organizationId: organization.id,
    recipient: email,
    ...writeMail(PASSWORD_LINK, { organization, fullName, email, url, expiresAt, by }),
  });
  await recordAudit(unit, {
    organizationId: organization.id,
    action: "user.password_link_sent",
    subject: { type: "user", id: user.id },
    after: { id, by, expiresAt },
  });
}
