/** Messages reach a mail server once, or at least once after a crash. Retries end after a time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { findNextAttempt, MAXIMUM_ATTEMPTS } from "../../../src/platform/mail/attempts.js";
import { deliverBatch, CONCURRENCY } from "../../../src/platform/mail/deliver-batch.js";
import { startMailWorker } from "../../../src/platform/mail/mail-worker.js";
import { claimDueMail, recordOutcomes } from "../../../src/platform/mail/outbox.js";
import { createSmtpTransport } from "../../../src/platform/mail/smtp-transport.js";
import { toDate } from "../../../src/platform/database/values.js";
import { findExample, readText } from "../../docs/markdown.js";
import { startSmtpServer, type SmtpServer } from "../../support/smtp/index.js";
import { createSelfSigned } from "../fetch/certificates.js";
import { BODY, NEVER, openPost, plainServer, SENDER, type Post } from "./post.js";

let post: Post;
let server: SmtpServer;
beforeAll(async () => {
  post = await openPost();
});
afterAll(() => post.close());
beforeEach(async () => {
  await post.database.transact((transaction) => transaction.execute("DELETE FROM mail_message"));
  server = await startSmtpServer();
});
afterEach(() => server.close());

const QUICK = { idleMilliseconds: 5, failureMilliseconds: 5 };
/** Polls until a condition holds, or Jest's time limit ends the test. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
const secondsUntil = (time: unknown) => (toDate(time).getTime() - post.clock.now.getTime()) / 1_000;
/** The log lines of a message after its last attempt. */
const givenUp = (mailId: string) =>
  post
    .log()
    .split("\n")
    .filter((line) => line.includes(mailId) && line.includes("A message was given up"))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ level, template, attempt, sent, reason, smtpStatus }) => ({
      level,
      template,
      attempt,
      sent,
      reason: smtpStatus ?? reason,
    }));
/** Decodes a part (RFC 2045, section 6), without the line break before the next boundary. */
function decode(head: string, body: string): string {
  if (/Transfer-Encoding: base64/.test(head)) return Buffer.from(body, "base64").toString();
  const text = /Transfer-Encoding: quoted-printable/.test(head)
    ? body
        .replaceAll("=\r\n", "")
        .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : body;
  return Buffer.from(text.replace(/\r\n$/, ""), "latin1").toString();
}
const GIVEN_UP = { level: "error", template: "test", sent: "to a tester" };

