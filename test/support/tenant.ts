/** An organization with one active connection, where people sign in and administrators work over HTTP. */
import { randomBytes } from "node:crypto";
import { ALL_PERMISSIONS } from "../../src/access/permission.js";
import type { Browser, Page } from "../../testing/browser.js";
import { ALICE, type HostileOpenIdProvider, type Person } from "./providers/hostile-openid/index.js";
import { askGraphQL, OPERATOR_KEY, type Answer } from "./usher.js";

/** An installation, by its public URL. */
export interface Installation {
  readonly url: string;
}

export interface TenantOptions {
  /** Policies of the connection, by their names in the schema. */
  readonly policies?: Readonly<Record<string, string | boolean>>;
  /** The input of `updateOrganization` without the id. */
  readonly organization?: Readonly<Record<string, unknown>>;
}

/** A sign-in attempt in GraphQL. */
interface ToldAttempt {
  readonly reference: string;
  readonly outcome: string;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly detail: string | null;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly email: string | null;
  readonly userId: string | null;
  readonly steps: readonly { readonly step: string }[];
}

/** An event in GraphQL. */
interface ToldEvent {
  readonly type: string;
  readonly subject: { readonly type: string; readonly subjectId: string; readonly version: number };
  // any: each type of event has data of its own
  readonly data: any;
}

/** A user in GraphQL. */
interface ToldUser {
  readonly id: string;
  readonly email: string;
  readonly username: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly status: string;
  readonly version: number;
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
}

