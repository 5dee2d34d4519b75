/** The schemas of events: as files in the repository, in the guide's table, over HTTP and in GraphQL. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { EVENT_TYPES } from "../../src/app/module-lists.js";
import { fillEventTypes, writeSchemaFiles } from "../../src/events/event-guide.js";
import { describeEventType, writeSchema } from "../../src/events/json-schema.js";
import { readText, ROOT } from "../docs/markdown.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const FOLDER = join(ROOT, "docs/integrators/schemas");

let usher: TestUsher;
beforeAll(async () => {
  usher = await startTestUsher();
});
afterAll(() => usher.stop());

it("are committed as the declarations say, and files of other types are not (npm run guides)", async () => {
  expect(await readdir(FOLDER)).toEqual(EVENT_TYPES.map(({ type }) => `${type}.json`).toSorted());
  for (const type of EVENT_TYPES)
    expect(await readFile(join(FOLDER, `${type.type}.json`), "utf8")).toBe(writeSchema(type));
});

it("stand in the guide's table with every type (npm run guides)", () => {
  const guide = readText("docs/integrators/events.md");
  expect(fillEventTypes(guide, EVENT_TYPES)).toBe(guide);
  expect(() => fillEventTypes("no marks", EVENT_TYPES)).toThrow("<!-- event-types -->");
});

it("are written without leaving the file of a type that no longer exists", async () => {
  const folder = await mkdtemp(join(tmpdir(), "usher-schemas-"));
  await writeFile(join(folder, "user.vanished.json"), "{}");
  const type = EVENT_TYPES[0]!;
  await writeSchemaFiles([type], folder);
  expect(await readdir(folder)).toEqual([`${type.type}.json`]);
  await rm(folder, { recursive: true });
});

it("are published to anyone, of any origin, and may be cached", async () => {
  for (const type of EVENT_TYPES) {
    const response = await fetch(`${usher.url}/schemas/${type.type}.json`, {
      headers: { origin: "https://tools.example" },
    });
    expect([response.status, await response.text()]).toEqual([200, writeSchema(type)]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/schema+json; charset=utf-8",
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
      "cross-origin-resource-policy": "cross-origin",
    });
  }
});

it("have an id that names the address at which they are published, without naming the installation", () => {
  for (const type of EVENT_TYPES) {
    const address = new URL(`/schemas/${type.type}.json`, usher.url);
    expect(new URL(String(describeEventType(type)["$id"]), address).href).toBe(address.href);
    expect(writeSchema(type)).not.toContain("localhost");
  }
});

it.each(["user.vanished.json", "user.created", "..%2F..%2Fpackage.json", "__proto__"])(
  "are not found under the unknown name %s",
  async (name) => {
    expect((await fetch(`${usher.url}/schemas/${name}`)).status).toBe(404);
  },
);

it("are answered by the query eventTypes, without a sign-in", async () => {
  const { eventTypes } = await usher.ask("{ eventTypes { type description schema } }", {}, null);
  expect(eventTypes).toEqual(
    EVENT_TYPES.map((each) => ({ type: each.type, description: each.description, schema: describeEventType(each) })),
  );
});
