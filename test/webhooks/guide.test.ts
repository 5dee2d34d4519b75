/** The examples and the listener of the integrators' guide work. */
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { transformSync } from "@swc/core";
import { findExample, readText, ROOT } from "../docs/markdown.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { startWebhookReceivers, type Received, type WebhookReceivers } from "../support/webhook-receiver/index.js";
import { createTenant, until, type Tenant } from "./tenant.js";

const GUIDE = readText("docs/integrators/webhooks.md");
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

let usher: TestUsher;
let receivers: WebhookReceivers;
let tenant: Tenant;
/** A received message, its endpoint, and the secret that signs it. */
let message: Received;
let secret: string;
let endpointId: string;

beforeAll(async () => {
  usher = await startTestUsher();
  receivers = await startWebhookReceivers();
  tenant = await createTenant(usher);
  const receiver = receivers.add("guide");
  const { createWebhookEndpoint } = await usher.ask(findExample(GUIDE, "create"), {
    input: { organizationId: tenant.organizationId, url: receiver.url },
  });
  secret = createWebhookEndpoint.secret;
  endpointId = createWebhookEndpoint.endpoint.id;
  await tenant.makeUsers(2);
  await until("the events", () => receiver.events().length === 2);
  message = receiver.events()[0]!;
});
afterAll(async () => {
  await usher.stop();
  await receivers.close();
});

describe("the guide's verification", () => {
  type Verify = (secret: string, headers: Record<string, string>, body: string) => unknown;
  const inTypeScript = (): Verify => {
    const { code } = transformSync(findExample(GUIDE, "verify-typescript"), {
      jsc: { parser: { syntax: "typescript" } },
      module: { type: "commonjs" },
    });
    const exports: { verify?: Verify } = {};
    compileFunction(code, ["exports", "require"])(exports, createRequire(import.meta.url));
    return exports.verify!;
  };
  const inPython = (): Verify => {
    const program = `${findExample(GUIDE, "verify-python")}
import sys
print(json.dumps(verify(*json.load(sys.stdin))))
`;
    return (...given) =>
      JSON.parse(
        execFileSync("python3", ["-c", program], {
          input: JSON.stringify(given),
          encoding: "utf8",
          stdio: ["pipe", "pipe", "ignore"],
        }),
      );
  };

  it.each([
    ["TypeScript", inTypeScript],
    ["Python", inPython],
  ])("in %s accepts Usher's messages and no others", (_language, make) => {
    const verify = make();
    const { headers, body } = message;
    expect(verify(secret, headers, body)).toEqual(message.message);
    expect(() => verify(OTHER_SECRET, headers, body)).toThrow();
    expect(() => verify(secret, headers, body.replace("user.created", "user.deleted"))).toThrow();
    expect(() => verify(secret, { ...headers, "webhook-id": "another" }, body)).toThrow();
    const late = String(Number(headers["webhook-timestamp"]) - 301);
    expect(() => verify(secret, { ...headers, "webhook-timestamp": late }, body)).toThrow();
  });
});

describe("the guide's operations", () => {
  it("read the log and redeliver events", async () => {
    const { events } = await usher.ask(findExample(GUIDE, "events"), { organizationId: tenant.organizationId });
    expect(events.nodes.map(({ id }: { id: string }) => id)).toContain(message.id);
    const { redeliver } = await usher.ask(findExample(GUIDE, "redeliver"), {
      input: { endpointId, eventIds: [message.id] },
    });
    expect(redeliver.redelivery.total).toBe(1);
  });
});

describe("npm run webhooks:listen", () => {
  it("prints whether a signature is right", async () => {
    expect(JSON.parse(readText("package.json")).scripts["webhooks:listen"]).toBe("node scripts/webhooks-listen.mjs");
    const child = spawn(
      process.execPath,
      [join(ROOT, "scripts/webhooks-listen.mjs"), "--port", "0", "--secret", OTHER_SECRET],
      { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env["PATH"] ?? "" } },
    );
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    const ended = new Promise((settle) => child.once("exit", settle));
    try {
      await until("it listens", () => printed.includes("Listening on"));
      const url = /http:\/\/localhost:\d+/.exec(printed)?.[0];
      const organizationId = tenant.organizationId;
      const create = findExample(GUIDE, "create");
      await usher.ask(create, { input: { organizationId, url: `${url}/right`, secret: OTHER_SECRET } });
      await until("the test", () => printed.includes("endpoint.test"));
      expect(printed).toContain("signature is right");
      expect(printed).not.toContain("WRONG");
      await usher.ask(create, { input: { organizationId, url: `${url}/wrong` } });
      await until("the other test", () => printed.includes("SIGNATURE IS WRONG"));
    } finally {
      child.kill("SIGTERM");
      await ended;
    }
  });
});
