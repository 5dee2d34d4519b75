/** Webhook endpoints in GraphQL: adding, changing and disabling them, their secrets, delivery log and permissions. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { openDatabase } from "../../../src/platform/database/open-database.js";
import { onMariaDb } from "../../support/database.js";
import { startTestUsher, type TestUsher } from "../../support/usher.js";
import { startWebhookReceivers, type WebhookReceivers } from "../../support/webhook-receiver/index.js";
import { createTenant, until, type Tenant } from "../tenant.js";
import { loadSqlite } from "../../../src/platform/database/sqlite-library.js";

let usher: TestUsher;
let receivers: WebhookReceivers;
let tenant: Tenant;
beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_WEBHOOK_RETRY_SECONDS: "0.05,0.05" } });
  receivers = await startWebhookReceivers();
  tenant = await createTenant(usher);
});
afterAll(async () => {
  await usher.stop();
  await receivers.close();
});

const CREATE = `mutation ($input: CreateWebhookEndpointInput!) {
  createWebhookEndpoint(input: $input) { endpoint { id url state eventTypes concurrency timeoutSeconds } secret } }`;
const SECRET = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;

async function create(input: Record<string, unknown>, key?: string) {
  const organizationId = input["organizationId"] ?? tenant.organizationId;
  const { data, errors } = await usher.graphql(CREATE, { input: { organizationId, ...input } }, key);
  return { created: data?.createWebhookEndpoint, error: errors?.[0]?.extensions };
}
const change = async (field: string, id: string) =>
  (
    await usher.ask(`mutation ($id: ID!) { ${field}(id: $id) { endpoint { id state disabledReason version } } }`, {
      id,
    })
  )[field].endpoint;
const countEndpoints = async () =>
  (
    await usher.ask(`query ($id: ID!) { webhookEndpoints(organizationId: $id) { totalCount } }`, {
      id: tenant.organizationId,
    })
  ).webhookEndpoints.totalCount as number;

/** Reads rows of the database that the running installation has open. */
// any: the rows are what the statement asks for
async function readRows(sql: string): Promise<any[]> {
  if (onMariaDb) {
    const database = await openDatabase({ url: usher.databaseUrl, entities: [], migrations: [] });
    const rows = await database.reader.rows(sql);
    await database.close();
    return rows;
  }
  const Sqlite = await loadSqlite();
  const file = new Sqlite(usher.databaseUrl.slice("sqlite:".length), { readonly: true });
  try {
    return file.prepare(sql).all();
  } finally {
    file.close();
  }
}

