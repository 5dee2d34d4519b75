/** A person of a directory and of the linked connection is one user, whichever came first, and stays removed. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser, type Browser } from "../../testing/browser.js";
import { entraSubjectOf, startEntraProvider, type EntraProvider } from "../support/providers/entra/index.js";
import { TENANT_ID } from "../support/providers/entra/hostile.js";
import { startGoogleProvider } from "../support/providers/google/index.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startOpenIdProvider, type OpenIdProvider } from "../support/providers/openid/provider.js";
import { startSamlProvider, type SamlProvider } from "../support/providers/saml/index.js";
import { createSamlTenant } from "../support/saml-tenant.js";
import { createScimClient, describeUser } from "../support/scim.js";
import { createTenant, createTenantOf, makePerson, type AnyTenant, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
let entra: EntraProvider;
let google: OpenIdProvider;
let openId: OpenIdProvider;
let saml: SamlProvider;
const CLIENT = { clientId: "b1e55ed0-0000-4000-8000-000000000000", clientSecret: "a~secret.of_the-client" };
const ADA = { givenName: "Ada", familyName: "Lovelace" };
const OID = "aaaaaaaa-0000-4000-8000-000000000001";
const GOOGLE_SUB = "107691503500061507151";
beforeAll(async () => {
  [provider, entra, google, openId, saml] = await Promise.all([
    startHostileOpenIdProvider(),
    startEntraProvider({
      ...CLIENT,
      tenantId: TENANT_ID,
      people: [{ ...ADA, oid: OID, name: "Ada Lovelace", userPrincipalName: "ada@acme.test", mail: "ada@acme.test" }],
    }),
    startGoogleProvider({
      ...CLIENT,
      people: [{ ...ADA, sub: GOOGLE_SUB, email: "ada@acme.test", hostedDomain: "acme.test" }],
    }),
    startOpenIdProvider({
      clients: [{ ...CLIENT, redirectUris: [] }],
      people: [
        { sub: "00uAda1", email: "ada@acme.test", email_verified: true, given_name: "Ada", family_name: "Lovelace" },
      ],
    }),
    startSamlProvider({
      nameIdFormat: "emailAddress",
      people: [{ id: "ada", email: "ada@acme.test", firstName: "Ada", lastName: "Lovelace" }],
    }),
  ]);
  usher = await startTestUsher({
    environment: { USHER_ENTRA_AUTHORITY: entra.authority, USHER_GOOGLE_ISSUER: google.issuer },
  });
});
afterAll(async () => {
  await usher.stop();
  await Promise.all([provider, entra, google, openId, saml].map((each) => each.close()));
});

/** An organization whose directory is linked to its connection. No sign-in matches by the address. */
async function makeLinked(signInMatch: string, policies: Readonly<Record<string, string | boolean>> = {}) {
  const tenant = await createTenant(usher, provider, { policies: { matchKey: "SUBJECT", ...policies } });
  const { organizationId, connectionId } = tenant;
  return { tenant, scim: await createScimClient(usher, organizationId, { connectionId, signInMatch }) };
}
/** Signs in with a new browser and returns the outcome. */
async function signIn(tenant: Tenant, ...person: Parameters<typeof makePerson>): Promise<string> {
  provider.forget();
  await tenant.signIn(createBrowser(), makePerson(...person));
  return (await tenant.attempts())[0]!.outcome;
}
const idsOf = async (tenant: Pick<Tenant, "users">) => (await tenant.users()).map(({ id }) => id);

/** What the directory says of Ada, whose subject at the provider is `ada-1`. The other names never match. */
const adaFor = (signInMatch: string): Readonly<Record<string, unknown>> & { userName: string } => {
  const elsewhere = [{ value: "elsewhere@acme.test", type: "work" }];
  switch (signInMatch) {
    case "EXTERNAL_ID":
      return { ...describeUser("ada"), userName: "other", externalId: "ada-1", emails: elsewhere };
    case "USER_NAME":
      return { ...describeUser("ada"), userName: "ADA-1", externalId: "other", emails: elsewhere };
    default:
      return { ...describeUser("ada"), userName: "other", externalId: "other" };
  }
};

