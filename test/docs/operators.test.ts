/** The operators' guide matches the code: its table of variables, and its commands, which run unchanged. */
import { execFile } from "node:child_process";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { findKeyRingMistake } from "../../src/app/load-key-ring.js";
import { readConfiguration } from "../../src/config/configuration.js";
import { findDatabaseUrlMistake } from "../../src/platform/database/database-url.js";
import { openDatabase } from "../../src/platform/database/open-database.js";
import { onMariaDb, testDatabaseUrl } from "../support/database.js";
import { startTestUsher } from "../support/usher.js";
import { startWebhookReceivers } from "../support/webhook-receiver/index.js";
import { findExample, readCode, readTable, readText, ROOT } from "./markdown.js";

const GUIDE = readText("docs/operators.md");
const CREATE_ORGANIZATION = `mutation ($slug: String!) {
  createOrganization(input: { name: "Acme", slug: $slug }) { organization { id } } }`;
const SLUGS = `{ organizations(first: 200) { nodes { slug } } }`;
const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-operators-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the table of variables", () => {
  const rows = readTable(GUIDE, "variable").map(([name = "", , fallback = ""]) => ({
    name: readCode(name)[0] ?? "",
    fallback,
  }));
  const checks = { databaseUrl: findDatabaseUrlMistake, keyRing: findKeyRingMistake };

  it("names the variables that the configuration reads, and no others", () => {
    const asked = new Set<string>();
    const environment = new Proxy<Record<string, string | undefined>>(
      {},
      {
        get: (_target, name) => {
          asked.add(String(name));
          return undefined;
        },
      },
    );
    readConfiguration(environment, checks);
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...asked].toSorted());
  });

  it.each(rows.filter(({ fallback }) => /^`[^`]*`$/.test(fallback)))("$name defaults to $fallback", (row) => {
    const [fallback = ""] = readCode(row.fallback);
    const value = row.name === "USHER_URL" ? fallback.replace("PORT", "4000") : fallback;
    expect(readConfiguration({ [row.name]: value }, checks)).toEqual(readConfiguration({}, checks));
  });

  it("production needs the variables that the guide says", () => {
    expect(() => readConfiguration({ NODE_ENV: "production" }, checks)).toThrow("USHER_KEY_RING must be set");
    const environment = { NODE_ENV: "production", USHER_KEY_RING: `1:${Buffer.alloc(32, 1).toString("base64")}` };
    expect(readConfiguration(environment, checks)).toMatchObject({ introspection: false, production: true });
    expect(() => readConfiguration({ ...environment, USHER_URL: "http://usher.example.com" }, checks)).toThrow(
      "USHER_URL must be https",
    );
  });
});

describe("the backup of a SQLite database", () => {
  it("is consistent while Usher writes, and Usher starts on it", async () => {
    const databaseUrl = `sqlite:${join(folder, "usher.sqlite")}`;
    const copy = join(folder, "copy.sqlite");
    const usher = await startTestUsher({ databaseUrl });
    const written: string[] = [];
    let isDone = false;
    const create = async (slug: string) => {
      await usher.ask(CREATE_ORGANIZATION, { slug });
      written.push(slug);
    };
    const keepWriting = async () => {
      for (let count = 0; !isDone; count += 1) await create(`later-${count}`);
    };
    try {
      await create("before");
      const writing = keepWriting();
      const command = findExample(GUIDE, "backup-sqlite")
        .replace("data/usher.sqlite", join(folder, "usher.sqlite"))
        .replace("/backups/usher.sqlite", copy);
      await run("/bin/sh", ["-c", command], { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: "" } });
      isDone = true;
      await writing;
      await create("after");
    } finally {
      isDone = true;
      await usher.stop();
    }
    await rename(copy, join(folder, "usher.sqlite"));
    const restored = await startTestUsher({ databaseUrl });
    try {
      const { organizations } = await restored.ask(SLUGS);
      const slugs = organizations.nodes.map(({ slug }: { slug: string }) => slug);
      expect(slugs).toContain("before");
      expect(slugs).not.toContain("after");
      expect([...slugs, ...written].every((slug) => written.includes(slug))).toBe(true);
      await restored.ask(CREATE_ORGANIZATION, { slug: "afterwards" });
    } finally {
      await restored.stop();
    }
  });
});

type TestUsher = Awaited<ReturnType<typeof startTestUsher>>;

describe("the key ring", () => {
  const oldKey = `1:${Buffer.alloc(32, 1).toString("base64")}`;
  const newKey = `2:${Buffer.alloc(32, 2).toString("base64")}`;

  it("reads old secrets while the old key is in it, and encrypts a secret that is set again with the new key", async () => {
    const database = await testDatabaseUrl();
    const withRing = async <Result>(keys: string, work: (usher: TestUsher) => Promise<Result>) => {
      const usher = await startTestUsher({
        databaseUrl: database.url,
        environment: { USHER_KEY_RING: keys, USHER_LOG_LEVEL: "silent" },
      });
      try {
        return await work(usher);
      } finally {
        await usher.stop();
      }
    };
    const change = (input: string) =>
      `mutation ($id: ID!) { updateConnection(input: { id: $id, ${input} }) { connection { version } } }`;
    const setSecret = change(`settings: { oidc: { clientSecret: "the same" } }`);
    const findOld = async (example = "sealed-with-old-key") => {
      const opened = await openDatabase({ url: database.url, entities: [], migrations: [] });
      try {
        return await opened.reader.rows(findExample(GUIDE, example), []);
      } finally {
        await opened.close();
      }
    };
    const receivers = await startWebhookReceivers();
    const { url } = receivers.add("key-ring");
    const findOldWebhooks = () => findOld("webhooks-sealed-with-old-key");
    try {
      const id = await withRing(oldKey, async ({ ask }) => {
        const { createOrganization } = await ask(CREATE_ORGANIZATION, { slug: "acme" });
        const { createConnection } = await ask(
          `mutation ($id: ID!) { createConnection(input: { organizationId: $id, displayName: "Acme ID",
             settings: { oidc: { clientSecret: "the same" } } }) { connection { id } } }`,
          { id: createOrganization.organization.id },
        );
        await ask(
          `mutation ($id: ID!, $url: String!) {
             createWebhookEndpoint(input: { organizationId: $id, url: $url }) { endpoint { id } } }`,
          { id: createOrganization.organization.id, url },
        );
        return createConnection.connection.id as string;
      });
      await expect(withRing(newKey, async () => {})).rejects.toThrow(
        'sealed with a different key ring. A sealed text names the key "1", which USHER_KEY_RING does not have.',
      );
      const otherBytes = `1:${Buffer.alloc(32, 3).toString("base64")}`;
      await expect(withRing(otherBytes, async () => {})).rejects.toThrow("sealed with a different key ring");
      await withRing(`${newKey},${oldKey}`, async ({ ask }) => {
        await ask(change(`displayName: "With both keys"`), { id });
      });
      expect(await findOld()).toMatchObject([{ id, display_name: "With both keys" }]);
      expect(await findOld("factors-sealed-with-old-key")).toEqual([]);
      const [webhook] = (await findOldWebhooks()) as { id: string }[];
      expect(webhook).toMatchObject({ url });
      await withRing(`${newKey},${oldKey}`, async ({ ask }) => {
        await ask(setSecret, { id });
        await ask(
          `mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id, overlapSeconds: 0 }) { endpoint { id } } }`,
          { id: webhook?.id },
        );
      });
      expect(await findOld()).toEqual([]);
      expect(await findOldWebhooks()).toEqual([]);
      await withRing(newKey, async ({ ask }) => {
        await ask(change(`displayName: "Without the old key"`), { id });
      });
      const lost = withRing(otherBytes, async () => {});
      await expect(lost).rejects.toThrow("see the section on the key ring in docs/operators.md");
      const opened = await openDatabase({ url: database.url, entities: [], migrations: [] });
      await opened.transact(({ execute }) => execute(findExample(GUIDE, "forget-key-ring")));
      await opened.close();
      await withRing(otherBytes, async ({ ask }) => {
        await ask(setSecret, { id });
      });
    } finally {
      await receivers.close();
      await database.remove();
    }
  });
});

(onMariaDb ? describe : describe.skip)("the user of a MariaDB database", () => {
  it("needs only the privileges that the guide grants", async () => {
    const { createConnection } = await import("mysql2/promise");
    const server = new URL(process.env["USHER_TEST_DATABASE_URL"] ?? "");
    const name = `usher_guide_${process.pid}`;
    const administrator = await createConnection({
      host: server.hostname,
      port: Number(server.port),
      user: decodeURIComponent(server.username),
      password: decodeURIComponent(server.password),
      multipleStatements: true,
    });
    try {
      await administrator.query(findExample(GUIDE, "create-database").replaceAll(/\busher\b/g, name));
      const usher = await startTestUsher({
        databaseUrl: `mariadb://${name}:PASSWORD@${server.hostname}:${server.port}/${name}`,
      });
      try {
        await usher.ask(CREATE_ORGANIZATION, { slug: "acme" });
        expect(await usher.ask(SLUGS)).toEqual({ organizations: { nodes: [{ slug: "acme" }] } });
      } finally {
        await usher.stop();
      }
    } finally {
      await administrator.query(`DROP DATABASE IF EXISTS ${name}; DROP USER IF EXISTS '${name}'@'%'`);
      await administrator.end();
    }
  });
});
