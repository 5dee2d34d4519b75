/** Gathers the mail templates of all modules, and starts the mail worker with its transport. */
import { join } from "node:path";
import type { Configuration } from "../config/configuration.js";
import { CONNECTION_TEMPLATES } from "../connection/watch/templates.js";
import { NOTICE_TEMPLATES } from "../people/notices/templates.js";
import type { Clock } from "../platform/clock.js";
import type { Database } from "../platform/database/database.js";
import { CONCURRENCY } from "../platform/mail/deliver-batch.js";
import { createFolderTransport } from "../platform/mail/folder-transport.js";
import { startMailWorker, type MailWorker } from "../platform/mail/mail-worker.js";
import { createSmtpTransport } from "../platform/mail/smtp-transport.js";
import { assembleMailTemplates } from "../platform/mail/template.js";
import type { Logger } from "../platform/telemetry/logger.js";
import { DIRECTORY_TEMPLATES } from "../provisioning/directory/brake/templates.js";
import { WEBHOOK_TEMPLATES } from "../webhooks/notices/templates.js";

/** @internal */
export const MAIL_TEMPLATES = assembleMailTemplates(
  NOTICE_TEMPLATES,
  CONNECTION_TEMPLATES,
  DIRECTORY_TEMPLATES,
  WEBHOOK_TEMPLATES,
);

/** Starts to send the messages of the outbox to the mail server. Without a server, they become files in the data folder. */
export function startMail(
  { mail: { server, sender }, dataDirectory, production }: Configuration,
  parts: { readonly database: Database; readonly clock: Clock; readonly logger: Logger },
): MailWorker {
  const folder = join(dataDirectory, "mail");
  if (server === null && production)
    parts.logger.warn(
      { folder },
      "SMTP_URL is not set: messages become files in this folder, and nobody receives them.",
    );
  const transport =
    server === null ? createFolderTransport(folder, sender) : createSmtpTransport(server, sender, CONCURRENCY);
  return startMailWorker({ ...parts, transport, templates: MAIL_TEMPLATES });
}
