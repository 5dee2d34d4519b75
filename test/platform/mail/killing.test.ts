/** The program is killed after the server received a message and before it records the outcome. The next program resends it. */
import "reflect-metadata";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { migrations } from "../../../migrations/index.js";
import { entities } from "../../../src/entities.js";
import type { OpenDatabase } from "../../../src/platform/database/database.js";
import { migrate } from "../../../src/platform/database/migrations.js";
import { openDatabase } from "../../../src/platform/database/open-database.js";
import { queueMail } from "../../../src/platform/mail/queue-mail.js";
import { testDatabaseUrl, type TestDatabaseUrl } from "../../support/database.js";
import { startProcess } from "../../support/process.js";
import { startSmtpServer, type SmtpServer } from "../../support/smtp/index.js";
import { findFreePort, OPERATOR_KEY, TEST_KEY_RING } from "../../support/usher.js";
import { createAuthority } from "../fetch/certificates.js";
import type { StoredMail } from "./post.js";

const ACCOUNT = { user: "usher", password: "p@ss/word" };

let database: TestDatabaseUrl;
let folder: string;
let server: SmtpServer;
let certificates: string;
beforeAll(async () => {
  database = await testDatabaseUrl();
  folder = await mkdtemp(join(tmpdir(), "usher-killing-"));
  const authority = createAuthority();
  certificates = join(folder, "authority.pem");
  await writeFile(certificates, authority.cert);
  server = await startSmtpServer({ tls: "STARTTLS", certificate: authority.issue(["localhost"]), account: ACCOUNT });
});
afterAll(async () => {
  await server.close();
  await database.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the database while no program runs, because only one process may open a SQLite file. */
async function withDatabase(work: (opened: OpenDatabase) => Promise<void>): Promise<void> {
  const opened = await openDatabase({ url: database.url, entities, migrations });
  try {
    await work(opened);
  } finally {
    await opened.close();
  }
}

async function readMail(opened: OpenDatabase): Promise<StoredMail | undefined> {
  return await opened.reader.row<StoredMail>("SELECT * FROM mail_message");
}

it("a message survives kill -9, over STARTTLS with a password and a certificate of the company's own authority", async () => {
  await withDatabase(async (opened) => {
    await migrate(opened);
    const mail = { recipient: "ada@example.com", template: "test", subject: "Hello", body: "Hello\n" };
    await opened.transact((transaction) =>
      queueMail({ ...transaction, now: new Date() }, { organizationId: null, ...mail }),
    );
  });
  const port = await findFreePort();
  const environment = {
    NODE_ENV: "production",
    PORT: String(port),
    USHER_URL: `http://localhost:${port}`,
    DATABASE_URL: database.url,
    USHER_DATA_DIR: folder,
    USHER_KEY_RING: TEST_KEY_RING,
    USHER_OPERATOR_KEY: OPERATOR_KEY,
    SMTP_URL: `smtp://usher:p%40ss%2Fword@localhost:${server.port}?tls=true`,
    USHER_MAIL_FROM: "usher@acme.test",
    NODE_EXTRA_CA_CERTS: certificates,
  };

  // The server receives the message and never answers.
  server.behaviour.beforeAccepting = () => new Promise(() => {});
  const doomed = await startProcess(environment);
  await server.waitFor(1);
  doomed.signal("SIGKILL");
  expect((await doomed.ended).signal).toBe("SIGKILL");
  await withDatabase(async (opened) => {
    const mail = await readMail(opened);
    expect(mail).toMatchObject({ attempts: 1, sent_at: null });
    expect(mail!.leased_until).not.toBeNull();
    // This simulates two minutes, after which the lease of the killed program expires.
    const now = new Date();
    await opened.transact((transaction) => transaction.execute("UPDATE mail_message SET leased_until = ?", [now]));
  });

  server.behaviour.beforeAccepting = async () => {};
  const next = await startProcess(environment);
  await server.waitFor(2);
  const { code, stdout } = await next.stop();
  expect(code).toBe(0);
  await withDatabase(async (opened) => {
    expect(await readMail(opened)).toMatchObject({ attempts: 2, next_attempt_at: null, last_error: null, body: "" });
  });
  expect(server.received.map(({ encrypted, user }) => ({ encrypted, user }))).toEqual([
    { encrypted: true, user: "usher" },
    { encrypted: true, user: "usher" },
  ]);
  const [first, second] = server.received.map(({ headers }) => headers.get("message-id"));
  expect(second).toEqual(first);
  expect(stdout).toContain("A message was sent.");
  for (const secret of [ACCOUNT.password, "ada@example.com"]) expect(stdout).not.toContain(secret);
}, 120_000);
