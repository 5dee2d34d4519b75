/** Organizations, and the GraphQL field `viewer`. */
import { describe, expect, test } from "@jest/globals";
import { ANONYMOUS, causeOf, SYSTEM } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS } from "../../../src/access/permission.js";
import { createApiKey } from "../../../src/people/api-key/api-key.operations.js";
import { ensureOperatorKey } from "../../../src/people/api-key/operator-key.js";
import { lockOrganization } from "../../../src/people/organization/organization.repository.js";
import { onMariaDb } from "../../support/database.js";
import { countRows, keyOf, makeOrganization, makeUser, useHouse, OPERATOR, personIn } from "../../support/house.js";
import { findUndescribed } from "../../support/find-undescribed.js";

const house = useHouse();

test("everything in the schema has a description", () => {
  expect(findUndescribed(house.schema)).toEqual([]);
});

describe("organizations", () => {
  const CREATE = `mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { organization { id name slug timeZone landingUrl ssoAllowed version
      policies { ssoEnforcement defaultRole } roles { key rank builtIn } } } }`;

  test("are created with roles and policies, by the operator only", async () => {
    const input = { name: "Acme", slug: "acme" };
    const { data } = await house.ask(OPERATOR, CREATE, { input });
    expect(data.createOrganization.organization).toMatchObject({
      ...input,
      timeZone: "UTC",
      landingUrl: null,
      ssoAllowed: true,
      version: 1,
      policies: { ssoEnforcement: "OPTIONAL", defaultRole: "USER" },
      roles: [{ key: "ADMIN" }, { key: "MANAGER" }, { key: "AUDITOR" }, { key: "USER" }],
    });
    const before = await countRows(house, "organization");
    const organizationId = data.createOrganization.organization.id as string;
    for (const caller of [ANONYMOUS, keyOf(organizationId, ...ALL_PERMISSIONS), personIn(organizationId, "admin")]) {
      const { codes } = await house.ask(caller, CREATE, { input: { name: "Mine", slug: "mine" } });
      expect(codes).toEqual([caller.kind === "ANONYMOUS" ? "UNAUTHENTICATED" : "FORBIDDEN"]);
    }
    expect(await countRows(house, "organization")).toBe(before);
  });

  test("get a short name once if many claim it at once, and the refused ones leave nothing", async () => {
    const before = await countRows(house, "role");
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        house.ask(OPERATOR, CREATE, { input: { name: `Twin ${index}`, slug: "twin" } }),
      ),
    );
    expect(answers.flatMap(({ codes }) => codes)).toEqual(Array<string>(5).fill("SLUG_TAKEN"));
    expect(await countRows(house, "role")).toBe(before + 4);
    const { codes } = await house.ask(OPERATOR, CREATE, { input: { name: "Third", slug: "twin" } });
    expect(codes).toEqual(["SLUG_TAKEN"]);
  });

  test("are seen by their own callers only, by short name or id", async () => {
    const { id, slug } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const document = `query ($slug: String, $id: ID) { organization(slug: $slug, id: $id) { id } }`;
    const NONE = { data: { organization: null }, codes: [] };
    for (const by of [{ slug }, { id }]) {
      for (const caller of [OPERATOR, keyOf(id), personIn(id, "plain", [])])
        expect((await house.ask(caller, document, by)).data).toEqual({ organization: { id } });
      expect(await house.ask(keyOf(elsewhere, ...ALL_PERMISSIONS), document, by)).toMatchObject(NONE);
      expect((await house.ask(ANONYMOUS, document, by)).codes).toEqual(["UNAUTHENTICATED"]);
    }
    expect(await house.ask(OPERATOR, document, { slug: "no-such" })).toMatchObject(NONE);
    expect((await house.ask(OPERATOR, document, { slug, id })).codes).toEqual(["INVALID_INPUT"]);
    expect((await house.ask(OPERATOR, document, {})).codes).toEqual(["INVALID_INPUT"]);
  });

  test("are listed for the operator only", async () => {
    const document = `query ($after: String) { organizations(first: 2, after: $after) {
      nodes { slug } totalCount pageInfo { hasNextPage endCursor } } }`;
    const slugs: string[] = [];
    let total = 0;
    for (let after: string | null = null; ;) {
      const { data } = await house.ask(OPERATOR, document, { after });
      slugs.push(...data.organizations.nodes.map((node: { slug: string }) => node.slug));
      total = data.organizations.totalCount;
      if (!data.organizations.pageInfo.hasNextPage) break;
      after = data.organizations.pageInfo.endCursor;
    }
    expect(slugs).toHaveLength(total);
    expect(slugs).toEqual(slugs.toSorted());
    const { id } = await makeOrganization(house);
    expect((await house.ask(personIn(id, "admin"), document)).codes).toEqual(["FORBIDDEN"]);
  });

  test("are changed field by field; null clears, and only the operator changes the operator's fields", async () => {
    const { id } = await makeOrganization(house);
    const document = `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) {
      organization { name slug timeZone landingUrl supportContact ssoAllowed version policies { ssoEnforcement defaultRole } } } }`;
    const admin = personIn(id, "admin");
    const change = (input: object, caller = admin) => house.ask(caller, document, { input: { id, ...input } });
    const first = await change({
      supportContact: "help@example.com",
      landingUrl: "https://app.example.com/",
      timeZone: "Europe/Berlin",
      policies: { ssoEnforcement: "REQUIRED" },
    });
    expect(first.data.updateOrganization.organization).toMatchObject({
      landingUrl: "https://app.example.com/",
      supportContact: "help@example.com",
      timeZone: "Europe/Berlin",
      version: 2,
      policies: { ssoEnforcement: "REQUIRED", defaultRole: "USER" },
    });
    const second = await change({ landingUrl: null, expectedVersion: 2 });
    expect(second.data.updateOrganization.organization).toMatchObject({
      landingUrl: null,
      supportContact: "help@example.com",
      version: 3,
    });
    expect((await change({ name: "Late", expectedVersion: 2 })).codes).toEqual(["VERSION_CONFLICT"]);
    expect((await change({ landingUrl: "javascript:alert(1)" })).codes).toEqual(["INVALID_INPUT"]);
    expect((await change({ policies: { defaultRole: "NOBODY" } })).codes).toEqual(["INVALID_INPUT"]);
    expect((await change({ slug: "stolen" })).codes).toEqual(["FORBIDDEN"]);
    expect((await change({ ssoAllowed: false })).codes).toEqual(["FORBIDDEN"]);
    expect((await change({ name: "Ours" }, personIn(id, "plain", []))).codes).toEqual(["FORBIDDEN"]);
    expect((await change({ name: "Ours" }, personIn("elsewhere", "admin"))).codes).toEqual(["NOT_FOUND"]);
    const fourth = await change({ slug: "renamed", ssoAllowed: false }, OPERATOR);
    expect(fourth.data.updateOrganization.organization).toMatchObject({
      slug: "renamed",
      ssoAllowed: false,
      version: 4,
    });
  });
});

