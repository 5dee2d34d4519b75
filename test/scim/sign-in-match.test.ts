/** A person of a directory and of the linked connection is one user, whichever came first, and stays removed. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createBrowser } from "../../testing/browser.js";
import { startHostileOpenIdProvider, type HostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { createScimClient, describeUser } from "../support/scim.js";
import { createTenant, makePerson, type Tenant } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

let usher: TestUsher;
let provider: HostileOpenIdProvider;
beforeAll(async () => {
  usher = await startTestUsher();
  provider = await startHostileOpenIdProvider();
});
afterAll(async () => {
  await usher.stop();
  await provider.close();
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
const idsOf = async (tenant: Tenant) => (await tenant.users()).map(({ id }) => id);

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