describe("a message", () => {
  it("is delivered once, as plain text and HTML in UTF-8 with the right sender, and its text is deleted", async () => {
    await post.queue({ subject: "Grüße, Ada", body: "Grüße\n.\n日本\n", heading: "Acme <GmbH>" });
    const [queued] = await post.stored();
    expect(await post.deliver(server)).toBe("DONE");
    expect(await post.deliver(server)).toBe("DONE");

    expect(server.received).toHaveLength(1);
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: "usher@acme.test", to: ["ada@example.com"] });
    const header = (name: string) => mail!.headers.get(name);
    expect(header("from")).toEqual(["Usher <usher@acme.test>"]);
    expect(header("to")).toEqual(["ada@example.com"]);
    expect(header("subject")).toEqual(["=?UTF-8?Q?Gr=C3=BC=C3=9Fe=2C_Ada?="]);
    expect(header("message-id")).toEqual([`<${queued!.id}@acme.test>`]);
    expect(header("date")).toEqual(["Mon, 23 Nov 2026 09:15:04 +0000"]);
    expect(header("auto-submitted")).toEqual(["auto-generated"]);
    const [, boundary] = /^multipart\/alternative; boundary="(.+)"$/.exec(header("content-type")![0]!)!;
    const [, plain, rich, end] = mail!.body.split(`--${boundary}`).map((part) => {
      const [head = "", body = ""] = part.trimStart().split("\r\n\r\n");
      return [head.split("\r\n")[0], decode(head, body)];
    });
    expect(plain).toEqual(["Content-Type: text/plain; charset=utf-8", "Grüße\r\n.\r\n日本\r\n"]);
    expect(rich![0]).toBe("Content-Type: text/html; charset=utf-8");
    expect(rich![1]).toContain("<h1>Acme &lt;GmbH&gt;</h1>");
    expect(rich![1]).toContain("<p>Grüße<br />.<br />日本</p>");
    expect(end).toEqual(["--", ""]);

    const [sent] = await post.stored();
    expect(sent).toMatchObject({ attempts: 1, next_attempt_at: null, leased_until: null, last_error: null, body: "" });
    expect(toDate(sent!.sent_at)).toEqual(post.clock.now);
  });

  it("gets neither a header nor another recipient, even when somebody changed its row", async () => {
    await post.queue({});
    const change = (sql: string, value: string) =>
      post.database.transact((transaction) => transaction.execute(`UPDATE mail_message SET ${sql}`, [value]));
    await change("subject = ?", "Hello\r\nBcc: eve@evil.test\r\n\r\nBody");
    await post.deliver(server);
    expect(server.received.map(({ to, headers }) => [to, headers.has("bcc")])).toEqual([[["ada@example.com"], false]]);

    await post.queue({});
    await change("recipient = ? WHERE sent_at IS NULL", "ada@example.com>\r\nRCPT TO:<eve@evil.test");
    await post.deliver(server);
    expect(server.received).toHaveLength(1);
    expect((await post.stored()).map(({ last_error }) => last_error)).toContain(
      "The recipient is not an e-mail address.",
    );
  });

  it("to an address that the server does not know is given up at once, and the others are sent", async () => {
    server.behaviour.refuseRecipient = (address) =>
      address === "nobody@example.com" ? "550 5.1.1 no such mailbox" : null;
    await post.queue({ recipient: "nobody@example.com" }, { recipient: "ada@example.com" });
    expect(await post.deliver(server)).toBe("DONE");
    expect(server.received.map(({ to }) => to)).toEqual([["ada@example.com"]]);
    const refused = (await post.stored()).find(({ recipient }) => recipient === "nobody@example.com");
    expect(refused).toMatchObject({
      attempts: 1,
      next_attempt_at: null,
      leased_until: null,
      sent_at: null,
      last_error: "The server answered 550 5.1.1 no such mailbox",
    });
    expect(givenUp(refused!.id)).toEqual([{ ...GIVEN_UP, attempt: 1, reason: 550 }]);
  });

  it.each([
    ["defers", "450 4.2.0 greylisted"],
    ["refuses by policy", "550 5.7.1 relaying denied"],
  ])("that the server %s is retried", async (_how, answer) => {
    server.behaviour.refuseRecipient = () => answer;
    await post.queue({});
    await post.deliver(server);
    const [mail] = await post.stored();
    expect(mail).toMatchObject({ attempts: 1, leased_until: null, last_error: `The server answered ${answer}` });
    expect(secondsUntil(mail!.next_attempt_at)).toBeGreaterThanOrEqual(30);
    server.behaviour.refuseRecipient = () => null;
    expect(await post.deliver(server)).toBe("DONE");
    expect(server.received).toHaveLength(0);
    post.pass(60);
    await post.deliver(server);
    expect(server.received).toHaveLength(1);
  });

  it("is tried ten times at growing intervals, and then given up with the last error", async () => {
    server.behaviour.refuseMessage = () => "451 4.3.0 not today";
    await post.queue({});
    const pauses: number[] = [];
    for (;;) {
      await post.deliver(server);
      const [mail] = await post.stored();
      if (mail!.next_attempt_at === null) break;
      pauses.push(secondsUntil(mail!.next_attempt_at));
      post.pass(pauses.at(-1)!);
    }
    expect(pauses).toHaveLength(MAXIMUM_ATTEMPTS - 1);
    expect(pauses).toEqual(pauses.toSorted((left, right) => left - right));
    const [mail] = await post.stored();
    expect(mail).toMatchObject({ attempts: 10, sent_at: null, last_error: "The server answered 451 4.3.0 not today" });
    expect(mail!.body).toBe(BODY);
    expect(givenUp(mail!.id)).toEqual([{ ...GIVEN_UP, attempt: 10, reason: 451 }]);
    post.pass(365 * 86_400);
    expect(await post.deliver(server)).toBe("DONE");
    expect(server.received).toEqual([]);
  });

  it("that was given up is sent when an operator queues it again", async () => {
    server.behaviour.refuseRecipient = () => "550 5.1.1 no such mailbox";
    await post.queue({}, { recipient: "no address" });
    await post.deliver(server);
    server.behaviour.refuseRecipient = () => null;
    const command = findExample(readText("docs/operators.md"), "send-again");
    await post.database.transact((transaction) => transaction.execute(command));
    await post.deliver(server);
    expect(server.received.map(({ to }) => to)).toEqual([["ada@example.com"]]);
    expect((await post.stored()).map(({ next_attempt_at }) => next_attempt_at)).toEqual([null, null]);
  });

  it("that crashes its worker each time is given up", async () => {
    await post.queue({});
    for (let attempt = 0; attempt < MAXIMUM_ATTEMPTS; attempt += 1) {
      const { due } = await post.database.transact((transaction) =>
        claimDueMail(transaction, post.clock.now, { limit: 20, leaseSeconds: 120 }),
      );
      expect(due).toHaveLength(1);
      post.pass(121);
    }
    await post.deliver(server);
    expect(server.received).toEqual([]);
    const [mail] = await post.stored();
    expect(mail).toMatchObject({
      next_attempt_at: null,
      last_error: "Every attempt ended before its outcome was known.",
    });
    expect(givenUp(mail!.id)).toEqual([{ ...GIVEN_UP, attempt: MAXIMUM_ATTEMPTS, reason: "SENDER_DIED" }]);
  });

  it("is not logged, nor is its recipient, for any answer of the server", async () => {
    server.behaviour.refuseMessage = (content) => `554 5.6.0 I do not like ${content.slice(-70)}`;
    await post.queue({ recipient: "grace@example.com", subject: "A subject that is secret" });
    await post.deliver(server);
    const [mail] = await post.stored();
    expect(mail!.last_error).toContain("I do not like");
    for (const secret of ["for-the-holder", "grace@example.com", "A subject that is secret"])
      expect(post.log()).not.toContain(secret);
    expect(post.log()).toContain('"smtpStatus":554');
  });
});

