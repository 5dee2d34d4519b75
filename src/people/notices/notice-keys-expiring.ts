/** Tells administrators once that API keys of their organization expire soon. Every replica may call it at the same time. */
import { SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import { queueMails } from "../../platform/mail/queue-mail.js";
import { writeMail } from "../../platform/mail/template.js";
import { EXPIRY_WARNING_DAYS } from "../api-key/api-key.js";
import { findExpiringKeys, findOrganizationKey, markExpiryWarned } from "../api-key/api-key.repository.js";
import { findOrganization } from "../organization/organization.repository.js";
import { findAdministratorAddresses } from "./administrator-addresses.js";
import { API_KEY_EXPIRING } from "./templates.js";

const DAY_MILLISECONDS = 86_400_000;

export async function noticeKeysExpiring({ reader, begin }: Store, clock: Clock): Promise<void> {
  const now = clock();
  const soon = new Date(now.getTime() + EXPIRY_WARNING_DAYS * DAY_MILLISECONDS);
  for (const { id, organizationId } of await findExpiringKeys(reader, now, soon))
    await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
      if (!(await markExpiryWarned(unit, id))) return;
      const organization = await findOrganization(unit, organizationId, organizationId);
      const key = await findOrganizationKey(unit, organizationId, id);
      // A rotation may have moved the expiry in the meantime.
      if (organization === null || key === null || key.expiresAt === null || key.expiresAt > soon) return;
      const { name: keyName, id: keyId, expiresAt, lastUsedAt } = key;
      const text = writeMail(API_KEY_EXPIRING, { organization, keyName, keyId, expiresAt, lastUsedAt });
      const recipients = await findAdministratorAddresses(unit, organizationId);
      await queueMails(
        unit,
        recipients.map((recipient) => ({ organizationId, recipient, ...text })),
      );
    });
}
