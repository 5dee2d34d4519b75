/**
 * The examples in the guide of events are real: this test makes every type of event occur, and compares what a webhook
 * receiver gets with the guide. `npm run guides:examples` writes the examples.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { format } from "prettier";
import { z } from "zod";
import { EVENT_TYPES } from "../../src/app/module-lists.js";
import { describeEventType } from "../../src/events/json-schema.js";
import { readText, ROOT } from "../docs/markdown.js";
import { WRONG_PASSWORDS_TO_LOCK } from "../../src/people/credential/lock.changes.js";
import { createBrowser } from "../../testing/browser.js";
import { KEEPER_PASSWORD, makePasswordAdministrator, markBreakGlass } from "../support/break-glass.js";
import { addAppAndGoOn } from "../support/second-factor.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient } from "../support/scim.js";
import { createTenant, makePerson, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";
import { startWebhookReceivers, type WebhookReceivers } from "../support/webhook-receiver/index.js";
import { until } from "../webhooks/tenant.js";

const GUIDE = "docs/integrators/events.md";
const HEADING = "## Examples\n";
const TYPES = EVENT_TYPES.map(({ type }) => type).toSorted();

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let receivers: WebhookReceivers;
const schemas = EVENT_TYPES.map((eventType) => ({
  type: eventType.type,
  schema: z.fromJSONSchema(describeEventType(eventType) as Parameters<typeof z.fromJSONSchema>[0]),
}));
/** The first message of each type that a receiver got. */
const messages = new Map<string, string>();
/** Waits until a receiver got messages of these types. */
let collect: (types: readonly string[]) => Promise<void>;

beforeAll(async () => {
  usher = await startTestUsher({ environment: { USHER_RATE_LIMITS: "off" } });
  provider = await startHostileOpenIdProvider();
  receivers = await startWebhookReceivers();
  const tenant = await createTenant(usher, provider, {
    organization: { totalSeats: 1, policies: { seatModel: "ACTIVE_USER" } },
  });
  const receiver = receivers.add("usher");
  await change(tenant, "createWebhookEndpoint", "secret", {
    organizationId: tenant.organizationId,
    url: receiver.url,
    startAt: { sequence: 1 },
  });
  collect = async (types) => {
    const isMissing = (type: string) => !messages.has(type);
    await until("messages of all types", () => {
      for (const { message, body } of receiver.received) if (isMissing(message.type)) messages.set(message.type, body);
      return !types.some(isMissing);
    }).catch(() => expect(types.filter(isMissing)).toEqual([]));
  };
  const grace = await causeAccountEvents(tenant);
  await causeSignInEvents(tenant);
  await causeLinkEvents(tenant);
  await causeLockEvents(tenant);
  await causeGroupAndTrainingEvents(tenant);
  await causeDirectoryEvents(tenant);
  await causeConnectionAndEndpointEvents(tenant);
  // The last step, because it erases the person from undelivered events.
  await collect(TYPES.filter((type) => type !== "user.deleted"));
  await changeById(tenant, "deleteUser", "user { id }", grace);
  await collect(TYPES);
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
  await receivers.close();
});

/** Calls a mutation that takes an input, and returns its payload. */
async function change(tenant: Tenant, mutation: string, selection: string, input: Record<string, unknown>) {
  const inputType = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const answer = await tenant.ask(`mutation ($input: ${inputType}!) { ${mutation}(input: $input) { ${selection} } }`, {
    input,
  });
  return answer[mutation];
}

