/** Two organizations of one installation, and callers of each kind: keys, people, the operator, and an anonymous one. */
import { ALL_PERMISSIONS, type Permission } from "../../../src/access/permission.js";
import { createBrowser, type Browser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { createTenant, makePerson, type Tenant } from "../../support/tenant.js";
import { startWebhookReceivers, type WebhookReceiver } from "../../support/webhook-receiver/index.js";
import { createPasskeyDevice } from "../../support/passkey-device.js";
import { addPasskeyAndGoOn } from "../../support/second-factor.js";
import { OPERATOR_KEY, startTestUsher, type Answer, type TestUsher } from "../../support/usher.js";

export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The installation with its callers. Requests are about objects of `home`. */
export interface House {
  readonly usher: TestUsher;
  readonly provider: HostileOpenIdProvider;
  readonly receiver: WebhookReceiver;
  /** TXT records of the DNS, by name. */
  readonly txt: Map<string, string>;
  readonly home: Tenant;
  readonly other: Tenant;
  readonly operator: Caller;
  /** The same, by the session of a person who runs the installation. */
  readonly operatorPerson: Caller;
  readonly anonymous: Caller;
  /** Administrators, by their role. */
  readonly homeAdministrator: Caller;
  readonly otherAdministrator: Caller;
  /** A person with the role USER, which gives no permission. */
  readonly homeUser: Caller;
  /** A person whose home is the other organization. They are a member here, but their session is there. */
  readonly guest: () => Promise<Caller>;
  /** A key of the other organization with every scope. */
  readonly otherKey: Caller;
  /** A key of the home organization with exactly these scopes. */
  readonly homeKey: (scopes: readonly Permission[]) => Promise<Caller>;
  readonly send: (caller: Caller, document: string, variables: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** Returns a word that no test has used before. */
  readonly word: () => string;
  readonly close: () => Promise<void>;
}

async function sendTo(url: string, { headers }: Caller, query: string, variables: object): Promise<Answer> {
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
    environment: {
      // The sweeper deletes counts of requests, which would look like a change.
      USHER_RATE_LIMITS: "off",
      USHER_ENTRA_CLIENT_ID: "the operator's app",
      USHER_ENTRA_CLIENT_SECRET: "a secret of the operator",
    },
  });
  const receivers = await startWebhookReceivers();
  const provider = await startHostileOpenIdProvider();
  const home = await createTenant(usher, provider);
  const other = await createTenant(usher, provider);
  let words = 0;
  const word = () => `word${(words += 1)}`;
  const send: House["send"] = (caller, document, variables) => sendTo(usher.url, caller, document, variables);
  const keys = new Map<string, Caller>();

  const homeKey = async (scopes: readonly Permission[]): Promise<Caller> => {
    const known = keys.get(scopes.join());
    if (known !== undefined) return known;
    const { createApiKey } = await usher.ask(
      `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }`,
      { input: { organizationId: home.organizationId, name: "A key", scopes } },
    );
    const caller = withKey(`a key with ${scopes.length} of ${ALL_PERMISSIONS.length} scopes`, createApiKey.key);
    keys.set(scopes.join(), caller);
    return caller;
  };
  return {
    usher,
    provider,
    receiver: receivers.add("home"),
    txt,
    home,
    other,
    operator: withKey("the operator", OPERATOR_KEY),
    operatorPerson: await signInOperator(usher),
    anonymous: { name: "an anonymous caller", headers: {} },
    homeAdministrator: await signIn(usher, provider, home, "an administrator", "ADMIN"),
    otherAdministrator: await signIn(usher, provider, other, "a different organization's administrator", "ADMIN"),
    homeUser: await signIn(usher, provider, home, "a plain user", "USER"),
    guest: async () => {
      const name = word();
      const caller = await signIn(usher, provider, other, name, "USER");
      const { data } = await send(caller, "{ viewer { user { id } } }", {});
      await usher.ask(`mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id } } }`, {
        input: { organizationId: home.organizationId, userId: data.viewer.user.id },
      });
      return caller;
    },
    otherKey: withKey("a different organization's key", other.key),
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

/** Makes the first operator's account with the link of the start. */
async function signInOperator({ url, firstOperatorLink }: TestUsher): Promise<Caller> {
  const browser = createBrowser();
  await browser.get(firstOperatorLink ?? "");
  const entry = { email: "olga@usher.test", fullName: "Olga", password: "nine swans over the frozen lake" };
  const page = await addPasskeyAndGoOn(browser, await browser.submitForm(0, entry), createPasskeyDevice());
  if (page.status !== 200) throw new Error(`the operator could not sign in: ${page.visibleText}`);
  return { name: "an operator's session", headers: { cookie: cookiesOf(browser, url) } };
}

function cookiesOf(browser: Browser, url: string): string {
  return browser
    .cookiesFor(url)
    .map(({ name, value }) => `${name}=${value}`)
    .join("; ");
}

function withKey(name: string, key: string): Caller {
  return { name, headers: { authorization: `Bearer ${key}` } };
}

/** Prepares an account with a role, and signs its person in. */
export async function signIn(
  usher: TestUsher,
  provider: HostileOpenIdProvider,
  tenant: Tenant,
  name: string,
  roleKey: string,
): Promise<Caller> {
  const person = makePerson(`${name.replaceAll(/\W/g, "-")}-${tenant.slug}`);
  const { email } = person.claims as { readonly email: string };
  await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
    input: { organizationId: tenant.organizationId, email, firstName: "A", lastName: "B", roleKeys: [roleKey] },
  });
  provider.forget();
  const browser = createBrowser();
  const page = await tenant.signIn(browser, person);
  if (page.status !== 200) throw new Error(`${name} could not sign in: ${page.visibleText}`);
  return { name, headers: { cookie: cookiesOf(browser, usher.url) } };
}