describe("viewer", () => {
  const VIEWER = `query { viewer {
    user { id email role { key } roles { key } organization { slug } } organization { id } permissions
    memberships { organization { slug } roles { key } } apiKey { name scopes } } }`;

  test("is null without a session or a key", async () => {
    expect(await house.ask(ANONYMOUS, VIEWER)).toEqual({ data: { viewer: null }, codes: [], details: [] });
  });

  test("shows a person their account, the session's organization, and every membership", async () => {
    const home = await makeOrganization(house);
    const guest = await makeOrganization(house);
    const user = await makeUser(house, home.id, { roleKeys: ["ADMIN"] });
    await house.inUnit(async (unit) => {
      const later = new Date(unit.now.getTime() + 1000);
      await unit.execute("INSERT INTO membership (organization_id, user_id, created_at) VALUES (?, ?, ?)", [
        guest.id,
        user.id,
        later,
      ]);
      const role = await unit.row<{ id: string }>("SELECT id FROM role WHERE organization_id = ? AND role_key = ?", [
        guest.id,
        "AUDITOR",
      ]);
      await unit.execute(
        `INSERT INTO membership_role (organization_id, user_id, role_id, source_kind, created_at) VALUES (?, ?, ?, ?, ?)`,
        [guest.id, user.id, role!.id, "ADMIN", later],
      );
    });
    const { data, codes } = await house.ask(personIn(guest.id, user.id, ["AUDIT_READ", "USERS_READ"]), VIEWER);
    expect(codes).toEqual([]);
    expect(data.viewer).toEqual({
      user: {
        id: user.id,
        email: "ada@example.com",
        role: { key: "ADMIN" },
        roles: [{ key: "ADMIN" }],
        organization: { slug: home.slug },
      },
      organization: { id: guest.id },
      permissions: ["USERS_READ", "AUDIT_READ"],
      memberships: [
        { organization: { slug: home.slug }, roles: [{ key: "ADMIN" }] },
        { organization: { slug: guest.slug }, roles: [{ key: "AUDITOR" }] },
      ],
      apiKey: null,
    });
  });

  test("shows an API client its key", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { apiKey } = await createApiKey(house.store, OPERATOR, {
      organizationId,
      name: "Payroll",
      scopes: ["USERS_WRITE", "USERS_READ"],
    });
    const caller = { ...keyOf(organizationId, ...apiKey.scopes), apiKeyId: apiKey.id } as typeof OPERATOR;
    expect((await house.ask(caller, VIEWER)).data.viewer).toEqual({
      user: null,
      organization: { id: organizationId },
      permissions: ["USERS_READ", "USERS_WRITE"],
      memberships: [],
      apiKey: { name: "Payroll", scopes: ["USERS_READ", "USERS_WRITE"] },
    });
  });

  test("shows the operator a key with every permission", async () => {
    await ensureOperatorKey(house.store, "usher_op_test");
    const row = await house.database.reader.row<{ id: string }>("SELECT id FROM api_key WHERE organization_id IS NULL");
    const { data } = await house.ask({ kind: "OPERATOR", apiKeyId: row!.id }, VIEWER);
    expect(data.viewer).toMatchObject({
      user: null,
      organization: null,
      permissions: [...ALL_PERMISSIONS],
      apiKey: { name: "Operator", scopes: [...ALL_PERMISSIONS] },
    });
  });
});

test("locking an organization on a server writes its row, because a cluster's nodes compare only writes", async () => {
  const { id } = await makeOrganization(house);
  const read = async () =>
    (await house.database.reader.row<{ n: number }>("SELECT lock_count AS n FROM organization WHERE id = ?", [id]))?.n;
  const before = (await read()) ?? -1;
  await house.store.begin(SYSTEM, causeOf(SYSTEM), (unit) => lockOrganization(unit, id));
  expect(await read()).toBe(before + (onMariaDb ? 1 : 0));
});
