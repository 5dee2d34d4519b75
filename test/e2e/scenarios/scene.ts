/** Shared by the scenarios: an installation, a provider, and functions for frequent requests. */
import { createBrowser, type Browser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant, type TenantOptions } from "../../support/tenant.js";
import { startTestUsher, type Answer, type TestUsher } from "../../support/usher.js";

export interface Scene {
  readonly usher: TestUsher;
  readonly provider: HostileOpenIdProvider;
  /** The tenant of a product, which differs from other products only by these options. */
  readonly tenant: (options?: TenantOptions) => Promise<Tenant>;
  readonly close: () => Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const usher = await startTestUsher();
  const provider = await startHostileOpenIdProvider();
  return {
    usher,
    provider,
    tenant: (options) => createTenant(usher, provider, options),
    close: async () => {
      await usher.stop();
      await provider.close();
    },
  };
}

/** A person after their sign-in. */
export interface SignedIn {
  readonly browser: Browser;
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly fullName: string;
    readonly roles: readonly { readonly key: string }[];
    readonly groups: readonly { readonly name: string }[];
  };
}

/** Signs a person in with a new browser. @throws if they are not signed in afterwards */
export async function signIn(scene: Scene, tenant: Tenant, person: Parameters<Tenant["signIn"]>[1]): Promise<SignedIn> {
  const browser = createBrowser();
  await tenant.signIn(browser, person);
  const { viewer } = await askAs(
    scene,
    browser,
    "{ viewer { user { id email fullName roles { key } groups { name } } } }",
  );
  if (viewer === null) throw new Error(`The person is not signed in: ${browser.page.visibleText}`);
  return { browser, user: viewer.user };
}

/** Signs a person in, and returns the code of the refusal; `null` on success. */
export async function tryToSignIn(tenant: Tenant, person: Parameters<Tenant["signIn"]>[1]): Promise<string | null> {
  const page = await tenant.signIn(createBrowser(), person);
  const [latest] = await tenant.attempts();
  if (latest === undefined) throw new Error(`No attempt was recorded: ${page.visibleText}`);
  return latest.outcome === "SUCCEEDED" ? null : latest.outcome;
}

/** Sends a query with the session of a browser. @throws on errors */
// any: the shape is what the query asked for
export async function askAs(scene: Scene, browser: Browser, query: string, variables: object = {}): Promise<any> {
  const { data, errors } = await answerTo(scene, browser, query, variables);
  if (errors) throw new Error(JSON.stringify(errors, null, 2));
  return data;
}

/** Sends a query with the session of a browser, and returns the code of the first error, or `null`. */
export async function codeFor(scene: Scene, browser: Browser, query: string, variables: object = {}) {
  return (await answerTo(scene, browser, query, variables)).errors?.[0]?.extensions.code ?? null;
}

async function answerTo({ usher }: Scene, browser: Browser, query: string, variables: object): Promise<Answer> {
  const page = await browser.send("POST", `${usher.url}/graphql`, {
    type: "application/json",
    text: JSON.stringify({ query, variables }),
  });
  return JSON.parse(page.text) as Answer;
}

/** Creates a role and returns its key. */
export async function createRole(tenant: Tenant, key: string, rank: number, permissions: readonly string[] = []) {
  await tenant.ask(`mutation ($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }`, {
    input: { organizationId: tenant.organizationId, key, name: key, rank, permissions },
  });
  return key;
}

/** Creates a group and returns its id. */
export async function createGroup(tenant: Tenant, name: string): Promise<string> {
  const { createGroup: made } = await tenant.ask(
    `mutation ($input: CreateGroupInput!) { createGroup(input: $input) { group { id } } }`,
    { input: { organizationId: tenant.organizationId, name } },
  );
  return made.group.id;
}

/** Maps values of the groups claim to roles. */
export async function mapRoles(tenant: Tenant, roleByGroup: Readonly<Record<string, string>>): Promise<void> {
  await tenant.ask(
    `mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`,
    {
      input: {
        connectionId: tenant.connectionId,
        mappings: Object.entries(roleByGroup).map(([value, roleKey]) => ({
          claim: "groups",
          operator: "EQUALS",
          value,
          roleKey,
        })),
      },
    },
  );
}

/** Maps values of the groups claim to groups. */
export async function mapGroups(tenant: Tenant, groupIdByGroup: Readonly<Record<string, string>>): Promise<void> {
  await tenant.ask(
    `mutation ($input: SetGroupMappingsInput!) { setGroupMappings(input: $input) { connection { id } } }`,
    {
      input: {
        connectionId: tenant.connectionId,
        mappings: Object.entries(groupIdByGroup).map(([value, groupId]) => ({
          claim: "groups",
          operator: "EQUALS",
          value,
          groupId,
        })),
      },
    },
  );
}

/** Maps claims to profile fields. */
export async function mapAttributes(tenant: Tenant, fieldByClaim: Readonly<Record<string, string>>): Promise<void> {
  await tenant.ask(
    `mutation ($input: SetAttributeMappingsInput!) { setAttributeMappings(input: $input) { connection { id } } }`,
    {
      input: {
        connectionId: tenant.connectionId,
        mappings: Object.entries(fieldByClaim).map(([claim, field]) => ({ claim, field })),
      },
    },
  );
}

/** Creates an account as an administrator, and returns its id. */
export async function createUser(tenant: Tenant, input: Readonly<Record<string, unknown>>): Promise<string> {
  const { createUser: made } = await tenant.ask(
    `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
    { input: { organizationId: tenant.organizationId, firstName: "First", lastName: "Last", ...input } },
  );
  return made.user.id;
}

/** Changes the linking policy, and confirms the number of affected people. @returns the number */
export async function switchLinking({ usher }: Scene, tenant: Tenant, accountLinking: string): Promise<number> {
  const mutation = `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`;
  const input = { id: tenant.connectionId, policies: { accountLinking } };
  const first = await usher.graphql(mutation, { input }, tenant.key);
  if (!first.errors) return 0;
  const [error] = first.errors;
  if (error?.extensions.code !== "CONFIRMATION_REQUIRED") throw new Error(JSON.stringify(first.errors));
  const { affectedUsers } = error.extensions.details;
  await tenant.ask(mutation, { input: { ...input, confirmAffectedUsers: affectedUsers } });
  return affectedUsers;
}

const PASSWORD = "violet otter on a bicycle";

/** Sets a password for the account `$userId`. */
export const SET_PASSWORD = `mutation ($userId: ID!) { setPassword(input: { userId: $userId, password: "${PASSWORD}" }) { user { id } } }`;

/** Signs in with this password at the organization's page, and returns the outcome of the attempt. */
export async function tryPassword({ usher }: Scene, tenant: Tenant, login: string): Promise<string | undefined> {
  const browser = createBrowser();
  await browser.get(`${usher.url}/o/${tenant.slug}/password`);
  await browser.submitForm(0, { login, password: PASSWORD }, { follow: false });
  return (await tenant.attempts())[0]?.outcome;
}