describe("adding an endpoint", () => {
  it("warns of an endpoint with the same URL and the same events, and so does an update", async () => {
    const receiver = receivers.add("twice");
    const add = async (input: object) =>
      (
        await usher.ask(
          `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } warning } }`,
          { input: { organizationId: tenant.organizationId, url: receiver.url, ...input } },
        )
      ).createWebhookEndpoint;
    const first = await add({ eventTypes: ["user.created"] });
    expect(first.warning).toBeNull();
    const other = await add({ eventTypes: ["user.updated"] });
    expect(other.warning).toBeNull();
    const warning = `Another endpoint with this URL exists (${first.endpoint.id}, ${other.endpoint.id}), so the receiver gets events more than once. Delete one with deleteWebhookEndpoint, or give them different eventTypes.`;
    const twin = await add({ url: `${receiver.url}#again` });
    expect(twin.warning).toBe(warning);
    const update = async (input: object) =>
      (
        await usher.ask(
          `mutation ($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { warning } }`,
          { input: { id: twin.endpoint.id, ...input } },
        )
      ).updateWebhookEndpoint.warning;
    expect(await update({ eventTypes: ["user.deleted"] })).toBeNull();
    expect(await update({ eventTypes: null })).toBe(warning);
    for (const { endpoint } of [first, other, twin])
      await usher.ask(`mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { id } }`, { id: endpoint.id });
  });

  it("sends a signed test first, which the receiver can verify with the given secret", async () => {
    const receiver = receivers.add("strict");
    receiver.secrets = [SECRET];
    const { created } = await create({ url: receiver.url, secret: SECRET, eventTypes: ["user.created"] });
    expect(created).toEqual({
      endpoint: {
        id: expect.any(String),
        url: receiver.url,
        state: "ACTIVE",
        eventTypes: ["user.created"],
        concurrency: 1,
        timeoutSeconds: 15,
      },
      secret: SECRET,
    });
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]).toMatchObject({
      verifiedBy: [0],
      message: { type: "endpoint.test", data: { sequence: 0, subject: { type: "endpoint", id: created.endpoint.id } } },
    });
  });

  it.each([
    ["a status other than 2xx", "status-500", 500, "no: 500"],
    ["a redirect", "moved", null, null],
    ["a connection that is closed", "closed", null, null],
  ])(
    "is refused after %s, with the answer in the details, and nothing is stored",
    async (_name, path, status, answer) => {
      const { createServer } = await import("node:http");
      const server = createServer((request, response) => {
        if (request.url === "/status-500") response.writeHead(500).end("no: 500");
        else if (request.url === "/moved") response.writeHead(307, { location: "/elsewhere" }).end();
        else response.socket?.destroy();
      });
      await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
      const { port } = server.address() as { port: number };
      const before = await countEndpoints();
      try {
        const { error } = await create({ url: `http://127.0.0.1:${port}/${path}` });
        expect(error).toMatchObject({
          code: "ENDPOINT_REFUSED",
          details: { status, answer, reason: expect.any(String) },
        });
      } finally {
        server.closeAllConnections();
        server.close();
      }
      expect(await countEndpoints()).toBe(before);
    },
  );

  it.each([
    ["http to a public address", { url: "http://example.com/hooks" }, "url"],
    ["a private address", { url: "https://10.0.0.1/hooks" }, "url"],
    ["a private address in disguise", { url: "https://[::ffff:169.254.169.254]/hooks" }, "url"],
    ["a password in the address", { url: "https://user:password@example.com/hooks" }, "url"],
    ["text that is not a URL", { url: "hooks" }, "url"],
    ["a type that does not exist", { eventTypes: ["user.creatd"] }, "eventTypes.0"],
    ["a secret without its prefix", { secret: "topsecret" }, "secret"],
    ["a secret that is too short", { secret: `whsec_${Buffer.alloc(16).toString("base64")}` }, "secret"],
    ["a secret that is not base64", { secret: "whsec_!!!!" }, "secret"],
    ["too many at once", { concurrency: 17 }, "concurrency"],
    ["too long a wait", { timeoutSeconds: 31 }, "timeoutSeconds"],
    ["a sequence before the first", { startAt: { sequence: 0 } }, "startAt.sequence"],
  ])("is refused for %s, before anything is sent", async (_name, input, path) => {
    const receiver = receivers.add("unasked");
    const { error } = await create({ url: receiver.url, ...input });
    expect(error).toMatchObject({ code: "INVALID_INPUT", details: { fields: [{ path }] } });
    expect(JSON.stringify(error)).not.toContain("topsecret");
    expect(receiver.received).toHaveLength(0);
  });

  it("begins with the next event, or at the given sequence", async () => {
    const own = await createTenant(usher);
    await own.makeUsers(5);
    const now = receivers.add("from-now");
    const third = receivers.add("from-third");
    await own.addEndpoint(now);
    await own.addEndpoint(third, { startAt: { sequence: 3 } });
    await own.makeUsers(1, "later");
    const sequences = (receiver: typeof now) => receiver.events().map(({ message }) => message.data.sequence);
    await until("all", () => now.events().length === 1 && third.events().length === 4);
    expect(sequences(now)).toEqual([6]);
    expect(sequences(third)).toEqual([3, 4, 5, 6]);
  });

  it("keeps secrets sealed, and does not write them to the event log or the audit log", async () => {
    const receiver = receivers.add("sealed");
    const { created } = await create({ url: receiver.url, secret: SECRET });
    const tables = ["webhook_endpoint", "audit_entry", "event"];
    const rows = JSON.stringify(await Promise.all(tables.map((table) => readRows(`SELECT * FROM ${table}`))));
    expect(rows).toContain(created.endpoint.id);
    expect(rows).not.toContain(SECRET.slice("whsec_".length));
  });
});