export interface Tenant {
  readonly organizationId: string;
  readonly slug: string;
  readonly connectionId: string;
  /** An API key of the organization with every scope. */
  readonly key: string;
  readonly startUrl: string;
  readonly callbackUrl: string;
  /** Starts a sign-in and returns the URL at the provider. `query` is that of the start, such as `?returnTo=/`. */
  readonly begin: (browser: Browser, query?: string) => Promise<string>;
  /** Starts a sign-in, authenticates at the provider, and returns the callback URL without opening it. */
  readonly authenticate: (browser: Browser, person?: Person, query?: string) => Promise<string>;
  /** Signs in from start to end, and returns the last page. */
  readonly signIn: (browser: Browser, person?: Person, query?: string) => Promise<Page>;
  /** Sends a request with the tenant's key and returns its data. Throws on errors. */
  // any: the shape is what the query asked for
  readonly ask: (query: string, variables?: Record<string, unknown>) => Promise<any>;
  readonly updateConnection: (input: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly updateOrganization: (input: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly disable: () => Promise<void>;
  readonly activate: () => Promise<void>;
  readonly delete: () => Promise<void>;
  /** The latest first. */
  readonly attempts: () => Promise<readonly ToldAttempt[]>;
  /** The oldest first, without those about connections. */
  readonly events: () => Promise<readonly ToldEvent[]>;
  readonly users: () => Promise<readonly ToldUser[]>;
}

/** A person at the provider, with a subject, an address and names made from one word. */
export function makePerson(word: string, claims: Readonly<Record<string, unknown>> = {}): Person {
  return {
    claims: {
      sub: `${word}-1`,
      email: `${word}@acme.test`,
      email_verified: true,
      given_name: `${word[0]?.toUpperCase()}${word.slice(1)}`,
      family_name: "Tester",
      ...claims,
    },
  };
}

/** A tenant with a connection of any type. */
export type AnyTenant = Omit<Tenant, "callbackUrl" | "authenticate" | "signIn"> & {
  /** A value of `serviceProvider`, by name. */
  readonly detail: (name: string) => string;
};

/** Makes an organization, a key and a connection to the provider, and activates it. */
export async function createTenant(
  installation: Installation,
  provider: Pick<HostileOpenIdProvider, "url" | "clientId" | "clientSecret" | "authorize">,
  { settings, ...options }: TenantOptions & { readonly settings?: Readonly<Record<string, unknown>> } = {},
): Promise<Tenant> {
  const { url: discoveryUrl, clientId, clientSecret } = provider;
  const oidc = { discoveryUrl, clientId, clientSecret, ...settings };
  const { detail, ...tenant } = await createTenantOf(installation, { oidc }, options);
  const authenticate: Tenant["authenticate"] = async (browser, person = ALICE, query = "") =>
    await provider.authorize(await tenant.begin(browser, query), person);
  return {
    ...tenant,
    callbackUrl: detail("redirectUrl"),
    authenticate,
    signIn: async (browser, person, query) => await browser.get(await authenticate(browser, person, query)),
  };
}

/** Makes an organization, a key and a connection with these settings (by type, as in `createConnection`), and activates it. */
export async function createTenantOf(
  { url }: Installation,
  settings: Readonly<Record<string, object>>,
  options: TenantOptions = {},
): Promise<AnyTenant> {
  const slug = `org-${randomBytes(6).toString("hex")}`;
  const requireData = ({ data, errors }: Answer) => {
    if (errors) throw new Error(JSON.stringify(errors, null, 2));
    return data;
  };
  const asOperator = async (query: string, variables: Record<string, unknown>) =>
    requireData(await askGraphQL(url, query, variables, OPERATOR_KEY));

  const { createOrganization } = await asOperator(
    `mutation ($slug: String!) { createOrganization(input: { name: "Acme ${slug}", slug: $slug }) { organization { id } } }`,
    { slug },
  );
  const organizationId: string = createOrganization.organization.id;
  const updateOrganization = async (input: Readonly<Record<string, unknown>>) => {
    await asOperator(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
      { input: { id: organizationId, ...input } },
    );
  };
  const { createApiKey } = await asOperator(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
    { input: { organizationId, name: "Tests", scopes: ALL_PERMISSIONS } },
  );
  const key: string = createApiKey.key;
  const ask: Tenant["ask"] = async (query, variables) => requireData(await askGraphQL(url, query, variables, key));

  const { createConnection } = await ask(
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) {
       connection { id serviceProvider { name value } } } }`,
    {
      input: {
        organizationId,
        displayName: "Acme ID",
        policies: options.policies,
        settings,
      },
    },
  );
  const { id: connectionId, serviceProvider } = createConnection.connection;
  const detail = (name: string): string =>
    serviceProvider.find((each: { readonly name: string }) => each.name === name).value;
  const change = (mutation: string) => async () => {
    await ask(`mutation ($id: ID!) { ${mutation}(id: $id) { connection { state } } }`, { id: connectionId });
  };
  const activate = change("activateConnection");
  await activate();
  // Afterwards, because an organization without single sign-on cannot activate a connection.
  if (options.organization) await updateOrganization(options.organization);

  const startUrl = detail("signOnUrl");
  const begin: Tenant["begin"] = async (browser, query = "") => {
    const page = await browser.get(`${startUrl}${query}`, { follow: false });
    const { location } = page.headers;
    if (page.status !== 303 || location === undefined)
      throw new Error(`The sign-in did not begin (${page.status}): ${page.visibleText}`);
    return location;
  };
  return {
    organizationId,
    slug,
    connectionId,
    key,
    startUrl,
    detail,
    begin,
    ask,
    updateConnection: async (input) => {
      await ask(
        `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) { connection { version } } }`,
        { input: { id: connectionId, ...input } },
      );
    },
    updateOrganization,
    disable: change("disableConnection"),
    activate,
    delete: change("deleteConnection"),
    attempts: async () =>
      (
        await ask(
          `query ($id: ID!) { signInAttempts(organizationId: $id, first: 200) { nodes {
             reference outcome message remedy detail issuer subject email userId steps { step } } } }`,
          { id: organizationId },
        )
      ).signInAttempts.nodes,
    events: async () => {
      const { events } = await ask(
        `query ($id: ID!) { events(organizationId: $id, first: 200) { nodes { type subject { type subjectId version } data } } }`,
        { id: organizationId },
      );
      return (events.nodes as readonly ToldEvent[]).filter(({ subject }) => subject.type !== "connection");
    },
    users: async () =>
      (
        await ask(
          `query ($id: ID!) { users(organizationId: $id, first: 200) { nodes {
             id email username firstName lastName fullName status version identities { issuer subject } } } }`,
          { id: organizationId },
        )
      ).users.nodes,
  };
}

/** The e-mail address of the person whose session the browser has; `null` without a session. */
export async function whoIsSignedIn(browser: Browser, { url }: Installation): Promise<string | null> {
  const answer = await browser.send("POST", `${url}/graphql`, {
    type: "application/json",
    text: JSON.stringify({ query: "{ viewer { user { email } } }" }),
  });
  const { data, errors } = JSON.parse(answer.text) as Answer;
  if (errors) throw new Error(JSON.stringify(errors));
  return (data.viewer?.user.email as string | undefined) ?? null;
}
