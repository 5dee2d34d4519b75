/** Without a mail server, messages are written to files that only the file's owner can read. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { deliverBatch } from "../../../src/platform/mail/deliver-batch.js";
import { createFolderTransport } from "../../../src/platform/mail/folder-transport.js";
import { readHeaders } from "../../support/smtp/index.js";
import { BODY, NEVER, openPost, SENDER, type Post } from "./post.js";

let post: Post;
let data: string;
beforeAll(async () => {
  post = await openPost();
  data = await mkdtemp(join(tmpdir(), "usher-mail-"));
});
afterAll(async () => {
  await post.close();
  await rm(data, { recursive: true, force: true });
});

it("writes a message to a file that only its owner may read, and logs its name, not its text", async () => {
  const folder = join(data, "new", "mail");
  await post.queue({ subject: "Hello" });
  const [{ id } = { id: "" }] = await post.stored();
  expect(await deliverBatch(post.parts(createFolderTransport(folder, SENDER)), NEVER)).toBe("DONE");
  const name = `2026-11-23T09-15-04.120Z-${id}.eml`;
  expect(await readdir(folder)).toEqual([name]);
  const file = join(folder, name);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const text = await readFile(file, "utf8");
  const headers = readHeaders(text.slice(0, text.indexOf("\n\n")));
  expect(headers.get("to")).toEqual(["ada@example.com"]);
  expect(headers.get("subject")).toEqual(["Hello"]);
  expect(text).toContain(BODY);
  expect(post.log()).toContain(JSON.stringify(file));
  expect(post.log()).not.toContain("for-the-holder");
  expect((await post.stored())[0]).toMatchObject({ next_attempt_at: null, body: "" });
});

it("keeps the message in the outbox when the folder cannot be written", async () => {
  const file = join(data, "a-file");
  await writeFile(file, "");
  await post.database.transact((transaction) => transaction.execute("DELETE FROM mail_message"));
  await post.queue({});
  const transport = createFolderTransport(join(file, "mail"), SENDER);
  expect(await deliverBatch(post.parts(transport), NEVER)).toBe("SERVER_UNUSABLE");
  const [mail] = await post.stored();
  expect(mail!.last_error).toMatch(/ENOTDIR/);
  expect(mail!.next_attempt_at).not.toBeNull();
});