describe("an endpoint", () => {
  it("gets a new URL only when that answers the test", async () => {
    const first = receivers.add("first-home");
    const second = receivers.add("second-home");
    const own = await createTenant(usher);
    const id = await own.addEndpoint(first);
    const update = (input: Record<string, unknown>) =>
      usher.graphql(
        `mutation ($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { endpoint { url version } } }`,
        { input: { id, ...input } },
      );
    const refused = await update({ url: `${receivers.url}/nobody` });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: "ENDPOINT_REFUSED", details: { status: 404 } });
    expect((await own.endpoint(id)).url).toBe(first.url);
    const stale = await update({ url: second.url, expectedVersion: 7 });
    expect(stale.errors?.[0]?.extensions.code).toBe("VERSION_CONFLICT");
    expect(second.received).toHaveLength(0);
    const moved = await update({ url: second.url, eventTypes: ["group.created"], expectedVersion: 1 });
    expect(moved.data.updateWebhookEndpoint.endpoint).toEqual({ url: second.url, version: 2 });
    await own.makeUsers(1);
    await usher.ask(
      `mutation ($id: ID!) { createGroup(input: { organizationId: $id, name: "Staff" }) { group { id } } }`,
      { id: own.organizationId },
    );
    await until("the group", () => second.events().length === 1);
    expect(second.events()[0]?.message.type).toBe("group.created");
    expect(first.events()).toHaveLength(0);
    await until("the cursor at the end", async () => (await own.endpoint(id)).progress.lastSequence === 2);
  });

  it("keeps its version when an update changes nothing, and nothing is sent or recorded", async () => {
    const receiver = receivers.add("unchanged");
    const own = await createTenant(usher);
    const id = await own.addEndpoint(receiver, { eventTypes: ["user.created", "user.updated"] });
    const countRecords = async () => ({
      requests: receiver.received.length,
      attempts: (await own.attempts(id)).length,
      events: (await own.events()).length,
      audit: (
        await usher.ask(`query ($id: ID!) { auditLog(organizationId: $id) { totalCount } }`, { id: own.organizationId })
      ).auditLog.totalCount,
    });
    const before = await countRecords();
    for (const input of [
      {},
      { url: `${receiver.url}#fragment` },
      { eventTypes: ["user.updated", "user.created"] },
      { url: receiver.url, concurrency: 1, timeoutSeconds: 15, expectedVersion: 1 },
    ]) {
      const { updateWebhookEndpoint } = await usher.ask(
        `mutation ($input: UpdateWebhookEndpointInput!) { updateWebhookEndpoint(input: $input) { endpoint { version } } }`,
        { input: { id, ...input } },
      );
      expect(updateWebhookEndpoint.endpoint.version).toBe(1);
    }
    expect(await countRecords()).toEqual(before);
  });

  it("is disabled with a mail to the administrators, which leaves out the query of its URL", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("mailed", { kind: "status", status: 410 });
    const id = await own.addEndpoint({ ...receiver, url: `${receiver.url}?token=hidden` });
    const [administrator, plain] = ["administrator", "plain"].map((name) => `${name}@mailed.example`);
    for (const [email, roleKeys] of [
      [administrator, ["ADMIN"]],
      [plain, ["USER"]],
    ] as const)
      await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
        input: { organizationId: own.organizationId, email, firstName: "Ada", lastName: "Lovelace", roleKeys },
      });
    await until("it is disabled", async () => (await own.endpoint(id)).state === "DISABLED");
    const mails = (await readRows("SELECT * FROM mail_message")).filter(
      ({ organization_id }) => organization_id === own.organizationId,
    );
    expect(mails.map(({ recipient, subject }) => [recipient, subject])).toEqual([
      [administrator, "A webhook endpoint of Hooks was disabled"],
    ]);
    expect(mails[0].body).toContain(`The webhook endpoint ${receiver.url} of Hooks was disabled, because it answered`);
    expect(mails[0].body).toContain(id);
    expect(mails[0].body).not.toContain("hidden");
  });

  it("is disabled when it answers 410, and continues where it stopped when it is enabled", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("gone", { kind: "status", status: 410 });
    const witness = receivers.add("witness");
    const id = await own.addEndpoint(receiver);
    await own.addEndpoint(witness, { eventTypes: ["endpoint.disabled"] });
    await own.makeUsers(1);
    await until("it is disabled", async () => (await own.endpoint(id)).state === "DISABLED");
    expect((await own.endpoint(id)).disabledReason).toBe("GONE");
    await own.makeUsers(2, "later");
    expect(receiver.events()).toHaveLength(1);
    await until("the event", () => witness.events().length === 1);
    expect(witness.events()[0]?.message).toMatchObject({
      type: "endpoint.disabled",
      data: { reason: "GONE", subject: { id }, cause: { kind: "SYSTEM" }, endpoint: { id, state: "DISABLED" } },
    });
    receiver.behaviour = { kind: "ok" };
    expect((await change("enableWebhookEndpoint", id)).state).toBe("ACTIVE");
    await until("everything", () => receiver.events().length === 5);
    const taken = receiver.events().filter(({ isTaken }) => isTaken);
    expect(new Set(taken.map(({ message }) => message.data.sequence))).toEqual(new Set([1, 2, 3, 4]));
  });

  it("is disabled when the last retry of a delivery fails", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("failing", { kind: "status", status: 503 });
    const id = await own.addEndpoint(receiver);
    await own.makeUsers(1);
    await until("it is disabled", async () => (await own.endpoint(id)).state === "DISABLED");
    expect((await own.endpoint(id)).disabledReason).toBe("RETRIES_EXHAUSTED");
    const attempts = (await own.attempts(id)).filter(({ kind }) => kind !== "TEST");
    expect(attempts.map(({ kind, number, status, answer }) => [kind, number, status, answer])).toEqual([
      ["FIRST", 1, 503, "no: 503"],
      ["RETRY", 2, 503, "no: 503"],
      ["RETRY", 3, 503, "no: 503"],
    ]);
    expect((await own.endpoint(id)).progress.pendingRetries).toBe(1);
  });

  it("gets no messages during the pause that it asks for", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("busy", { kind: "status", status: 429, headers: { "retry-after": "3600" } });
    const id = await own.addEndpoint(receiver);
    await own.makeUsers(3);
    await until("the pause", async () => (await own.endpoint(id)).progress.pausedUntil !== null);
    const { progress } = await own.endpoint(id);
    expect(new Date(progress.pausedUntil).getTime()).toBeGreaterThan(Date.now() + 3_000_000);
    expect(progress).toMatchObject({ lastSequence: 1, pendingRetries: 1 });
    expect(receiver.events()).toHaveLength(1);
  });

  it("is read only as far as the log shows, and its redirects are not followed", async () => {
    const own = await createTenant(usher);
    const elsewhere = receivers.add("elsewhere");
    const endless = await own.addEndpoint(receivers.add("endless", { kind: "endless" }));
    const redirecting = await own.addEndpoint(receivers.add("redirecting", { kind: "redirect", to: elsewhere.url }));
    await own.makeUsers(1);
    const first = async (id: string) => (await own.attempts(id)).find(({ kind }) => kind === "FIRST");
    await until("both attempts", async () => (await first(endless)) && (await first(redirecting)));
    expect(await first(endless)).toMatchObject({ succeeded: true, status: 200, answer: "x".repeat(1000) });
    expect(await first(redirecting)).toMatchObject({ succeeded: false, failure: expect.stringMatching(/redirect/) });
    expect(elsewhere.received).toHaveLength(0);
  });

  it("gets messages signed by both secrets during a rotation, and by one afterwards", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("rotated");
    const id = await own.addEndpoint(receiver);
    const rotate = async (input: Record<string, unknown>) => {
      const { rotateWebhookSecret } = await usher.ask(
        `mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret endpoint { previousSecretEndsAt } } }`,
        { input: { id, ...input } },
      );
      receiver.secrets = [...receiver.secrets, rotateWebhookSecret.secret];
    };
    await own.makeUsers(1, "before");
    await until("the first", () => receiver.events().length === 1);
    await rotate({});
    await own.makeUsers(1, "during");
    await until("the second", () => receiver.events().length === 2);
    await rotate({ overlapSeconds: 0 });
    await own.makeUsers(1, "after");
    await until("the third", () => receiver.events().length === 3);
    expect(receiver.events().map(({ verifiedBy }) => verifiedBy)).toEqual([[0], [0, 1], [2]]);
    const days = 24 * 3600;
    for (const overlapSeconds of [-1, 7 * days + 1]) {
      const answer = await usher.graphql(
        `mutation ($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }`,
        { input: { id, overlapSeconds } },
      );
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: "INVALID_INPUT",
        details: { fields: [{ path: "overlapSeconds" }] },
      });
    }
    await rotate({ overlapSeconds: 7 * days });
  });

  it("gets some events, or all since a sequence or a time, again under the same ids", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("again");
    const id = await own.addEndpoint(receiver);
    await own.makeUsers(4);
    const events = await own.events();
    await until("all", async () => (await own.endpoint(id)).progress.lastSequence === 4);
    const redeliver = async (input: Record<string, unknown>) => {
      const before = receiver.events().length;
      const { redeliver: answer } = await usher.ask(
        `mutation ($input: RedeliverInput!) { redeliver(input: $input) { redelivery { id total } } }`,
        { input: { endpointId: id, ...input } },
      );
      let progress: any = null;
      await until("the redelivery", async () => {
        progress = (
          await usher.ask(
            `query ($id: ID!) { webhookRedelivery(id: $id) { state total attempted succeeded finishedAt } }`,
            { id: answer.redelivery.id },
          )
        ).webhookRedelivery;
        return progress.state === "FINISHED";
      });
      expect(progress).toMatchObject({ total: answer.redelivery.total, finishedAt: expect.any(String) });
      expect(progress.attempted).toBe(progress.total);
      expect(progress.succeeded).toBe(progress.total);
      return receiver
        .events()
        .slice(before)
        .map((each) => each.id);
    };
    const ids = events.map((event) => event.id);
    expect(await redeliver({ eventIds: [ids[1]] })).toEqual([ids[1]]);
    expect(await redeliver({ sinceSequence: 3 })).toEqual(ids.slice(2));
    expect(await redeliver({ since: "2020-01-01T00:00:00Z" })).toEqual(ids);
    // `since` is inclusive.
    const moment = events[2]!.occurredAt;
    const isSince = (event: { occurredAt: string }) => Date.parse(event.occurredAt) >= Date.parse(moment);
    expect(await redeliver({ since: moment })).toEqual(events.filter(isSince).map((event) => event.id));
    expect(await redeliver({ since: "2099-01-01T00:00:00Z" })).toEqual([]);

    const codes = async (input: Record<string, unknown>) =>
      (
        await usher.graphql(`mutation ($input: RedeliverInput!) { redeliver(input: $input) { redelivery { id } } }`, {
          input: { endpointId: id, ...input },
        })
      ).errors?.[0]?.extensions.code;
    const other = await createTenant(usher);
    await other.makeUsers(1);
    const [foreign] = await other.events();
    expect(await codes({ eventIds: [foreign?.id] })).toBe("INVALID_INPUT");
    expect(await codes({})).toBe("INVALID_INPUT");
    expect(await codes({ sinceSequence: 1, eventIds: [ids[0]] })).toBe("INVALID_INPUT");
  });

  it("gets nothing while an administrator has disabled it, and is deleted with its log", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("resting");
    const id = await own.addEndpoint(receiver);
    expect(await change("disableWebhookEndpoint", id)).toMatchObject({
      state: "DISABLED",
      disabledReason: "ADMINISTRATOR",
    });
    await own.makeUsers(2);
    expect(await change("enableWebhookEndpoint", id)).toMatchObject({ state: "ACTIVE", disabledReason: null });
    await until("all", () => receiver.events().length === 3);
    await usher.ask(`mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { id } }`, { id });
    expect(await usher.graphql(`query ($id: ID!) { webhookEndpoint(id: $id) { id } }`, { id })).toEqual({
      data: { webhookEndpoint: null },
    });
    await own.makeUsers(1, "unheard");
    const { auditLog } = await usher.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, filter: { subjectType: "webhookEndpoint" }) { nodes { action } } }`,
      { id: own.organizationId },
    );
    expect(auditLog.nodes.map(({ action }: { action: string }) => action)).toEqual([
      "webhook_endpoint.deleted",
      "webhook_endpoint.enabled",
      "webhook_endpoint.disabled",
      "webhook_endpoint.created",
    ]);
    expect(receiver.events()).toHaveLength(3);
  });

  it("is tested on request", async () => {
    const own = await createTenant(usher);
    const receiver = receivers.add("tested");
    const id = await own.addEndpoint(receiver);
    const { testWebhookEndpoint } = await usher.ask(
      `mutation ($id: ID!) { testWebhookEndpoint(id: $id) { endpoint { id } attempt { kind succeeded status } } }`,
      { id },
    );
    expect(testWebhookEndpoint).toEqual({ endpoint: { id }, attempt: { kind: "TEST", succeeded: true, status: 204 } });
    expect(receiver.received).toHaveLength(2);
  });
});

describe("callers without the permission", () => {
  it("neither see nor change an endpoint, and cause no requests to it", async () => {
    const own = await createTenant(usher);
    const stranger = await createTenant(usher);
    const receiver = receivers.add("private");
    const id = await own.addEndpoint(receiver);
    await own.makeUsers(1);
    await until("the event", () => receiver.events().length === 1);
    const keyOf = async (organizationId: string, scopes: string[]): Promise<string> =>
      (
        await usher.ask(`mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`, {
          input: { organizationId, name: "key", scopes },
        })
      ).createApiKey.key;
    const theirs = await keyOf(stranger.organizationId, ["WEBHOOKS_WRITE"]);
    const weak = await keyOf(own.organizationId, ["EVENTS_READ", "USERS_WRITE", "ORGANIZATION_WRITE"]);
    const { redeliver } = await usher.ask(
      `mutation ($id: ID!) { redeliver(input: { endpointId: $id, sinceSequence: 99 }) { redelivery { id } } }`,
      { id },
    );
    const before = receiver.received.length;
    /** For an unknown id, queries return null instead of an error. */
    const byId = [
      `query ($id: ID!) { found: webhookEndpoint(id: $id) { id } }`,
      `query ($redelivery: ID!) { found: webhookRedelivery(id: $redelivery) { id } }`,
    ];
    const documents = [
      ...byId,
      `query ($id: ID!) { webhookDeliveries(endpointId: $id) { nodes { id } } }`,
      `query ($org: ID!) { webhookEndpoints(organizationId: $org) { nodes { id } } }`,
      `mutation ($org: ID!, $url: String!) { createWebhookEndpoint(input: { organizationId: $org, url: $url }) { secret } }`,
      `mutation ($id: ID!) { updateWebhookEndpoint(input: { id: $id, concurrency: 2 }) { endpoint { id } } }`,
      `mutation ($id: ID!) { rotateWebhookSecret(input: { id: $id }) { secret } }`,
      `mutation ($id: ID!) { redeliver(input: { endpointId: $id, sinceSequence: 1 }) { redelivery { id } } }`,
      `mutation ($id: ID!) { testWebhookEndpoint(id: $id) { endpoint { id } } }`,
      `mutation ($id: ID!) { disableWebhookEndpoint(id: $id) { endpoint { id } } }`,
      `mutation ($id: ID!) { enableWebhookEndpoint(id: $id) { endpoint { id } } }`,
      `mutation ($id: ID!) { deleteWebhookEndpoint(id: $id) { id } }`,
    ];
    const variables = { id, org: own.organizationId, url: receiver.url, redelivery: redeliver.redelivery.id };
    for (const document of documents) {
      const used = Object.fromEntries(Object.entries(variables).filter(([name]) => document.includes(`$${name}:`)));
      const ask = async (key: string | null) => await usher.graphql(document, used, key);
      const code = async (key: string | null) => (await ask(key)).errors?.[0]?.extensions.code;
      if (byId.includes(document)) expect([document, await ask(theirs)]).toEqual([document, { data: { found: null } }]);
      else expect([document, await code(theirs)]).toEqual([document, "NOT_FOUND"]);
      expect([document, await code(weak)]).toEqual([document, "FORBIDDEN"]);
      expect([document, await code(null)]).toEqual([document, "UNAUTHENTICATED"]);
    }
    expect(receiver.received).toHaveLength(before);
    expect(await own.endpoint(id)).toMatchObject({ state: "ACTIVE", version: 1 });
  });
});