describe("pauses between attempts", () => {
  it("grow at random by a quarter at most", () => {
    const now = new Date(0);
    expect(findNextAttempt(now, 1, 0)).toEqual(new Date(30_000));
    expect(findNextAttempt(now, 1, 1)).toEqual(new Date(37_500));
    expect(findNextAttempt(now, MAXIMUM_ATTEMPTS, 0)).toBeNull();
  });
});

describe("a server that is down", () => {
  it("costs few messages an attempt, and receives all of them when it is back", async () => {
    await post.queue(...Array.from({ length: 12 }, () => ({})));
    const { port } = server;
    await server.close();
    expect(await post.deliver({ port })).toBe("SERVER_UNUSABLE");
    const tried = (await post.stored()).filter(({ attempts }) => attempts > 0);
    expect(tried.length).toBeGreaterThan(0);
    expect(tried.length).toBeLessThanOrEqual(CONCURRENCY);
    expect((await post.stored()).every(({ leased_until }) => leased_until === null)).toBe(true);

    server = await startSmtpServer({ port });
    post.pass(60);
    const transport = createSmtpTransport(plainServer(port), SENDER, CONCURRENCY);
    const worker = startMailWorker(post.parts(transport), QUICK);
    await server.waitFor(12);
    await worker.stop(5_000);
    expect((await post.stored()).every(({ sent_at }) => sent_at !== null)).toBe(true);
    expect(server.received).toHaveLength(12);
  });

  it("from the middle of a message on receives it again", async () => {
    const { port } = server;
    // The server accepts the message and ends before it replies.
    server.behaviour.beforeAccepting = () => server.close();
    await post.queue({});
    expect(await post.deliver(server)).toBe("SERVER_UNUSABLE");
    const [first] = server.received;
    expect(first).toBeDefined();
    server = await startSmtpServer({ port });
    post.pass(60);
    await post.deliver(server);
    expect(server.received.map(({ headers }) => headers.get("message-id"))).toEqual([first!.headers.get("message-id")]);
  });
});

describe("several workers", () => {
  it("deliver each of many messages once", async () => {
    await post.queue(...Array.from({ length: 200 }, (_, index) => ({ recipient: `person-${index}@example.com` })));
    const workers = Array.from({ length: 3 }, () =>
      startMailWorker(post.parts(createSmtpTransport(plainServer(server.port), SENDER, CONCURRENCY)), QUICK),
    );
    await until(async () => (await post.stored()).every(({ sent_at }) => sent_at !== null));
    await Promise.all(workers.map((worker) => worker.stop(5_000)));
    expect(new Set(server.received.map(({ to }) => to[0])).size).toBe(200);
    expect(server.received).toHaveLength(200);
  });

  it("send each other's messages only after the lease expires, and then under the same id", async () => {
    await post.queue({});
    const dying = post.parts(createSmtpTransport(plainServer(server.port), SENDER, CONCURRENCY));
    let transactions = 0;
    const database = {
      reader: post.database.reader,
      transact: (async (work) => {
        transactions += 1;
        if (transactions === 2) throw new Error("killed between sending and recording");
        return await post.database.transact(work);
      }) as typeof post.database.transact,
    };
    await expect(deliverBatch({ ...dying, database }, NEVER)).rejects.toThrow("killed");
    dying.transport.close();
    expect(server.received).toHaveLength(1);

    post.pass(119);
    expect(await post.deliver(server)).toBe("DONE");
    expect(server.received).toHaveLength(1);
    post.pass(2);
    await post.deliver(server);
    expect(server.received).toHaveLength(2);
    const ids = server.received.map(({ headers }) => headers.get("message-id")![0]);
    expect(new Set(ids).size).toBe(1);
    expect((await post.stored())[0]).toMatchObject({ attempts: 2, body: "" });
  });

  it("do not record a failure of a message that another worker has claimed since", async () => {
    await post.queue({});
    const claim = () =>
      post.database.transact((transaction) =>
        claimDueMail(transaction, post.clock.now, { limit: 20, leaseSeconds: 120 }),
      );
    const late = await claim();
    post.pass(121);
    const present = await claim();
    expect(present.due).toHaveLength(1);
    await post.database.transact((transaction) =>
      recordOutcomes(transaction, post.clock.now, late.leasedUntil, [
        { kind: "FAILED", mail: late.due[0]!, error: "too late", nextAttemptAt: null },
      ]),
    );
    const [mail] = await post.stored();
    expect(mail).toMatchObject({ attempts: 2, last_error: null });
    expect(toDate(mail!.leased_until)).toEqual(present.leasedUntil);
  });
});

