/** The demonstration, as a newcomer meets it: what it prints leads to a page that shows who signed in. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createBrowser } from "../support/browser.js";
import { launch } from "../support/process.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { findFreePort } from "../support/usher.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "usher-demo-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the demonstration signs Ada in and ends on SIGTERM", async () => {
  const { child, written, ended } = launch({ PORT: String(await findFreePort()), USHER_DATA_DIR: folder }, "demo");
  try {
    const page = await readSignInPage(child.stdout, written, ended);
    const browser = createBrowser();
    const button = (await browser.get(page)).links.find(({ label }) => label.includes("Acme ID"));
    const landing = await signInAtOpenIdProvider(browser, button?.href.href ?? "no button", "ada");
    expect(landing.status).toBe(200);
    expect(landing.visibleText).toContain("ada@acme.example");
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

/** Waits for the instructions, and reads the address of the sign-in page from them. */
async function readSignInPage(
  stdout: NodeJS.ReadableStream,
  written: { readonly stdout: string },
  ended: Promise<unknown>,
): Promise<string> {
  await Promise.race([
    new Promise<void>((settle) => {
      stdout.on("data", () => written.stdout.includes("Press Ctrl+C") && settle());
    }),
    ended,
  ]);
  const page = /Sign in: +(\S+)/.exec(written.stdout)?.[1];
  if (page === undefined) throw new Error(`The demonstration gave no instructions: ${JSON.stringify(written)}`);
  return page;
}
