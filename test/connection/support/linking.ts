/**
 * Signs people in through connections and calls the operations on their links. Each test has its own organization with an
 * active connection that merges by address.
 */
import { afterAll, beforeAll, beforeEach, expect } from "@jest/globals";
import type { GraphQLSchema } from "graphql";
import { SYSTEM, type Caller } from "../../../src/access/caller.js";
import type { Permission } from "../../../src/access/permission.js";
import type { UnitOfWork } from "../../../src/access/unit-of-work.js";
import { activateConnection } from "../../../src/connection/stored/activation.js";
import { createConnection } from "../../../src/connection/stored/connection.operations.js";
import { findConnection } from "../../../src/connection/stored/connection.repository.js";
import type { ConnectionPoliciesChange } from "../../../src/connection/stored/policies.js";
import { createOrganization } from "../../../src/people/organization/organization.operations.js";
import { lockOrganization } from "../../../src/people/organization/organization.repository.js";
import { DEFAULT_ORGANIZATION_POLICIES } from "../../../src/people/organization/policies.js";
import { openSession } from "../../../src/people/session/session.repository.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { apply, requestLink } from "../../../src/provisioning/apply.js";
import { decide } from "../../../src/provisioning/decide.js";
import { evaluateRules, loadSituation } from "../../../src/provisioning/load-situation.js";
import {
  askSchema,
  buildConnectionSchema,
  COMPLETE,
  eventsOf,
  keyOfOrganization,
  openHouse,
  OPERATOR,
  type House,
} from "./house.js";

export let house: House;
export let schema: GraphQLSchema;
/** The organization of the current test. */
export let organizationId: string;
export let connectionId: string;

/** Prepares the tests of a file. */
export function setUpLinking(): void {
  beforeAll(async () => {
    house = await openHouse();
    schema = buildConnectionSchema(house.services);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    number += 1;
    const organization = await createOrganization(house.services, OPERATOR, { name: "Acme", slug: `acme-${number}` });
    organizationId = organization.id;
    connectionId = await activeConnection({ accountLinking: "MERGE_BY_EMAIL" });
  });
}

let number = 0;
let sessions = 0;
/** An address for this test only. Password accounts need addresses that are unique in the installation. */
export const at = (name: string) => `${name}@acme-${number}.test`;

const inUnit = <T>(work: (unit: UnitOfWork) => Promise<T>) =>
  house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, work);

export async function activeConnection(policies: ConnectionPoliciesChange = {}): Promise<string> {
  const settings = { madeUp: COMPLETE };
  const input = { organizationId, displayName: "Acme ID", settings, policies };
  const { id } = await createConnection(house.services, OPERATOR, input);
  await activateConnection(house.services, OPERATOR, id);
  return id;
}

/** Creates an account. An account with a password can be joined. */
export async function account(email: string, changes: { authMethod?: "SSO" | "PASSWORD"; roleKeys?: string[] } = {}) {
  const names = { firstName: "Ada", lastName: "Tester" };
  const input = { organizationId, email, ...names, authMethod: "PASSWORD" as const, ...changes };
  return (await createUser(house.services, OPERATOR, input)).id;
}

interface Arriving {
  readonly subject: string;
  readonly email: string | null;
  readonly issuer?: string;
  readonly emailVerified?: boolean | null;
  readonly through?: string;
}

/** Signs a verified person in. Returns the id of their user, or the code of the refusal. */
export async function arrive({
  subject,
  email,
  issuer = "https://id.example.com",
  emailVerified = true,
  through,
}: Arriving) {
  const connection = through ?? connectionId;
  house.advance(60);
  return await inUnit(async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const stored = await findConnection(unit, null, connection);
    const profile = {
      issuer,
      subject,
      email,
      emailVerified,
      username: null,
      firstName: "Ada",
      lastName: "Tester",
      fullName: null,
      employeeId: null,
      groups: { kind: "silent" as const },
      groupsClaims: [],
      profile: {},
      attributes: {},
      authenticationMethods: [],
    };
    const person = { organizationId, connectionId: connection, profile };
    const evaluated = await evaluateRules(unit, person);
    const decision = decide((await loadSituation(unit, person, organization!, stored!, evaluated))!);
    if (decision.kind === "refuse") return decision.failure.code;
    if (decision.kind === "ask") {
      await requestLink(unit, person, decision.user);
      return decision.refusal.failure.code;
    }
    const { user } = await apply(unit, person, organization!, decision);
    const session = { userId: user.id, organizationId, connectionId: connection };
    sessions += 1;
    await openSession(unit, {
      ...session,
      policies: DEFAULT_ORGANIZATION_POLICIES,
      tokenHash: `t${sessions}`,
      client: { address: null, userAgent: null },
    });
    return user.id;
  });
}

export const sessionsOf = async (userId: string, through = connectionId) =>
  (
    await house.services.reader.rows("SELECT id FROM user_session WHERE user_id = ? AND connection_id = ?", [
      userId,
      through,
    ])
  ).length;

interface ToldIdentity {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly linkKind: string;
  readonly retiredAt: string | null;
  readonly hidden: boolean;
  readonly connection: { readonly id: string };
}

export const ask = (source: string, variables: Record<string, unknown> = {}, caller: Caller = OPERATOR) =>
  askSchema(schema, source, variables, caller);

export async function identitiesOf(userId: string): Promise<readonly ToldIdentity[]> {
  const { data, messages } = await ask(
    `query ($id: ID!) { user(id: $id) { identities { id issuer subject linkKind retiredAt hidden connection { id } } } }`,
    { id: userId },
  );
  expect(messages).toEqual([]);
  return data.user.identities;
}

export const switchTo = (accountLinking: string | null, confirmAffectedUsers?: number, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
    { input: { id: connectionId, policies: { accountLinking }, confirmAffectedUsers } },
    caller,
  );

export const effect = (accountLinking: string, caller: Caller = OPERATOR) =>
  ask(
    `query ($id: ID!, $to: AccountLinking!) { accountLinkingEffect(connectionId: $id, accountLinking: $to) {
       affectedUsers users(first: 10) { nodes { id email } totalCount } } }`,
    { id: connectionId, to: accountLinking },
    caller,
  );

export const unmerge = (id: string, caller: Caller = OPERATOR) =>
  ask(`mutation ($id: ID!) { unmergeIdentity(id: $id) { identity { id linkKind retiredAt hidden } } }`, { id }, caller);

export const relink = (input: object, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: RelinkIdentityInput!) { relinkIdentity(input: $input) { identity { id subject linkKind connection { id } } } }`,
    { input },
    caller,
  );

export const relinkMany = (input: object, caller: Caller = OPERATOR) =>
  ask(
    `mutation ($input: RelinkIdentitiesInput!) { relinkIdentities(input: $input) {
       results { userId identityId issuer subject ok code message } hasMore } }`,
    { input },
    caller,
  );

export const keyWith = (...permissions: Permission[]) => keyOfOrganization(organizationId, ...permissions);
export const lastEvent = async () => (await eventsOf(house, organizationId)).at(-1)!;

export async function auditOf(action: string) {
  const rows = await house.services.reader.rows<{ before_value: string | null; after_value: string | null }>(
    "SELECT before_value, after_value FROM audit_entry WHERE organization_id = ? AND action = ? ORDER BY id",
    [organizationId, action],
  );
  return rows.map((row) => ({
    before: JSON.parse(row.before_value ?? "null"),
    after: JSON.parse(row.after_value ?? "null"),
  }));
}

export const execute = (sql: string, ...parameters: readonly string[]) =>
  inUnit((unit) => unit.execute(sql, parameters));
