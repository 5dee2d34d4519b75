/** Entra ID over the whole application and real HTTP: set-up, sign-ins of members and guests, and refusals. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Administrator, isSignedIn, type Detail } from "../../testing/administrator.js";
import { createBrowser } from "../../testing/browser.js";
import {
  entraSubjectOf,
  startEntraProvider,
  type EntraPerson,
  type EntraProvider,
} from "../support/providers/entra/index.js";
import {
  ADA_OID,
  OTHER_TENANT_ID,
  startHostileEntra,
  TENANT_ID,
  type HostileEntra,
} from "../support/providers/entra/hostile.js";
import { startDirectoryApi, type DirectoryApi } from "../support/providers/directory-api.js";
import { signInAtOpenIdProvider } from "../support/providers/openid/driver.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const CLIENT = { clientId: "b1e55ed0-0000-4000-8000-000000000000", clientSecret: "a~secret.of_the-client" };
const GRACE_OID = ADA_OID.replace(/1$/, "2");
const GUEST_OID = ADA_OID.replace(/1$/, "3");
const HEIR_OID = ADA_OID.replace(/1$/, "4");

function makePeople(): Record<"ada" | "grace" | "guest" | "heir", EntraPerson> {
  return {
    ada: {
      oid: ADA_OID,
      name: "Ada Lovelace",
      givenName: "Ada",
      familyName: "Lovelace",
      userPrincipalName: "ada@acme.example",
      mail: "ada@acme.example",
      roles: ["Trainer"],
    },
    // This person has no mailbox, and more groups than a token can hold.
    grace: {
      oid: GRACE_OID,
      name: "Grace Hopper",
      givenName: "Grace",
      familyName: "Hopper",
      userPrincipalName: "grace@acme.example",
      groups: Array.from({ length: 201 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`),
    },
    guest: {
      oid: GUEST_OID,
      name: "Gustav Guest",
      givenName: "Gustav",
      familyName: "Guest",
      userPrincipalName: "gustav_other.example#EXT#@acme.onmicrosoft.com",
      mail: "gustav@other.example",
      guestOf: OTHER_TENANT_ID,
    },
    // A different person, who received Ada's address after her.
    heir: {
      oid: HEIR_OID,
      name: "Ada Heir",
      givenName: "Ada",
      familyName: "Heir",
      userPrincipalName: "ada@acme.example",
      mail: "ada@acme.example",
    },
  };
}

describe("a directory", () => {
  let usher: TestUsher;
  let entra: EntraProvider;
  let administrator: Administrator;
  let connectionId: string;
  const people = makePeople();
  const signIn = async (oid: string, browser = createBrowser()) =>
    await signInAtOpenIdProvider(browser, await administrator.startUrl(browser), entraSubjectOf(oid));

  beforeAll(async () => {
    entra = await startEntraProvider({
      ...CLIENT,
      tenantId: TENANT_ID,
      people: Object.values(people),
      optionalClaims: ["groups"],
    });
    usher = await startTestUsher({ environment: { USHER_ENTRA_AUTHORITY: entra.authority } });
    administrator = await Administrator.of(usher, "acme");
  });
  afterAll(async () => {
    await usher?.stop();
    await entra?.close();
  });

  it("is drafted without settings, shows the values to enter, and takes those of the app registration", async () => {
    const { id, details } = await administrator.draft({ entraId: {} });
    connectionId = id;
    const value = (name: string) => details.find((each: Detail) => each.name === name)?.value;
    expect(value("redirectUrl")).toBe(`${usher.url}/sso/${id}/callback`);
    expect(value("signOnUrl")).toBe(`${usher.url}/sso/${id}/start`);
    for (const tenantId of ["common", "organizations", "consumers", "acme.example"])
      expect(await administrator.update(id, { entraId: { tenantId } })).toEqual(["settings.entraId.tenantId: INVALID"]);
    entra.addRedirectUri(value("redirectUrl") ?? "");
    const settings = { tenantId: TENANT_ID.toUpperCase(), ...CLIENT };
    expect(await administrator.update(id, { entraId: settings })).toEqual([]);
    expect(await administrator.diagnose(id)).toEqual([]);
    expect(await administrator.activate(id)).toBe("ACTIVE");
  });

  it("is fixed after activation, and its secret is never returned", async () => {
    const other = { entraId: { tenantId: OTHER_TENANT_ID } };
    expect(await administrator.update(connectionId, other)).toEqual(["settings.entraId.tenantId: FIXED"]);
    const { connection } = await administrator.ask(
      `query ($id: ID!) { connection(id: $id) { type settings { ... on EntraIdSettings { tenantId clientId clientSecret { setAt } } } } }`,
      { id: connectionId },
    );
    expect(connection).toEqual({
      type: "entra-id",
      settings: { tenantId: TENANT_ID, clientId: CLIENT.clientId, clientSecret: { setAt: expect.any(String) } },
    });
  });

  it("signs its people in, identified by directory and object id", async () => {
    expect(isSignedIn(await signIn(ADA_OID), administrator)).toBe(true);
    expect(await administrator.members()).toEqual([
      {
        email: "ada@acme.example",
        firstName: "Ada",
        lastName: "Lovelace",
        identities: [{ issuer: `${entra.authority}/${TENANT_ID}/v2.0`, subject: `${TENANT_ID}:${ADA_OID}` }],
      },
    ]);
  });

  it("recognises a person with a new name and address", async () => {
    Object.assign(people.ada, {
      familyName: "King",
      name: "Ada King",
      mail: "king@acme.example",
      userPrincipalName: "king@acme.example",
    });
    const page = await signIn(ADA_OID);
    expect(page.visibleText).toContain("king@acme.example");
    expect(await administrator.members()).toEqual([
      expect.objectContaining({ email: "king@acme.example", lastName: "King" }),
    ]);
  });

  it("does not give an account to a different person with its address", async () => {
    Object.assign(people.heir, { mail: "king@acme.example" });
    const page = await signIn(HEIR_OID);
    expect(isSignedIn(page, administrator)).toBe(false);
    expect(await administrator.lastAttempt()).toMatchObject({ outcome: "SUBJECT_CHANGED" });
    expect(await administrator.members()).toHaveLength(1);
  });

  it("signs in people with more groups than a token holds, and guests", async () => {
    expect((await signIn(GRACE_OID)).visibleText).toContain("grace@acme.example");
    expect((await signIn(GUEST_OID)).visibleText).toContain("gustav@other.example");
    expect(await administrator.members()).toHaveLength(3);
  });
});

describe("a hostile directory", () => {
  let usher: TestUsher;
  let graph: DirectoryApi;
  let entra: HostileEntra;
  let administrator: Administrator;
  let connectionId: string;

  beforeAll(async () => {
    entra = await startHostileEntra();
    graph = await startDirectoryApi();
    usher = await startTestUsher({
      environment: { USHER_ENTRA_AUTHORITY: entra.authority, USHER_GRAPH_URL: graph.url },
    });
    administrator = await Administrator.of(usher, "acme");
    const { clientId, clientSecret } = entra;
    ({ id: connectionId } = await administrator.draft({ entraId: { tenantId: TENANT_ID, clientId, clientSecret } }));
    await administrator.activate(connectionId);
  });
  afterAll(async () => {
    await usher?.stop();
    await entra?.close();
    await graph?.close();
  });

  const signIn = async (claims: Readonly<Record<string, unknown>> = {}) => {
    entra.setPerson(entra.person(claims));
    const browser = createBrowser();
    return await browser.get(await administrator.startUrl(browser));
  };

  it.each<[string, Record<string, unknown>, string]>([
    ["an account of another directory", { tid: OTHER_TENANT_ID }, "ENTRA_TENANT_MISMATCH"],
    ["a v1 token", { iss: `https://sts.windows.net/${TENANT_ID}/` }, "OIDC_ISSUER_MISMATCH"],
    ["an account without an object ID", { oid: undefined, sub: ADA_OID }, "ENTRA_OBJECT_ID_INVALID"],
  ])("refuses a sign-in with %s, and shows the administrator why", async (_, claims, outcome) => {
    const page = await signIn(claims);
    expect(page.status).toBe(403);
    const attempt = await administrator.lastAttempt();
    expect(attempt).toMatchObject({ outcome, remedy: expect.stringMatching(/\.$/) });
    expect(page.visibleText).toContain(attempt.reference);
    expect(page.visibleText).not.toContain(OTHER_TENANT_ID);
    expect(await administrator.members()).toEqual([]);
  });

  it("gives a role by a group that only Microsoft Graph returns, and refuses with the reason if it returns none", async () => {
    await usher.ask(
      `mutation ($id: ID!) { setRoleMappings(input: { connectionId: $id, mappings: [
         { claim: "groups", operator: EQUALS, value: "g-trainers", roleKey: "MANAGER" }] }) { connection { id } } }`,
      { id: connectionId },
    );
    const overage = { _claim_names: { groups: "src1" }, email: "grace@acme.example" };
    graph.script({ status: 403, body: { error: { code: "Authorization_RequestDenied" } } });
    expect((await signIn({ ...overage, oid: GRACE_OID })).status).toBe(403);
    expect(await administrator.lastAttempt()).toMatchObject({
      outcome: "GROUPS_UNKNOWN",
      detail: expect.stringContaining("GroupMember.Read.All"),
    });
    graph.script({ body: { value: ["g-everybody", "g-trainers"] } });
    await signIn({ ...overage, oid: GRACE_OID });
    expect(await administrator.lastAttempt()).toMatchObject({ outcome: "SUCCEEDED" });
    const { users } = await usher.ask(
      `query ($id: ID!) { users(organizationId: $id, filter: { search: "grace" }) { nodes { roles { key } } } }`,
      { id: administrator.organizationId },
    );
    expect(users.nodes).toEqual([{ roles: [{ key: "MANAGER" }] }]);
    await usher.ask(
      `mutation ($id: ID!) { setRoleMappings(input: { connectionId: $id, mappings: [] }) { connection { id } } }`,
      { id: connectionId },
    );
  });

  it("signs in a person whose names are longer than any column", async () => {
    const long = "ü".repeat(5_000);
    const page = await signIn({ given_name: long, family_name: `${long}\u0000`, name: long, preferred_username: long });
    expect(isSignedIn(page, administrator)).toBe(true);
    const members = await administrator.members();
    expect(members.map(({ firstName }: { firstName: string }) => firstName)).toContain("ü".repeat(200));
  });

  it("is not activated if Microsoft does not know the directory", async () => {
    const { clientId, clientSecret } = entra;
    const { id } = await administrator.draft({ entraId: { tenantId: OTHER_TENANT_ID, clientId, clientSecret } });
    expect(await administrator.diagnose(id)).toEqual([
      expect.objectContaining({ check: "DISCOVERY_REACHABLE", remedy: expect.stringContaining("tenantId") }),
    ]);
    await expect(administrator.activate(id)).rejects.toThrow("CONNECTION_NOT_READY");
  });
});
