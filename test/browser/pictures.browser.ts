/**
 * The pictures in the guides show the demonstration. `npm run pictures` makes them again. Otherwise, the test compares only
 * the text of each page, because pixels differ between machines.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { Browser, Page } from "playwright-core";
import { askGraphQL } from "../../testing/ask.js";
import { launch } from "../support/process.js";
import { launchChromium } from "./chromium.js";
import { readPictureText, writePicture } from "./picture.js";

const FOLDER = "docs/pictures";
const MAKE = process.env["USHER_MAKE_PICTURES"] === "1";
const MOST_BYTES = 60_000;

let folder: string;
let browser: Browser;
let demo: ReturnType<typeof launch>;
let url: string;
let key: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "usher-pictures-"));
  browser = await launchChromium();
  demo = launch({ PORT: "0", USHER_DATA_DIR: folder }, "demo");
  const { child, written, ended } = demo;
  const isReady = new Promise<void>((settle) =>
    child.stdout.on("data", () => written.stdout.includes("Press Ctrl+C") && settle()),
  );
  await Promise.race([isReady, ended]);
  [, url = "", key = ""] = /curl -s (\S+)\/graphql -H 'Authorization: Bearer ([^']+)'/.exec(written.stdout) ?? [];
}, 90_000);
afterAll(async () => {
  demo.child.kill("SIGTERM");
  await demo.ended;
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Makes the picture of a page, or expects that the picture in the guides was made from a page with this text. */
async function picture(name: string, page: Page, text: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  // These texts differ in each run.
  const stable = text
    .replaceAll(/\b[0-9A-HJKMNP-TV-Z]{10}\b/g, "REFERENCE")
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID")
    .replaceAll(/(?<=\/\/(localhost|127\.0\.0\.1)):\d+/g, ":PORT");
  if (MAKE) writePicture(path, await page.screenshot(), stable);
  expect(readPictureText(path)).toBe(stable);
  expect(statSync(path).size).toBeLessThan(MOST_BYTES);
}

const openPage = async (width: number, height: number) => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: "light" });
  return await context.newPage();
};

/** Presses a button of the organization's page that leads to a stand-in, and chooses a person there. */
async function signIn(page: Page, button: string, person: string): Promise<void> {
  await page.goto(`${url}/o/acme`);
  await page.getByRole("link", { name: button }).click();
  await page.getByRole("button", { name: person }).click();
  await page.waitForURL((address) => address.origin === url);
}

it("the organization's sign-in page", async () => {
  const page = await openPage(640, 350);
  await page.goto(`${url}/o/acme`);
  await picture("sign-in", page, await page.innerText("body"));
  await page.context().close();
});

it("the page of a refusal, with its reference", async () => {
  const page = await openPage(640, 350);
  await signIn(page, "Sign in to Acme's Google account", "Mallory");
  await picture("refusal", page, await page.innerText("body"));
  await page.context().close();
});

it("the page of a signed-in administrator, and GraphiQL with what testConnection finds", async () => {
  const page = await openPage(640, 350);
  await signIn(page, "Sign in to Acme ID", "Grace Hopper");
  await picture("signed-in", page, await page.innerText("body"));

  const { data } = await askGraphQL(url, "{ ssoConnections { nodes { id displayName } } }", {}, key);
  const { id } = data.ssoConnections.nodes.find((each: { displayName: string }) => each.displayName === "Acme ID");
  await askGraphQL(
    url,
    `mutation ($id: ID!) { updateConnection(input: { id: $id, settings: { oidc: { clientSecret: "mistyped" } } }) { connection { id } } }`,
    { id },
    key,
  );
  const query = `mutation TestConnection {\n  testConnection(\n    id: "${id}"\n  ) {\n    findings {\n      level\n      message\n      remedy\n    }\n  }\n}`;
  await page.setViewportSize({ width: 1060, height: 460 });
  await page.goto(`${url}/graphql`);
  await page.waitForSelector(".graphiql-query-editor .CodeMirror");
  const editor = `document.querySelector(".graphiql-query-editor .CodeMirror").CodeMirror`;
  await page.evaluate(`${editor}.setValue(${JSON.stringify(query)})`);
  // Until GraphiQL has read the new query, it sends the operation name of the previous one.
  while ((await page.evaluate(`${editor}.operationName`)) !== "TestConnection") await page.waitForTimeout(20);
  await page.click(".graphiql-execute-button");
  await page.locator(".result-window .cm-property").first().waitFor();
  const result = `document.querySelector(".result-window .CodeMirror").CodeMirror`;
  // The errors are below the visible part of the page.
  await page.evaluate(`{
    const line = ${result}.getValue().split("\\n").findIndex((text) => text.includes("ERROR"));
    ${result}.scrollTo(0, ${result}.heightAtLine(line - 3, "local"));
  }`);
  await picture("test-connection", page, `${query}\n${(await page.evaluate(`${result}.getValue()`)) as string}`);
  await page.context().close();
});

it("the folder has no other pictures", () => {
  expect(readdirSync(FOLDER).toSorted()).toEqual([
    "refusal.png",
    "sign-in.png",
    "signed-in.png",
    "test-connection.png",
  ]);
});