describe.each(["EXTERNAL_ID", "USER_NAME", "EMAIL"])("a directory that matches by %s", (signInMatch) => {
  it("made the user first: the person signs in as that user", async () => {
    const { tenant, scim } = await makeLinked(signInMatch);
    await scim.makeUser(adaFor(signInMatch));
    const ids = await idsOf(tenant);
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    expect(await idsOf(tenant)).toEqual(ids);
    // Afterwards the link decides, whatever the directory says.
    await scim.makeUser({ ...describeUser("mallory"), userName: "mallory" });
    expect(await signIn(tenant, "ada", { email: "ada2@acme.test" })).toBe("SUCCEEDED");
    expect((await tenant.users()).find(({ id }) => id === ids[0])?.identities).toHaveLength(1);
  });

  it("names the person after their first sign-in: it finds the same user", async () => {
    const { tenant, scim } = await makeLinked(signInMatch);
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    const ids = await idsOf(tenant);
    const { id } = await scim.makeUser(adaFor(signInMatch));
    expect(await idsOf(tenant)).toEqual(ids);
    await scim.patch(`/Users/${id}`, { op: "replace", path: "active", value: false });
    expect(await signIn(tenant, "ada")).toBe("ACCOUNT_ARCHIVED");
  });

  it("deleted the person, and no sign-in brings them back, also after the account was deleted", async () => {
    const { tenant, scim } = await makeLinked(signInMatch);
    for (const deprovisionAction of ["ARCHIVE", "DELETE"]) {
      await tenant.ask(
        `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { id } } }`,
        { input: { id: scim.directoryId, deprovisionAction } },
      );
      const { id } = await scim.makeUser(adaFor(signInMatch));
      await scim.send("DELETE", `/Users/${id}`);
      const before = await tenant.users();
      expect(await signIn(tenant, "ada")).toBe("REMOVED_BY_DIRECTORY");
      expect(await tenant.users()).toEqual(before);
    }
    // Only the directory itself brings them back.
    await scim.makeUser(adaFor(signInMatch));
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    expect(await idsOf(tenant)).toHaveLength(1);
  });
});

/** A tenant with a connection to an OpenID Connect provider, and a function that signs its person in. */
async function openIdTenant(standIn: Pick<OpenIdProvider, "addRedirectUri">, settings: object, sub: string) {
  const tenant = await createTenantOf(usher, settings as Record<string, object>, { policies: { matchKey: "SUBJECT" } });
  standIn.addRedirectUri(tenant.detail("redirectUrl"));
  return { tenant, signIn: (browser: Browser) => signInAtOpenIdProvider(browser, tenant.startUrl, sub) };
}
async function samlTenant() {
  const tenant = await createSamlTenant(usher, saml, { policies: { matchKey: "SUBJECT" } });
  return { tenant, signIn: (browser: Browser) => tenant.signIn(browser, "ada") };
}
const oidc = () =>
  openIdTenant(openId, { oidc: { discoveryUrl: openId.discoveryUrl, ...CLIENT } }, openId.people[0]!.sub);

interface Linked {
  readonly tenant: Pick<AnyTenant, "organizationId" | "connectionId" | "users" | "attempts">;
  readonly signIn: (browser: Browser) => Promise<unknown>;
}
const OTHER = { userName: "other", externalId: "other", emails: [{ value: "elsewhere@acme.test", primary: true }] };