describe("a worker that is stopped", () => {
  it("finishes the messages under way and begins no other", async () => {
    await post.queue(...Array.from({ length: 12 }, () => ({})));
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    server.behaviour.beforeAccepting = () => held;
    const worker = startMailWorker(
      post.parts(createSmtpTransport(plainServer(server.port), SENDER, CONCURRENCY)),
      QUICK,
    );
    await server.waitFor(CONCURRENCY);
    const stopped = worker.stop(60_000);
    release();
    await stopped;
    expect(server.received).toHaveLength(CONCURRENCY);
    const mails = await post.stored();
    expect(mails.filter(({ sent_at }) => sent_at !== null)).toHaveLength(CONCURRENCY);
    expect(mails.filter(({ attempts, leased_until }) => attempts === 0 && leased_until === null)).toHaveLength(8);
  });

  it("cuts off a server that does not answer in time", async () => {
    await post.queue({});
    server.behaviour.beforeAccepting = () => new Promise(() => {});
    const worker = startMailWorker(
      post.parts(createSmtpTransport(plainServer(server.port), SENDER, CONCURRENCY)),
      QUICK,
    );
    await server.waitFor(1);
    await worker.stop(20);
    // The worker aborted the attempt. The library's time limit did not end it.
    expect(post.log()).toContain('"reason":"EABORT"');
    const [mail] = await post.stored();
    expect(mail).toMatchObject({ attempts: 1, leased_until: null, sent_at: null });
    expect(mail!.next_attempt_at).not.toBeNull();
  });
});

describe("encryption", () => {
  const certificate = createSelfSigned(["localhost"]);
  const tryWith = async (port: number, encryption: "TLS" | "STARTTLS" | "NONE", credentials = CREDENTIALS) => {
    const transport = createSmtpTransport({ host: "localhost", port, encryption, credentials }, SENDER, 1);
    await post.queue({});
    const result = await deliverBatch(post.parts(transport), NEVER);
    transport.close();
    return result;
  };
  const CREDENTIALS = { user: "usher", password: "the-password-of-usher" };

  it.each([
    ["TLS", "AT_ONCE"],
    ["STARTTLS", "STARTTLS"],
  ] as const)("by %s refuses a self-signed certificate before it sends the password", async (encryption, tls) => {
    const secure = await startSmtpServer({ tls, certificate, account: CREDENTIALS });
    try {
      expect(await tryWith(secure.port, encryption)).toBe("SERVER_UNUSABLE");
      expect(secure.received).toEqual([]);
      expect((await post.stored())[0]!.last_error).toMatch(/self.signed/);
    } finally {
      await secure.close();
    }
  });

  it("by STARTTLS fails when the server does not offer it, as when an attacker strips it", async () => {
    const stripped = await startSmtpServer({ account: CREDENTIALS });
    try {
      expect(await tryWith(stripped.port, "STARTTLS")).toBe("SERVER_UNUSABLE");
      expect(stripped.received).toEqual([]);
    } finally {
      await stripped.close();
    }
  });

  it("is not needed to sign in, and a wrong password is neither logged nor stored", async () => {
    const asking = await startSmtpServer({ account: CREDENTIALS });
    try {
      const wrong = { user: "usher", password: "not-the-password" };
      expect(await tryWith(asking.port, "NONE", wrong)).toBe("SERVER_UNUSABLE");
      const [mail] = await post.stored();
      expect(`${post.log()}${mail!.last_error}`).not.toContain(wrong.password);
      post.pass(60);
      expect(await tryWith(asking.port, "NONE")).toBe("DONE");
      expect(asking.received.map(({ user }) => user)).toEqual(["usher", "usher"]);
    } finally {
      await asking.close();
    }
  });
});
