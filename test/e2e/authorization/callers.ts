/** Two organizations of one installation, and everybody who may knock: keys, people, the operator, nobody. */
import { ALL_PERMISSIONS, type Permission } from "../../../src/access/permission.js";
import { createBrowser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, type Tenant } from "../../support/tenant.js";
import { startWebhookReceivers, type WebhookReceiver } from "../../support/webhook-receiver/index.js";
import { OPERATOR_KEY, startTestUsher, type Answer, type TestUsher } from "../../support/usher.js";

/** Somebody who sends requests. */
export interface Knocker {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The installation with everybody in it. `home` is the organization whose things are asked for. */
export interface House {
  readonly usher: TestUsher;
  readonly provider: HostileOpenIdProvider;
  /** Takes what webhooks send. */
  readonly receiver: WebhookReceiver;
  /** TXT records of the DNS, by name. */
  readonly txt: Map<string, string>;
  readonly home: Tenant;
  readonly other: Tenant;
  readonly operator: Knocker;
  readonly nobody: Knocker;
  /** Administrators by role. */
  readonly homeAdministrator: Knocker;
  readonly otherAdministrator: Knocker;
  /** Has the role USER, which grants nothing. */
  readonly homeUser: Knocker;
  /** A person whose home is the other organization, with a session there and a membership here. */
  readonly guest: () => Promise<Knocker>;
  /** Holds every scope, in the other organization. */
  readonly otherKey: Knocker;
  /** A key of the home organization that holds exactly these scopes. */
  readonly homeKey: (scopes: readonly Permission[]) => Promise<Knocker>;
  readonly send: (knocker: Knocker, document: string, variables: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** A word that was not used before. */
  readonly word: () => string;
  readonly close: () => Promise<void>;
}

async function sendTo(url: string, { headers }: Knocker, query: string, variables: object): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

export async function openHouse(): Promise<House> {
  const txt = new Map<string, string>();
  const usher = await startTestUsher({
    resolveTxt: async (name) => [[txt.get(name) ?? ""]],
    // What the sweeper forgets of them would look like a change.
    environment: { USHER_RATE_LIMITS: "off" },
  });
  const receivers = await startWebhookReceivers();
  const provider = await startHostileOpenIdProvider();
  const home = await createTenant(usher, provider);
  const other = await createTenant(usher, provider);
  let words = 0;
  const word = () => `word${(words += 1)}`;
  const send: House["send"] = (knocker, document, variables) => sendTo(usher.url, knocker, document, variables);
  const keys = new Map<string, Knocker>();

  const homeKey = async (scopes: readonly Permission[]): Promise<Knocker> => {
    const known = keys.get(scopes.join());
    if (known !== undefined) return known;
    const { createApiKey } = await usher.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
      { input: { organizationId: home.organizationId, name: "A key", scopes } },
    );
    const knocker = withKey(`a key with ${scopes.length} of ${ALL_PERMISSIONS.length} scopes`, createApiKey.key);
    keys.set(scopes.join(), knocker);
    return knocker;
  };
  return {
    usher,
    provider,
    receiver: receivers.add("home"),
    txt,
    home,
    other,
    operator: withKey("the operator", OPERATOR_KEY),
    nobody: { name: "nobody", headers: {} },
    homeAdministrator: await signIn(usher, provider, home, "an administrator", "ADMIN"),
    otherAdministrator: await signIn(usher, provider, other, "another organization's administrator", "ADMIN"),
    homeUser: await signIn(usher, provider, home, "a plain user", "USER"),
    guest: async () => {
      const name = word();
      const knocker = await signIn(usher, provider, other, name, "USER");
      const { data } = await send(knocker, "{ viewer { user { id } } }", {});
      await usher.ask(`mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
        input: { organizationId: home.organizationId, userId: data.viewer.user.id },
      });
      return knocker;
    },
    otherKey: withKey("another organization's key", other.key),
    homeKey,
    word,
    send,
    close: async () => {
      await usher.stop();
      await provider.close();
      await receivers.close();
    },
  };
}

function withKey(name: string, key: string): Knocker {
  return { name, headers: { authorization: `Bearer ${key}` } };
}

/** Prepares an account with a role, and signs its person in. */
export async function signIn(
  usher: TestUsher,
  provider: HostileOpenIdProvider,
  tenant: Tenant,
  name: string,
  roleKey: string,
): Promise<Knocker> {
  const person = makePerson(`${name.replaceAll(/\W/g, "-")}-${tenant.slug}`);
  const { email } = person.claims as { readonly email: string };
  await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
    input: { organizationId: tenant.organizationId, email, firstName: "A", lastName: "B", roleKeys: [roleKey] },
  });
  provider.forget();
  const browser = createBrowser();
  const page = await tenant.signIn(browser, person);
  if (page.status !== 200) throw new Error(`${name} could not sign in: ${page.visibleText}`);
  const cookie = browser
    .cookiesFor(usher.url)
    .map(({ name: key, value }) => `${key}=${value}`)
    .join("; ");
  return { name, headers: { cookie } };
}
