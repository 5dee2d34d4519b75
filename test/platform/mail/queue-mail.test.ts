/** Messages enter the outbox in their unit of work, and cannot contain injected headers or addresses. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { queueMail } from "../../../src/platform/mail/queue-mail.js";
import { sweepMail } from "../../../src/platform/mail/outbox.js";
import { assembleMailTemplates } from "../../../src/platform/mail/template.js";
import { startSmtpServer, type SmtpServer } from "../../support/smtp/index.js";
import { openPost, type Post } from "./post.js";

let post: Post;
let server: SmtpServer;
beforeAll(async () => {
  post = await openPost();
  server = await startSmtpServer();
});
afterAll(async () => {
  await post.close();
  await server.close();
});
beforeEach(() => post.database.transact((transaction) => transaction.execute("DELETE FROM mail_message")));

describe("a message", () => {
  it("is not queued when its unit of work fails", async () => {
    const failing = post.database.transact(async (transaction) => {
      await queueMail(
        { ...transaction, now: post.clock.now },
        { organizationId: null, recipient: "ada@example.com", template: "test", subject: "Hello", body: "Body" },
      );
      throw new Error("the change did not happen");
    });
    await expect(failing).rejects.toThrow("did not happen");
    expect(await post.stored()).toEqual([]);
  });

  it.each([
    ["a line feed", "ada@example.com\nBcc: eve@evil.test"],
    ["a carriage return", "ada@example.com\rBcc: eve@evil.test"],
    ["a command", "ada@example.com>\r\nRCPT TO:<eve@evil.test"],
    ["two addresses", "ada@example.com, eve@evil.test"],
    ["a name", "Eve <eve@evil.test>"],
    ["a quoted part", '"ada@example.com,eve"@evil.test'],
    ["a NUL", "a\u0000da@example.com"],
    ["a character without width", "a\u200bda@example.com"],
    ["nothing", ""],
  ])("to an address with %s is stored with the reason and never tried", async (_what, recipient) => {
    await post.queue({ recipient });
    const [mail] = await post.stored();
    expect(mail).toMatchObject({ next_attempt_at: null, last_error: "The recipient is not an e-mail address." });
    expect(mail!.recipient).not.toMatch(/[\r\n\0]/);
    expect(await post.deliver(server)).toBe("DONE");
    expect(server.received).toEqual([]);
  });

  it.each(["\r\n", "\n", "\r", "\u2028", "\u0085", "\u0000", "\u000b"])(
    "has a subject of one line, even with %j in it",
    async (sign) => {
      await post.queue({ subject: `Hello${sign}Bcc: eve@evil.test${sign}${sign}Body` });
      const [mail] = await post.stored();
      expect(mail!.subject).toBe("Hello Bcc: eve@evil.test Body");
    },
  );

  it("keeps its lines and every script, and is cut between characters", async () => {
    const subject = `${"x".repeat(299)}\u{1f600}`;
    await post.queue({ subject, body: "one\r\ntwo\rthree\u0007\n\tfour \ud800 né 日本 \u{1f600}" });
    const [mail] = await post.stored();
    expect(mail!.subject).toBe("x".repeat(299));
    expect(mail!.body).toBe("one\ntwo\nthree\n\tfour \ufffd né 日本 \u{1f600}");
  });

  it("is deleted a month after it was queued, unless it is still due", async () => {
    await post.queue({ recipient: "nobody" }, {});
    const sweep = () => post.database.transact((transaction) => sweepMail(transaction, post.clock.now));
    expect(await sweep()).toBe(0);
    post.pass(29 * 86_400);
    expect(await sweep()).toBe(0);
    post.pass(2 * 86_400);
    expect(await sweep()).toBe(1);
    expect((await post.stored()).map(({ recipient }) => recipient)).toEqual(["ada@example.com"]);
  });
});

describe("the list of templates", () => {
  it("refuses two templates of one name, and names of the wrong form", () => {
    const one = { name: "one", description: "to one" };
    expect([...assembleMailTemplates([one], []).keys()]).toEqual(["one"]);
    expect(() => assembleMailTemplates([one], [one])).toThrow("Two mail templates are named one.");
    expect(() => assembleMailTemplates([{ ...one, name: "x".repeat(65) }])).toThrow(
      "cannot be the name of a mail template",
    );
  });
});
