/** An outbox on its own database, with a clock and a log for tests. */
import "reflect-metadata";
import {
  deliverBatch,
  CONCURRENCY,
  type DeliveryParts,
  type BatchResult,
} from "../../../src/platform/mail/deliver-batch.js";
import { queueMails, type NewMail } from "../../../src/platform/mail/queue-mail.js";
import { createSmtpTransport } from "../../../src/platform/mail/smtp-transport.js";
import type { MailTransport } from "../../../src/platform/mail/transport.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import type { TestDatabase } from "../../support/database.js";
import { openMigratedDatabase } from "../../support/migrated-database.js";

/** A row of the outbox as it is stored. */
export interface StoredMail {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly attempts: number;
  readonly next_attempt_at: unknown;
  readonly leased_until: unknown;
  readonly sent_at: unknown;
  readonly last_error: string | null;
}

export interface Post {
  readonly database: TestDatabase;
  readonly clock: { now: Date };
  /** All log lines. */
  readonly log: () => string;
  readonly queue: (...mails: readonly Partial<NewMail>[]) => Promise<void>;
  /** All rows, oldest first. */
  readonly stored: () => Promise<StoredMail[]>;
  readonly parts: (transport: MailTransport) => DeliveryParts;
  /** Delivers one batch over its own connection. */
  readonly deliver: (server: { readonly port: number }) => Promise<BatchResult>;
  readonly pass: (seconds: number) => void;
  readonly close: () => Promise<void>;
}

export const SENDER = { name: "Usher", address: "usher@acme.test", publicUrl: "https://usher.test" };
export const BODY = "Nobody but Ada may read: https://usher.test/link?opens=for-the-holder";
/** Signals that never abort. */
export const NEVER = { begin: new AbortController().signal, finish: new AbortController().signal };

/** An unencrypted mail server on this machine. */
export function plainServer(port: number) {
  return { host: "127.0.0.1", port, encryption: "NONE", credentials: null } as const;
}

/** Opens an outbox. The test closes it. */
export async function openPost(): Promise<Post> {
  const database = await openMigratedDatabase();
  const clock = { now: new Date("2026-11-23T09:15:04.120Z") };
  const lines: string[] = [];
  const logger = createLogger({ level: "debug", destination: { write: (line) => void lines.push(line) } });
  const templates = new Map([["test", { name: "test", description: "to a tester" }]]);
  const parts: Post["parts"] = (transport) => ({ database, clock: () => clock.now, transport, templates, logger });
  return {
    database,
    clock,
    log: () => lines.join(""),
    queue: async (...mails) => {
      await database.transact((transaction) =>
        queueMails(
          { ...transaction, now: clock.now },
          mails.map((mail) => ({
            organizationId: null,
            recipient: "ada@example.com",
            template: "test",
            subject: "Hello",
            body: BODY,
            ...mail,
          })),
        ),
      );
    },
    stored: async () => await database.reader.rows<StoredMail>("SELECT * FROM mail_message ORDER BY created_at, id"),
    parts,
    deliver: async ({ port }) => {
      const transport = createSmtpTransport(plainServer(port), SENDER, CONCURRENCY);
      try {
        return await deliverBatch(parts(transport), NEVER);
      } finally {
        transport.close();
      }
    },
    pass: (seconds) => void (clock.now = new Date(clock.now.getTime() + seconds * 1_000)),
    close: () => database.close(),
  };
}
