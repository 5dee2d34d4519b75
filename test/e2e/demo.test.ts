/** The demonstration: its instructions lead to a page that shows who is signed in. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ALL_PERMISSIONS } from "../../src/access/permission.js";
import { askGraphQL } from "../../testing/ask.js";
import { createBrowser } from "../../testing/browser.js";
import { launch } from "../support/process.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "usher-demo-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the demonstration signs people in, prints a key, refuses to run twice, and ends on SIGTERM", async () => {
  // The system chooses a free port, which becomes part of the redirect URLs.
  const environment = { PORT: "0", USHER_DATA_DIR: folder };
  const { child, written, ended } = launch(environment, "demo");
  try {
    const page = await readSignInPage(child.stdout, written, ended);
    expect(await signIn(page, "ada")).toEqual({ email: "ada@acme.example", role: "USER", permissions: [] });
    expect(written.stdout).toContain("Grace Hopper is the administrator");

    // A second start must not delete the data of the first one.
    expect(await launch(environment, "demo").ended).toEqual({
      code: 1,
      signal: null,
      stdout: "",
      stderr: `The demonstration cannot start. Another demonstration runs in ${join(realpathSync(folder), "demo")}. End it, or give this one a PORT and a USHER_DATA_DIR of its own.\n`,
    });

    expect(await signIn(page, "grace")).toEqual({
      email: "grace@acme.example",
      role: "ADMIN",
      permissions: [...ALL_PERMISSIONS].sort(),
    });
    const { data, scopes } = await askAsPrinted(written.stdout);
    expect(scopes.toSorted()).toEqual([...ALL_PERMISSIONS].sort());
    expect(data.users.nodes).toContainEqual({ email: "sean@acme.example", status: "ACTIVE", role: { key: "USER" } });
    expect(data.users.nodes).toHaveLength(5);
    expect(data.groups.nodes).toEqual([{ name: "Engineering" }, { name: "Research" }]);
    expect(data.courses.nodes).toHaveLength(3);
    expect(data.results.nodes).toEqual(
      expect.arrayContaining([
        { score: 95, passed: true },
        { score: 55, passed: false },
      ]),
    );
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

/** Signs in at the first provider of the demonstration, and returns the person's data in GraphQL. */
async function signIn(page: string, person: string) {
  const browser = createBrowser();
  const button = (await browser.get(page)).links.find(({ label }) => label.includes("Acme ID"));
  const landing = await signInAtOpenIdProvider(browser, button?.href.href ?? "no button", person);
  expect(landing.status).toBe(200);
  expect(landing.visibleText).toContain(`${person}@acme.example`);
  const query = "{ viewer { user { email role { key } } permissions } }";
  const body = { type: "application/json", text: JSON.stringify({ query }) };
  const { viewer } = JSON.parse((await browser.send("POST", new URL("/graphql", page).href, body)).text).data;
  return {
    email: viewer.user.email,
    role: viewer.user.role.key,
    permissions: viewer.permissions.toSorted(),
  };
}

/** Sends the printed request, with an additional query for the key's permissions. */
async function askAsPrinted(instructions: string) {
  const [, url = ""] = /curl -s (\S+)\/graphql /.exec(instructions) ?? [];
  const [, key = ""] = /Bearer ([^']+)'/.exec(instructions) ?? [];
  const [, text = ""] = /-d '([^']+)'/.exec(instructions) ?? [];
  const { query } = JSON.parse(text) as { query: string };
  const { data, errors } = await askGraphQL(url, `${query.slice(0, -1)} viewer { permissions } }`, {}, key);
  expect(errors).toBeUndefined();
  return { data, scopes: data.viewer.permissions as string[] };
}

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