/** Calls a mutation that takes an id. */
async function changeById(tenant: Tenant, mutation: string, selection: string, id: string): Promise<void> {
  await tenant.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { ${selection} } }`, { id });
}

const person = (word: string, claims: Record<string, unknown> = {}) =>
  makePerson(word, { email: `${word}@acme.example`, ...claims });

async function signIn(tenant: Tenant, ...[word, claims]: Parameters<typeof person>): Promise<string | null> {
  await tenant.signIn(createBrowser(), person(word, claims));
  return (await tenant.attempts())[0]!.userId;
}

async function createUser(tenant: Tenant, word: string, fields: Record<string, unknown> = {}): Promise<string> {
  const { organizationId } = tenant;
  const names = { firstName: `${word[0]!.toUpperCase()}${word.slice(1)}`, lastName: "Tester" };
  const input = { organizationId, email: `${word}@acme.example`, ...names, ...fields };
  return (await change(tenant, "createUser", "user { id }", input)).user.id;
}

/** Returns the account. */
async function causeAccountEvents(tenant: Tenant): Promise<string> {
  const { organizationId } = tenant;
  const grace = await createUser(tenant, "grace", { authMethod: "PASSWORD" });
  await change(tenant, "inviteUser", "user { id }", { organizationId, email: "joan@acme.example" });
  await change(tenant, "updateUser", "user { id }", {
    id: grace,
    lastName: "Hopper",
    profile: { department: "Research" },
  });
  await change(tenant, "updateUser", "user { id }", { id: grace, email: "g.hopper@acme.example" });
  await change(tenant, "setMemberRoles", "member { id }", { organizationId, userId: grace, roleKeys: ["MANAGER"] });
  for (const mutation of ["disableUser", "enableUser", "archiveUser", "restoreUser"])
    await changeById(tenant, mutation, "user { id }", grace);
  await tenant.updateOrganization({ totalSeats: null });
  return grace;
}

async function causeSignInEvents(tenant: Tenant): Promise<void> {
  const browser = createBrowser();
  await tenant.signIn(browser, person("ada"));
  await browser.get(`${usher.url}/sign-out`);
  await browser.submitForm("sign-out");
  await tenant.updateConnection({ displayName: "Acme" });
  await tenant.updateConnection({ policies: { jitActivation: "PENDING_APPROVAL" } });
  await changeById(tenant, "approveUser", "user { id }", (await signIn(tenant, "alan"))!);
  await changeById(tenant, "rejectUser", "user { id }", (await signIn(tenant, "mallory"))!);
  await tenant.updateConnection({ policies: { jitProvisioning: false } });
  await signIn(tenant, "mary");
  const kay = await makePasswordAdministrator(usher, tenant.organizationId, { email: "kay@acme.example" });
  await markBreakGlass(usher, kay.id);
  await browser.get(`${usher.url}/o/${tenant.slug}/password`);
  const page = await browser.submitForm(0, { login: kay.email, password: KEEPER_PASSWORD });
  await addAppAndGoOn(browser, page, new Date());
}

async function causeLinkEvents(tenant: Tenant): Promise<void> {
  const policies = { accountLinking: "MERGE_BY_EMAIL", jitProvisioning: true, jitActivation: "ACTIVE" };
  await tenant.updateConnection({ policies });
  const dora = await createUser(tenant, "dora", { authMethod: "PASSWORD" });
  await signIn(tenant, "dora");
  const { user } = await tenant.ask(`query ($id: ID!) { user(id: $id) { identities { id } } }`, { id: dora });
  await changeById(tenant, "unmergeIdentity", "identity { id }", user.identities[0].id);
  await change(tenant, "relinkIdentity", "identity { id }", { identityId: user.identities[0].id, userId: dora });
}

async function causeLockEvents(tenant: Tenant): Promise<void> {
  const userId = await createUser(tenant, "lin", { authMethod: "PASSWORD" });
  await change(tenant, "setPassword", "user { id }", { userId, password: "violet otter on a bicycle" });
  const browser = createBrowser();
  await browser.get(`${usher.url}/o/${tenant.slug}/password`);
  for (let turn = 0; turn < WRONG_PASSWORDS_TO_LOCK; turn += 1)
    await browser.submitForm(0, { login: "lin@acme.example", password: "wrong" });
  await changeById(tenant, "unlockUser", "user { id }", userId);
}

async function causeGroupAndTrainingEvents(tenant: Tenant): Promise<void> {
  const { organizationId } = tenant;
  const userId = (await signIn(tenant, "ada"))!;
  const { group } = await change(tenant, "createGroup", "group { id }", { organizationId, name: "Staff" });
  await change(tenant, "updateGroup", "group { id }", { id: group.id, description: "Everyone in the Berlin office" });
  for (const mutation of ["addUsersToGroup", "removeUsersFromGroup"])
    await change(tenant, mutation, "group { id }", { groupId: group.id, userIds: [userId] });
  await changeById(tenant, "deleteGroup", "group { id }", group.id);
  const create = async (title: string, kind: string) =>
    (await change(tenant, "createCourse", "course { id }", { organizationId, title, kind })).course.id as string;
  const courseId = await create("Fire safety", "COURSE");
  const moduleId = await create("Safety at work", "MODULE");
  await change(tenant, "setModuleCourses", "course { id }", { moduleId, courseIds: [courseId] });
  const result = { organizationId, userId, courseId, score: 18, maximum: 20 };
  await change(tenant, "recordResult", "recorded", result);
}

/** A provider removes everybody. */
async function causeDirectoryEvents({ organizationId, connectionId }: Tenant): Promise<void> {
  const scim = await createScimClient(usher, organizationId, { connectionId, name: "Acme ID" });
  const made = [];
  for (let place = 0; place < 10; place += 1) made.push(await scim.makeUser());
  for (const { id } of made) await scim.send("DELETE", `/Users/${id}`);
  await usher.ask(
    `mutation ($input: ReleaseProvisioningDirectoryInput!) { releaseProvisioningDirectory(input: $input) { directory { id } } }`,
    { input: { id: scim.directoryId, allowRemovals: true } },
  );
}

async function causeConnectionAndEndpointEvents(tenant: Tenant): Promise<void> {
  const { organizationId } = tenant;
  const endpoint = { organizationId, url: receivers.add("old").url, eventTypes: ["user.created"] };
  const { id } = (await change(tenant, "createWebhookEndpoint", "endpoint { id }", endpoint)).endpoint;
  await changeById(tenant, "disableWebhookEndpoint", "endpoint { id }", id);
  const clientSecretExpiresAt = new Date(Date.now() + 20 * 86_400_000).toISOString();
  await tenant.updateConnection({ settings: { oidc: { clientSecretExpiresAt } } });
  for (const name of ["eve", "fay", "gil"])
    await tenant.signIn(createBrowser(), makePerson(name, { family_name: undefined }));
  // After a change, Usher looks at the connection at once.
  await tenant.updateConnection({ displayName: "Acme" });
  await collect(["connection.drifted"]);
  provider.setFault("token-secret-wrong");
  for (let time = 0; time < 3; time++) await tenant.signIn(createBrowser());
  provider.setFault(null);
  await collect(["connection.expiring", "connection.failing"]);
  await tenant.disable();
  await tenant.delete();
}

/** Replaces values that differ between runs: ids, times, references and addresses. */
function normalize(body: string): unknown {
  const ids = new Map<string, string>();
  const text = body
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
      if (!ids.has(id)) ids.set(id, `01970c6a-7c00-7000-8000-${String(ids.size + 1).padStart(12, "0")}`);
      return ids.get(id)!;
    })
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-03-02T09:15:04.120Z")
    .replaceAll(provider.issuer, "https://id.acme.example")
    .replaceAll(receivers.url, "https://hooks.acme.example")
    .replaceAll(/"reference":"\w+"/g, '"reference":"K7QM2XPD"')
    // The test message is not in the log: its sequence is always 0.
    .replaceAll(/"sequence":[1-9]\d*/g, '"sequence":4711');
  return JSON.parse(text);
}

async function writeExamples(): Promise<string> {
  const sections = await Promise.all(
    TYPES.map(async (type) => {
      const json = JSON.stringify(normalize(messages.get(type)!));
      return `### ${type}\n\n\`\`\`json\n${await format(json, { parser: "json", printWidth: 120 })}\`\`\`\n`;
    }),
  );
  return sections.join("\n");
}

it("shows in the guide an example of every type, as a receiver gets it", async () => {
  const guide = readText(GUIDE);
  const introduction = guide.slice(0, guide.indexOf(HEADING) + HEADING.length);
  const written = `${introduction}\n${await writeExamples()}`;
  if (process.env["USHER_WRITE_EXAMPLES"] === "1") writeFileSync(join(ROOT, GUIDE), written);
  else expect(guide).toBe(written);
});

it("sends every type as its own schema says, and as no other schema says", () => {
  for (const { type } of EVENT_TYPES) {
    const message = JSON.parse(messages.get(type)!);
    const accepting = schemas.filter(({ schema }) => schema.safeParse(message).success);
    expect(accepting.map((each) => each.type)).toEqual([type]);
  }
});
