/** The list of messages: what administrators and the operator see of mail that has not arrived. */
import { beforeAll, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { deliverBatch } from "../../../src/platform/mail/deliver-batch.js";
import { queueMails } from "../../../src/platform/mail/queue-mail.js";
import { createSmtpTransport } from "../../../src/platform/mail/smtp-transport.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { keyOf, makeOrganization, OPERATOR, personIn, useHouse } from "../../support/house.js";
import { startSmtpServer } from "../../support/smtp/index.js";
import { NEVER, plainServer, SENDER } from "../../platform/mail/post.js";

const house = useHouse();
const logger = createLogger({ level: "silent" });
let acme: string;
let other: string;

const LIST = `query ($org: ID, $filter: MailFilterInput, $first: Int, $after: String) {
  mails(organizationId: $org, filter: $filter, first: $first, after: $after) {
    nodes { id recipient template subject state attempts nextAttemptAt sentAt lastError } totalCount pageInfo { endCursor } } }`;

beforeAll(async () => {
  acme = (await makeOrganization(house)).id;
  other = (await makeOrganization(house)).id;
  const queue = (...mails: readonly (readonly [recipient: string, organizationId: string | null])[]) =>
    house.inUnit((unit) =>
      queueMails(
        unit,
        mails.map(([recipient, organizationId]) => ({
          organizationId,
          recipient: `${recipient}@example.com`,
          template: "test",
          subject: "Hello",
          body: "a secret link",
        })),
      ),
    );
  const server = await startSmtpServer();
  const transport = createSmtpTransport(plainServer(server.port), SENDER, 1);
  const parts = { database: house.database, clock: () => house.clock.now, transport, templates: new Map(), logger };
  server.behaviour.refuseRecipient = (address) => (address.startsWith("given-up") ? "550 5.1.1 No such user" : null);
  await queue(["sent", acme], ["given-up", acme]);
  expect(await deliverBatch(parts, NEVER)).toBe("DONE");
  await server.close();
  await queue(["retrying", acme]);
  expect(await deliverBatch(parts, NEVER)).toBe("SERVER_UNUSABLE");
  transport.close();
  await queue(["waiting", acme], ["other", other], ["operator", null]);
});

const read = async (caller: Caller, variables: object = {}) =>
  await house.ask(caller, LIST, { org: acme, ...variables });
const statesOf = (answer: Awaited<ReturnType<typeof read>>) =>
  answer.data.mails.nodes.map(({ recipient, state }: { recipient: string; state: string }) => [recipient, state]);

test("shows how far each message has come, without its text", async () => {
  const answer = await read(keyOf(acme, "AUDIT_READ"));
  expect(statesOf(answer)).toEqual(
    expect.arrayContaining([
      ["waiting@example.com", "WAITING"],
      ["retrying@example.com", "RETRYING"],
      ["sent@example.com", "SENT"],
      ["given-up@example.com", "GIVEN_UP"],
    ]),
  );
  expect(answer.data.mails.totalCount).toBe(4);
  expect(JSON.stringify(answer.data)).not.toContain("secret");
});

test.each(["WAITING", "RETRYING", "SENT", "GIVEN_UP"])("is filtered by the state %s", async (state) => {
  const recipient = `${state.toLowerCase().replace("_", "-")}@example.com`;
  expect(statesOf(await read(keyOf(acme, "AUDIT_READ"), { filter: { states: [state] } }))).toEqual([
    [recipient, state],
  ]);
  expect(statesOf(await read(keyOf(acme, "AUDIT_READ"), { filter: { recipient } }))).toEqual([[recipient, state]]);
});

test("shows the answer of the mail server to the operator alone", async () => {
  const errorsOf = async (caller: Caller) =>
    (await read(caller, { filter: { states: ["RETRYING"] } })).data.mails.nodes[0].lastError;
  expect(await errorsOf(OPERATOR)).toMatch(/ECONNREFUSED|closed/);
  expect(await errorsOf(personIn(acme, "administrator"))).toBeNull();
  expect((await read(OPERATOR, { org: null })).data.mails.totalCount).toBe(6);
});

test("costs one statement for a page, however many messages there are", async () => {
  const page = (first: number) =>
    countQueries(() =>
      house.ask(keyOf(acme, "AUDIT_READ"), "query ($first: Int) { mails(first: $first) { nodes { id } } }", { first }),
    );
  expect((await page(1)).statements).toHaveLength(1);
  expect((await page(4)).statements).toHaveLength(1);
  const first = await read(keyOf(acme, "AUDIT_READ"), { first: 3 });
  const second = await read(keyOf(acme, "AUDIT_READ"), { first: 3, after: first.data.mails.pageInfo.endCursor });
  expect(new Set([...statesOf(first), ...statesOf(second)].map(([recipient]) => recipient)).size).toBe(4);
});

test("is not for callers of another organization, or without AUDIT_READ", async () => {
  for (const [caller, code] of [
    [ANONYMOUS, "UNAUTHENTICATED"],
    [keyOf(acme, "USERS_READ", "ORGANIZATION_WRITE"), "FORBIDDEN"],
    [keyOf(other, "AUDIT_READ"), "NOT_FOUND"],
  ] as const)
    expect((await read(caller)).codes).toEqual([code]);
  const own = await read(keyOf(other, "AUDIT_READ"), { org: null });
  expect(statesOf(own)).toEqual([["other@example.com", "WAITING"]]);
});