describe.each<[string, string, () => Promise<Linked>, Readonly<Record<string, unknown>>]>([
  [
    "Entra ID, whose object id is the externalId",
    "EXTERNAL_ID",
    () => openIdTenant(entra, { entraId: { tenantId: TENANT_ID, ...CLIENT } }, entraSubjectOf(OID)),
    { externalId: OID },
  ],
  [
    "Google Workspace, whose sub is the externalId",
    "EXTERNAL_ID",
    () => openIdTenant(google, { googleWorkspace: { domains: ["acme.test"], ...CLIENT } }, GOOGLE_SUB),
    { externalId: GOOGLE_SUB },
  ],
  [
    "Google Workspace, by e-mail",
    "EMAIL",
    () => openIdTenant(google, { googleWorkspace: { domains: ["acme.test"], ...CLIENT } }, GOOGLE_SUB),
    { emails: [{ value: "Ada@acme.test", primary: true }] },
  ],
  ["OpenID Connect, whose sub is the externalId", "EXTERNAL_ID", oidc, { externalId: "00uAda1" }],
  ["SAML, whose NameID is the externalId", "EXTERNAL_ID", samlTenant, { externalId: "ada@acme.test" }],
  ["SAML, whose NameID is the userName", "USER_NAME", samlTenant, { userName: "Ada@acme.test" }],
])("a directory that is linked to %s", (_name, signInMatch, link, names) => {
  const person = { ...describeUser("ada"), ...OTHER, ...names };

  it("makes a user, and the person signs in as that user", async () => {
    const { tenant, signIn } = await link();
    const { organizationId, connectionId } = tenant;
    const scim = await createScimClient(usher, organizationId, { connectionId, signInMatch });
    await scim.makeUser(person);
    const ids = await idsOf(tenant);
    await signIn(createBrowser());
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "SUCCEEDED", userId: ids[0] });
    expect(await idsOf(tenant)).toEqual(ids);
  });

  it("finds the person who signed in before", async () => {
    const { tenant, signIn } = await link();
    await signIn(createBrowser());
    const ids = await idsOf(tenant);
    expect(ids).toHaveLength(1);
    const { organizationId, connectionId } = tenant;
    const scim = await createScimClient(usher, organizationId, { connectionId, signInMatch });
    const { id } = await scim.makeUser(person);
    expect(await idsOf(tenant)).toEqual(ids);
    await scim.patch(`/Users/${id}`, { op: "replace", path: "active", value: false });
    await signIn(createBrowser());
    expect((await tenant.attempts())[0]).toMatchObject({ outcome: "ACCOUNT_ARCHIVED", userId: ids[0] });
  });
});

describe("a match", () => {
  it("takes precedence over matchKey", async () => {
    const { tenant, scim } = await makeLinked("EXTERNAL_ID", { matchKey: "EMAIL" });
    const { createUser } = await tenant.ask(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId: tenant.organizationId, email: "ada@acme.test", firstName: "P", lastName: "P" } },
    );
    await scim.makeUser(adaFor("EXTERNAL_ID"));
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    const prepared = (await tenant.users()).find(({ id }) => id === createUser.user.id);
    expect(prepared?.identities).toEqual([]);
  });

  it("binds a user once: another subject is refused", async () => {
    const { tenant, scim } = await makeLinked("EXTERNAL_ID");
    const { id } = await scim.makeUser(adaFor("EXTERNAL_ID"));
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    await scim.patch(`/Users/${id}`, { op: "replace", path: "externalId", value: "eve-1" });
    expect(await signIn(tenant, "eve")).toBe("SUBJECT_CHANGED");
    expect(await idsOf(tenant)).toHaveLength(1);
  });

  it("by e-mail needs an address that the provider does not call unverified", async () => {
    const { tenant, scim } = await makeLinked("EMAIL");
    await scim.makeUser(adaFor("EMAIL"));
    expect(await signIn(tenant, "ada", { email_verified: false })).toBe("SUCCEEDED");
    expect(await idsOf(tenant)).toHaveLength(2);
  });

  it("follows the directories of the own connection alone", async () => {
    const { tenant: other, scim } = await makeLinked("EXTERNAL_ID");
    await scim.makeUser(adaFor("EXTERNAL_ID"));
    const { tenant } = await makeLinked("EXTERNAL_ID");
    expect(await signIn(tenant, "ada")).toBe("SUCCEEDED");
    expect((await other.users())[0]?.identities).toEqual([]);
    expect(await idsOf(tenant)).toHaveLength(1);
  });
});
