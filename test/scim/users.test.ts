/** The users of a directory over HTTP: from a token to an account, and to the end of its access. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Document } from "../../src/scim/resource/read-document.js";
import { createBrowser } from "../../testing/browser.js";
import { times } from "../../testing/long.js";
import { startHostileOpenIdProvider } from "../support/providers/hostile-openid/index.js";
import { replaceAll, userBody } from "../support/scim-documents.js";
import { createScimClient, describeUser, ERROR, makeOrganization, USER, type ScimClient } from "../support/scim.js";
import { createTenant, makePerson, whoIsSignedIn } from "../support/tenant.js";
import { startTestUsher, type TestUsher } from "../support/usher.js";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const HOUR = 3_600_000;

/** How far the installation's clock is ahead. */
let ahead = 0;
let usher: TestUsher;
let organizationId: string;
let scim: ScimClient;
beforeAll(async () => {
  usher = await startTestUsher({ clock: () => new Date(Date.now() + ahead) });
  organizationId = await makeOrganization(usher);
  scim = await createScimClient(usher, organizationId);
});
afterAll(() => usher.stop());

const accountOf = async (email: string, organization = organizationId) => {
  const { users } = await usher.ask(
    `query ($id: ID!, $search: String) { users(organizationId: $id, filter: { search: $search }) { nodes {
       id email firstName lastName fullName username employeeId status authMethod version role { key }
       profile { field value source } } } }`,
    { id: organization, search: email },
  );
  return users.nodes[0] ?? null;
};
const eventsOf = async (userId: string, organization = organizationId) => {
  const { events } = await usher.ask(
    `query ($id: ID!) { events(organizationId: $id, first: 200) { nodes { type subject { subjectId } cause { kind actor } data } } }`,
    { id: organization },
  );
  return events.nodes.filter(({ subject }: { subject: { subjectId: string } }) => subject.subjectId === userId);
};
const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe("a user that a directory creates", () => {
  it("is an active SSO account with the default role, an event and an audit entry of the directory", async () => {
    const person = describeUser("ada");
    const { status, headers, body } = await scim.send("POST", "/Users", person);
    expect(status).toBe(201);
    expect(headers.get("content-type")).toBe("application/scim+json; charset=utf-8");
    expect(headers.get("location")).toBe(`${scim.baseUrl}/Users/${body.id}`);
    expect(body).toEqual({
      ...person,
      id: expect.any(String),
      meta: {
        resourceType: "User",
        created: expect.any(String),
        lastModified: body.meta.created,
        location: `${scim.baseUrl}/Users/${body.id}`,
        version: 'W/"1"',
      },
    });
    const account = await accountOf("ada@acme.test");
    expect(account).toMatchObject({
      email: "ada@acme.test",
      username: "ada@acme.test",
      firstName: "Ada",
      lastName: "Tester",
      fullName: "Ada Tester",
      status: "ACTIVE",
      authMethod: "SSO",
      role: { key: "USER" },
    });
    // The resource's id is not the account's, because a user that is made again gets a new one.
    expect(body.id).not.toBe(account.id);
    const events = await eventsOf(account.id);
    expect(typesOf(events)).toEqual(["user.created"]);
    expect(events[0].cause).toEqual({ kind: "SCIM", actor: scim.directoryId });
    const { auditLog } = await usher.ask(
      `query ($id: ID!) { auditLog(organizationId: $id, first: 50) { nodes { action cause { kind actor } subject { id } } } }`,
      { id: organizationId },
    );
    expect(auditLog.nodes).toContainEqual({
      action: "user.created",
      cause: { kind: "SCIM", actor: scim.directoryId },
      subject: { id: account.id },
    });
  });

  it("is read by id, and found by userName in any case", async () => {
    const made = await scim.makeUser(describeUser("grace"));
    const read = await scim.send("GET", `/Users/${made.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(made);
    expect(read.headers.get("etag")).toBe('W/"1"');
    const found = await scim.send("GET", `/Users?filter=${encodeURIComponent('userName eq "GRACE@Acme.Test"')}`);
    expect(found.body).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
      totalResults: 1,
      startIndex: 1,
      itemsPerPage: 1,
      Resources: [made],
    });
  });

  it("is refused a second time with 409, under the same userName in another case, or the same externalId", async () => {
    await scim.makeUser(describeUser("linus"));
    for (const other of [
      { ...describeUser("linus"), externalId: "other" },
      { ...describeUser("other"), externalId: "linus-1" },
      { ...describeUser("other"), userName: "LINUS@acme.test" },
    ]) {
      const { status, body } = await scim.send("POST", "/Users", other);
      expect(status).toBe(409);
      expect(body).toMatchObject({ schemas: [ERROR], status: "409", scimType: "uniqueness" });
    }
  });

  it("is refused with 409 if an account with a password has the address", async () => {
    await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
      input: { organizationId, email: "local@acme.test", firstName: "L", lastName: "L", authMethod: "PASSWORD" },
    });
    const { status, body } = await scim.send("POST", "/Users", describeUser("local"));
    expect(status).toBe(409);
    expect(body.scimType).toBe("uniqueness");
    expect((await accountOf("local@acme.test")).authMethod).toBe("PASSWORD");
  });

  it("cannot take the address of an account with a password later either", async () => {
    const { id } = await scim.makeUser(describeUser("later"));
    await usher.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
      input: { organizationId, email: "owned@acme.test", firstName: "O", lastName: "O", authMethod: "PASSWORD" },
    });
    const path = 'emails[type eq "work"].value';
    const { status, body } = await scim.patch(`/Users/${id}`, { op: "replace", path, value: "owned@acme.test" });
    expect([status, body.scimType]).toEqual([409, "uniqueness"]);
    expect((await scim.patch(`/Users/${id}`, { op: "replace", path, value: "free@acme.test" })).status).toBe(200);
    // A change of the address updates the same account.
    expect(await accountOf("free@acme.test")).toMatchObject({ username: "later@acme.test", status: "ACTIVE" });
  });

  it("takes over an account that an administrator prepared", async () => {
    const { createUser } = await usher.ask(
      `mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`,
      { input: { organizationId, email: "hedy@acme.test", firstName: "H", lastName: "L" } },
    );
    await scim.makeUser(describeUser("hedy"));
    expect(await accountOf("hedy@acme.test")).toMatchObject({ id: createUser.user.id, firstName: "Hedy" });
  });

  it("has the fields of the enterprise extension, and of its work address", async () => {
    const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const made = await scim.makeUser({
      ...describeUser("mary"),
      title: "Engineer",
      addresses: [
        { type: "home", locality: "Bern" },
        { type: "work", locality: "Zurich", postalCode: "8001" },
      ],
      [enterprise]: { employeeNumber: "701984", costCenter: "4130", department: "Tours" },
    });
    expect(made.schemas).toEqual([USER, enterprise]);
    const { profile, employeeId } = await accountOf("mary@acme.test");
    expect(employeeId).toBe("701984");
    expect(profile).toEqual(
      expect.arrayContaining([
        { field: "jobTitle", value: "Engineer", source: "SCIM" },
        { field: "city", value: "Zurich", source: "SCIM" },
        { field: "costCenter", value: "4130", source: "SCIM" },
      ]),
    );
  });
});

describe("a user that a directory changes", () => {
  it("keeps the account, its sign-ins and its id with a new userName and address, and frees the old ones", async () => {
    const made = await scim.makeUser(describeUser("maiden"));
    const { id } = await accountOf("maiden@acme.test");
    const { externalId, ...married } = describeUser("married");
    const { status, body } = await scim.send("PUT", `/Users/${made.id}`, { ...married, externalId: made.externalId });
    expect([status, body.id, externalId === made.externalId]).toEqual([200, made.id, false]);
    expect(await accountOf("married@acme.test")).toMatchObject({ id, username: "married@acme.test", status: "ACTIVE" });
    expect(typesOf(await eventsOf(id))).toEqual(["user.created", "user.updated", "user.email_changed"]);
    const next = await scim.makeUser({ ...describeUser("maiden"), externalId: "maiden-2" });
    expect(next.id).not.toBe(made.id);
    expect((await accountOf("maiden@acme.test")).id).not.toBe(id);
  });
});

describe("a user that a directory deactivates", () => {
  it("is archived, and restored by active true", async () => {
    const { id } = await scim.makeUser(describeUser("alan"));
    const { id: userId } = await accountOf("alan@acme.test");
    const inactive = await scim.patch(`/Users/${id}`, { op: "Replace", path: "active", value: "False" });
    expect(inactive.status).toBe(200);
    expect(inactive.body).toMatchObject({ active: false, meta: { version: 'W/"2"' } });
    expect((await accountOf("alan@acme.test")).status).toBe("ARCHIVED");
    // Inactive users are still answered.
    expect((await scim.send("GET", `/Users/${id}`)).body.active).toBe(false);
    await scim.patch(`/Users/${id}`, { op: "replace", value: { active: true } });
    expect((await accountOf("alan@acme.test")).status).toBe("ACTIVE");
    expect(typesOf(await eventsOf(userId))).toEqual(["user.created", "user.archived", "user.restored"]);
  });

  it("is signed out at once, by deactivation and by DELETE", async () => {
    const provider = await startHostileOpenIdProvider();
    try {
      const tenant = await createTenant(usher, provider);
      const linked = await createScimClient(usher, tenant.organizationId, { connectionId: tenant.connectionId });
      const endings = {
        vera: (id: string) => linked.patch(`/Users/${id}`, { op: "replace", path: "active", value: false }),
        nina: (id: string) => linked.send("DELETE", `/Users/${id}`),
      };
      for (const [word, end] of Object.entries(endings)) {
        const { id } = await linked.makeUser(describeUser(word));
        const browser = createBrowser();
        provider.forget();
        await tenant.signIn(browser, makePerson(word));
        expect(await whoIsSignedIn(browser, usher)).toBe(`${word}@acme.test`);
        await end(id);
        expect(await whoIsSignedIn(browser, usher)).toBeNull();
        provider.forget();
        await tenant.signIn(createBrowser(), makePerson(word));
        expect((await tenant.attempts())[0]?.outcome).toBe("ACCOUNT_ARCHIVED");
      }
      expect(await tenant.users()).toHaveLength(2);
    } finally {
      await provider.close();
    }
  });

  it("is disabled where the directory says so", async () => {
    const organization = await makeOrganization(usher);
    const other = await createScimClient(usher, organization, { deprovisionAction: "DISABLE" });
    const person = describeUser("tim");
    const { id } = await other.makeUser(person);
    // Okta's custom apps deactivate by PUT.
    expect((await other.send("PUT", `/Users/${id}`, { ...person, active: false })).status).toBe(200);
    expect((await accountOf("tim@acme.test", organization)).status).toBe("DISABLED");
    // A PUT without `active` does not restore the access.
    await other.send("PUT", `/Users/${id}`, { ...person, active: undefined });
    expect((await accountOf("tim@acme.test", organization)).status).toBe("DISABLED");
  });
});

describe("a user that a directory deletes", () => {
  it("is hidden and archived, and restored under a new id by a POST", async () => {
    const { id } = await scim.makeUser(describeUser("joan"));
    const before = await accountOf("joan@acme.test");
    const removed = await scim.send("DELETE", `/Users/${id}`);
    expect([removed.status, removed.body]).toEqual([204, null]);
    expect((await accountOf("joan@acme.test")).status).toBe("ARCHIVED");
    for (const method of ["GET", "DELETE"]) expect((await scim.send(method, `/Users/${id}`)).status).toBe(404);
    const again = await scim.makeUser(describeUser("joan"));
    expect(again.id).not.toBe(id);
    expect(await accountOf("joan@acme.test")).toMatchObject({ id: before.id, status: "ACTIVE" });
  });

  it("is not restored for a different person under the same userName", async () => {
    const { id } = await scim.makeUser(describeUser("sara"));
    const { id: userId } = await accountOf("sara@acme.test");
    await scim.send("DELETE", `/Users/${id}`);
    const other = { ...describeUser("sara"), externalId: "sara-2", emails: [{ value: "sara2@acme.test" }] };
    await scim.makeUser(other);
    expect(await accountOf("sara@acme.test")).toMatchObject({ id: userId, status: "ARCHIVED" });
    expect((await accountOf("sara2@acme.test")).id).not.toBe(userId);
  });

  it("is deleted where the directory says so, and archived if it was only deactivated", async () => {
    const organization = await makeOrganization(usher);
    const other = await createScimClient(usher, organization, { deprovisionAction: "DELETE" });
    const { id } = await other.makeUser(describeUser("rosa"));
    await other.patch(`/Users/${id}`, { op: "replace", path: "active", value: false });
    expect((await accountOf("rosa@acme.test", organization)).status).toBe("ARCHIVED");
    await other.send("DELETE", `/Users/${id}`);
    expect(await accountOf("rosa@acme.test", organization)).toBeNull();
  });
});

describe("a token", () => {
  it("is required: another text, an API key or nothing get 401 with an error body", async () => {
    for (const authorization of ["", "non-token", "Bearer usher_scim_unknown", `Bearer ${process.pid}`]) {
      const { status, body, headers } = await scim.send("GET", "/Users", undefined, { authorization });
      expect(status).toBe(401);
      expect(body).toEqual({
        schemas: [ERROR],
        status: "401",
        detail: expect.stringContaining("token of a provisioning directory"),
      });
      expect(headers.get("www-authenticate")).toContain("Bearer");
    }
  });

  it("rotates: the one before works for a day, and an older one stops at once", async () => {
    const first = await createScimClient(usher, await makeOrganization(usher));
    const rotate = async () =>
      (
        await usher.ask(`mutation ($id: ID!) { rotateProvisioningToken(id: $id) { token } }`, {
          id: first.directoryId,
        })
      ).rotateProvisioningToken.token as string;
    const statuses = async (...tokens: readonly string[]) => {
      const answers = tokens.map((token) =>
        first.send("GET", "/Users", undefined, { authorization: `Bearer ${token}` }),
      );
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    const second = await rotate();
    expect(await statuses(first.token, second)).toEqual([200, 200]);
    const third = await rotate();
    expect(await statuses(first.token, second, third)).toEqual([401, 200, 200]);
    ahead = 25 * HOUR;
    expect(await statuses(second, third)).toEqual([401, 200]);
    ahead = 0;
    await usher.ask(`mutation ($id: ID!) { deleteProvisioningDirectory(id: $id) { directory { id } } }`, {
      id: first.directoryId,
    });
    expect(await statuses(third)).toEqual([401]);
  });

  it("belongs to a directory that cannot be linked to a connection of another organization", async () => {
    const provider = await startHostileOpenIdProvider();
    const { connectionId } = await createTenant(usher, provider);
    await provider.close();
    const { errors } = await usher.graphql(
      `mutation ($input: CreateProvisioningDirectoryInput!) { createProvisioningDirectory(input: $input) { token } }`,
      { input: { organizationId, connectionId } },
    );
    expect(errors?.[0]?.extensions.code).toBe("NOT_FOUND");
  });

  it("of another organization neither sees nor changes a user, and learns nothing of it", async () => {
    const made = await scim.makeUser(describeUser("olga"));
    const stranger = await createScimClient(usher, await makeOrganization(usher));
    const unknown = await stranger.send("GET", "/Users/00919288221112222");
    const requests = [
      ["GET", undefined],
      ["PUT", describeUser("olga")],
      ["PATCH", { Operations: [{ op: "replace", path: "active", value: false }] }],
      ["DELETE", undefined],
    ] as const;
    for (const [method, body] of requests) {
      const answer = await stranger.send(method, `/Users/${made.id}`, body);
      expect([answer.status, answer.body]).toEqual([404, unknown.body]);
    }
    for (const filter of [
      `userName eq "olga@acme.test"`,
      `id eq "${made.id}"`,
      `not (userName eq "x")`,
      `active eq true`,
    ]) {
      const list = await stranger.send("GET", `/Users?filter=${encodeURIComponent(filter)}`);
      expect(list.body.totalResults).toBe(0);
    }
    // The same userName is free in the other organization.
    expect((await stranger.send("POST", "/Users", describeUser("olga"))).status).toBe(201);
    expect((await scim.send("GET", `/Users/${made.id}`)).body).toEqual(made);
  });

  it("stops working while the plan lacks SCIM, which deprovisions nobody, and works again afterwards", async () => {
    const organization = await makeOrganization(usher);
    const other = await createScimClient(usher, organization);
    const ruth = await other.makeUser(describeUser("ruth"));
    const entitle = (scimEntitled: boolean) =>
      usher.ask(
        `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { id } } }`,
        { input: { id: organization, entitlements: { scim: scimEntitled } } },
      );
    await entitle(false);
    const deactivate = { op: "replace", path: "active", value: false };
    for (const refused of [
      await other.send("GET", "/Users"),
      await other.send("GET", "/ServiceProviderConfig"),
      await other.send("POST", "/Users", describeUser()),
      await other.patch(`/Users/${ruth.id}`, deactivate),
      await other.send("DELETE", `/Users/${ruth.id}`),
    ]) {
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({ schemas: [ERROR], status: "403" });
      expect(refused.body.detail).toContain("plan");
    }
    expect((await accountOf("ruth@acme.test", organization)).status).toBe("ACTIVE");
    await entitle(true);
    expect((await other.send("GET", `/Users/${ruth.id}`)).body).toEqual(ruth);
    await other.patch(`/Users/${ruth.id}`, deactivate);
    expect((await accountOf("ruth@acme.test", organization)).status).toBe("ARCHIVED");
    await entitle(false);
    const { errors } = await usher.graphql(
      `mutation ($input: CreateProvisioningDirectoryInput!) { createProvisioningDirectory(input: $input) { token } }`,
      { input: { organizationId: organization } },
    );
    expect(errors?.[0]?.extensions.code).toBe("SCIM_NOT_IN_PLAN");
  });

  it("gets 503 with Retry-After while the directory is paused", async () => {
    const other = await createScimClient(usher, await makeOrganization(usher));
    const change = (state: string) =>
      usher.ask(
        `mutation ($input: UpdateProvisioningDirectoryInput!) { updateProvisioningDirectory(input: $input) { directory { state } } }`,
        { input: { id: other.directoryId, state } },
      );
    await change("PAUSED");
    const refused = await other.send("POST", "/Users", describeUser());
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "300"]);
    await change("ACTIVE");
    expect((await other.send("GET", "/Users")).status).toBe(200);
  });
});

describe("for every user over HTTP", () => {
  it("GET returns what was put, and a PATCH that replaces every attribute equals the PUT", async () => {
    const client = await createScimClient(usher, await makeOrganization(usher));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(userBody, userBody, async (one, other) => {
        run += 1;
        const [before, after] = [complete(one, `${run}a`), complete(other, `${run}b`)];
        const { id } = await client.makeUser(before);
        const path = `/Users/${id}`;
        const put = await client.send("PUT", path, after);
        expect([put.status, withoutMeta(put.body)]).toEqual([200, withoutEmpty(after)]);
        expect((await client.send("GET", path)).body).toEqual(put.body);
        expect((await client.send("PUT", path, before)).status).toBe(200);
        const patched = await client.patch(path, ...replaceAll(after as Document));
        expect([patched.status, withoutMeta(patched.body)]).toEqual([200, withoutEmpty(after)]);
      }),
      { numRuns: times(8) },
    );
  });
});

/** A user with what Usher needs: free names and numbers, valid addresses, and a state. */
function complete(body: Readonly<Record<string, unknown>>, word: string): Readonly<Record<string, unknown>> {
  const emails = (body["emails"] ?? []) as readonly object[];
  return {
    ...body,
    userName: `user-${word}@acme.test`,
    externalId: `external-${word}`,
    active: body["active"] ?? true,
    emails: emails.map((email, place) => ({ ...email, value: `mail-${word}-${place}@acme.test` })),
    [ENTERPRISE]: { ...(body[ENTERPRISE] as object), employeeNumber: `employee-${word}` },
  };
}

/** An empty object or list is no value (RFC 7643, section 2.5). */
function withoutEmpty(value: Readonly<Record<string, unknown>>): unknown {
  const isEmpty = (each: unknown): boolean =>
    typeof each === "object" && each !== null && Object.keys(each).length === 0;
  const entries = Object.entries(value).map(
    ([key, each]) => [key, Array.isArray(each) ? each.filter((element) => !isEmpty(element)) : each] as const,
  );
  return Object.fromEntries(entries.filter(([, each]) => !isEmpty(each)));
}

function withoutMeta({
  id: _id,
  schemas: _schemas,
  meta: _meta,
  ...values
}: Readonly<Record<string, unknown>>): unknown {
  return values;
}
