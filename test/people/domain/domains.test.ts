/** E-mail domains: how organizations prove them, and where `/sign-in` sends people by their address. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { ANONYMOUS, type Caller } from "../../../src/access/caller.js";
import { ALL_PERMISSIONS } from "../../../src/access/permission.js";
import { addDomain, removeDomain, verifyDomain } from "../../../src/people/domain/domain.operations.js";
import { findOrganizationByDomain, isDomainProved } from "../../../src/people/domain/domain.repository.js";
import { canonicalDomain, domainOf, findDomainMistake, txtRecordOf } from "../../../src/people/domain/domain.js";
import type { ResolveTxt } from "../../../src/people/domain/resolve-txt.js";
import { countQueries } from "../../../src/platform/database/query-count.js";
import { createBrowser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { createTenant, type Tenant } from "../../support/tenant.js";
import { startTestUsher, type TestUsher } from "../../support/usher.js";
import { codeOf, keyOf, makeOrganization, useHouse, OPERATOR, personIn } from "../../support/house.js";

const house = useHouse();

/** A DNS in memory: names with their TXT records, or the code with which the look-up fails. */
const dns = new Map<string, readonly (readonly string[])[] | string>();
const asked: string[] = [];
const resolveTxt: ResolveTxt = async (name) => {
  asked.push(name);
  const answer = dns.get(name) ?? "ENOTFOUND";
  if (typeof answer === "string") throw Object.assign(new Error(`queryTxt ${answer} ${name}`), { code: answer });
  return answer;
};
beforeEach(() => {
  dns.clear();
  asked.length = 0;
});

describe("the name of a domain", () => {
  test.each([
    ["Example.COM", "example.com"],
    [" example.com. ", "example.com"],
    ["Müller.example", "xn--mller-kva.example"],
    ["xn--mller-kva.example", "xn--mller-kva.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
  ])("%j is %s", (entered, expected) => {
    expect(canonicalDomain(entered)).toBe(expected);
    expect(findDomainMistake(expected)).toBeNull();
  });

  test.each([
    "localhost",
    "com",
    "192.168.0.1",
    "0x7f.1",
    "2130706433",
    "[::1]",
    "::1",
    "intranet.local",
    "db.internal",
    "hidden.onion",
    "1.0.0.127.in-addr.arpa",
    "alice@example.com",
    "https://example.com",
    "example.com/path",
    "example.com:443",
    "example.com?x",
    "example.com#x",
    "example.com\\x",
    "ex%61mple.com",
    "exa\tmple.com",
    "-bad.example.com",
    "bad-.example.com",
    "a..example.com",
    ".example.com",
    "*.example.com",
    "_dmarc.example.com",
    "exa mple.com",
    `${"a".repeat(64)}.example.com`,
    `${"a.".repeat(120)}example.com`,
    "xn--a.example",
    "",
  ])("%j cannot be the domain of an organization", (entered) => {
    expect(findDomainMistake(canonicalDomain(entered))).toEqual(expect.any(String));
  });

  test("of an address follows the last @", () => {
    expect(domainOf("Alice@Example.com")).toBe("example.com");
    expect(domainOf('"odd@local"@bücher.example')).toBe("xn--bcher-kva.example");
    // As the host of a URL, each of these ends in a proved domain or becomes one.
    for (const tail of ["proved.example/evil", "proved.example?x", "proved.example#x", "%70roved.example"])
      expect(domainOf(`mallory@${tail}`)).toBe("");
  });
});

describe("proving a domain", () => {
  const verify = (caller: Caller, id: string) => verifyDomain(house.store, resolveTxt, caller, id);
  const prove = (domain: { domain: string; token: string }) =>
    dns.set(txtRecordOf(domain).name, [["v=spf1 -all"], [domain.token]]);

  test("needs the TXT record of addDomain, and is in the audit log", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const administrator = personIn(organizationId, "administrator");
    const domain = await addDomain(house.store, administrator, { organizationId, domain: "Bücher.Example." });
    expect(domain).toMatchObject({ domain: "xn--bcher-kva.example", verifiedAt: null });
    const record = txtRecordOf(domain);
    expect(record.name).toBe("_usher-verification.xn--bcher-kva.example");
    expect(record.value).toMatch(/^usher-domain-verification=[A-Za-z0-9_-]{32}$/);
    expect(await addDomain(house.store, administrator, { organizationId, domain: "bücher.example" })).toEqual(domain);

    await expect(verify(administrator, domain.id)).rejects.toMatchObject({
      code: "DOMAIN_NOT_PROVED",
      details: { name: record.name, expected: record.value, found: [], problem: null },
      message: `There is no TXT record ${record.name} yet.`,
    });
    dns.set(record.name, [["usher-domain-verification=", "somebody-else"], [`${record.value}x`], ["y".repeat(300)]]);
    await expect(verify(administrator, domain.id)).rejects.toMatchObject({
      code: "DOMAIN_NOT_PROVED",
      details: { found: ["usher-domain-verification=somebody-else", `${record.value}x`, "y".repeat(200)] },
    });
    dns.set(record.name, "ETIMEOUT");
    await expect(verify(administrator, domain.id)).rejects.toMatchObject({
      code: "DOMAIN_NOT_PROVED",
      details: { problem: "The DNS did not answer (ETIMEOUT)." },
    });
    expect(await isDomainProved(house.database.reader, organizationId, "a@bücher.example")).toBe(false);

    // Long TXT records consist of several strings (RFC 1035, 3.3).
    dns.set(record.name, [["v=spf1 -all"], [record.value.slice(0, 10), record.value.slice(10)]]);
    expect(await verify(administrator, domain.id)).toMatchObject({ id: domain.id, verifiedAt: house.clock.now });
    expect(await isDomainProved(house.database.reader, organizationId, "a@bücher.example")).toBe(true);
    expect(await findOrganizationByDomain(house.database.reader, "xn--bcher-kva.example")).toBe(organizationId);

    dns.clear();
    asked.length = 0;
    expect(await verify(administrator, domain.id)).toMatchObject({ verifiedAt: house.clock.now });
    expect(asked).toEqual([]);
    await removeDomain(house.store, administrator, domain.id);
    expect(await findOrganizationByDomain(house.database.reader, "xn--bcher-kva.example")).toBeNull();
    const rows = await house.database.reader.rows<{ action: string }>(
      "SELECT action FROM audit_entry WHERE subject_id = ? AND organization_id = ? ORDER BY id",
      [domain.id, organizationId],
    );
    expect(rows.map(({ action }) => action)).toEqual(["domain.added", "domain.verified", "domain.removed"]);
  });

  test("needs the record of the own claim: another organization's record proves nothing", async () => {
    const { id: first } = await makeOrganization(house);
    const { id: second } = await makeOrganization(house);
    const claimed = await addDomain(house.store, OPERATOR, { organizationId: first, domain: "contested.example" });
    const theirs = await addDomain(house.store, OPERATOR, { organizationId: second, domain: "contested.example" });
    prove(claimed);
    expect(await codeOf(verify(OPERATOR, theirs.id))).toBe("DOMAIN_NOT_PROVED");
    expect(await codeOf(verify(OPERATOR, claimed.id))).toBe("NONE");
    // Only an organization that proves the domain learns that another organization has it.
    prove(theirs);
    expect(await codeOf(verify(OPERATOR, theirs.id))).toBe("DOMAIN_TAKEN");
    expect(await findOrganizationByDomain(house.database.reader, "contested.example")).toBe(first);
    await removeDomain(house.store, OPERATOR, claimed.id);
    expect(await codeOf(verify(OPERATOR, theirs.id))).toBe("NONE");
  });

  test("by two organizations at once succeeds for one", async () => {
    const domains = await Promise.all(
      [0, 1].map(async () =>
        addDomain(house.store, OPERATOR, {
          organizationId: (await makeOrganization(house)).id,
          domain: "raced.example",
        }),
      ),
    );
    dns.set(
      txtRecordOf(domains[0]!).name,
      domains.map(({ token }) => [token]),
    );
    const codes = await Promise.all(domains.map(({ id }) => codeOf(verify(OPERATOR, id))));
    expect(codes.toSorted()).toEqual(["DOMAIN_TAKEN", "NONE"]);
  });

  test("is for administrators of the organization; for other callers, the DNS is not asked", async () => {
    const { id: organizationId } = await makeOrganization(house);
    const { id: elsewhere } = await makeOrganization(house);
    const domain = await addDomain(house.store, OPERATOR, { organizationId, domain: "guarded.example" });
    prove(domain);
    for (const [caller, code] of [
      [personIn(elsewhere, "administrator"), "NOT_FOUND"],
      [keyOf(elsewhere, ...ALL_PERMISSIONS), "NOT_FOUND"],
      [personIn(organizationId, "plain", ["CONNECTIONS_WRITE", "CONNECTIONS_READ"]), "FORBIDDEN"],
      [ANONYMOUS, "UNAUTHENTICATED"],
    ] as const) {
      const input = { organizationId, domain: "mine.example" };
      expect(await codeOf(addDomain(house.store, caller, input))).toBe(code);
      expect(await codeOf(verify(caller, domain.id))).toBe(code);
      expect(await codeOf(removeDomain(house.store, caller, domain.id))).toBe(code);
    }
    expect(asked).toEqual([]);
    expect(await codeOf(verify(OPERATOR, domain.id))).toBe("NONE");
  });

  test("is limited to as many domains as are shown without pages", async () => {
    const { id: organizationId } = await makeOrganization(house);
    for (let index = 0; index < 200; index += 1)
      await addDomain(house.store, OPERATOR, { organizationId, domain: `many-${index}.example` });
    expect(await codeOf(addDomain(house.store, OPERATOR, { organizationId, domain: "one-more.example" }))).toBe(
      "INVALID_INPUT",
    );
    expect(await codeOf(addDomain(house.store, OPERATOR, { organizationId, domain: "many-7.example" }))).toBe("NONE");
  });
});

describe("domains in GraphQL", () => {
  test("are claimed, and shown with their record for all organizations of a page in one query", async () => {
    const { id: organizationId, slug } = await makeOrganization(house);
    const claimed = await house.ask(
      keyOf(organizationId, "ORGANIZATION_WRITE"),
      `mutation ($input: AddDomainInput!) { addDomain(input: $input) { domain { id domain txtRecord { name value } verifiedAt } } }`,
      { input: { organizationId, domain: "shown.example" } },
    );
    expect(claimed.data.addDomain.domain).toEqual({
      id: expect.any(String),
      domain: "shown.example",
      txtRecord: {
        name: "_usher-verification.shown.example",
        value: expect.stringContaining("usher-domain-verification="),
      },
      verifiedAt: null,
    });
    const read = `query ($slug: String) { organization(slug: $slug) { domains { domain } } }`;
    for (const permission of ["ORGANIZATION_WRITE", "CONNECTIONS_READ"] as const)
      expect((await house.ask(keyOf(organizationId, permission), read, { slug })).data.organization.domains).toEqual([
        { domain: "shown.example" },
      ]);
    expect((await house.ask(personIn(organizationId, "plain", ["USERS_READ"]), read, { slug })).codes).toEqual([
      "FORBIDDEN",
    ]);
    const list = await countQueries(() =>
      house.ask(OPERATOR, `{ organizations(first: 50) { nodes { domains { txtRecord { name } } } } }`),
    );
    expect(list.statements).toHaveLength(2);
  });
});

describe("/sign-in", () => {
  let usher: TestUsher;
  let provider: HostileOpenIdProvider;
  let tenant: Tenant;
  beforeAll(async () => {
    usher = await startTestUsher({ resolveTxt });
    provider = await startHostileOpenIdProvider();
    tenant = await createTenant(usher, provider);
    const { addDomain: added } = await tenant.ask(
      `mutation ($input: AddDomainInput!) { addDomain(input: $input) { domain { id txtRecord { name value } } } }`,
      { input: { organizationId: tenant.organizationId, domain: "bücher.test" } },
    );
    dns.set(added.domain.txtRecord.name, [[added.domain.txtRecord.value]]);
    await tenant.ask(`mutation ($id: ID!) { verifyDomain(id: $id) { domain { verifiedAt } } }`, {
      id: added.domain.id,
    });
  });
  afterAll(async () => {
    await usher.stop();
    await provider.close();
  });
  const enter = (text: string) =>
    createBrowser().get(`${usher.url}/sign-in?${new URLSearchParams({ organization: text })}`, { follow: false });

  test("redirects by short name and by an address of a proved domain to the organization's page", async () => {
    const bySlug = await enter(` ${tenant.slug.toUpperCase()} `);
    expect([bySlug.status, bySlug.headers.location]).toEqual([303, `/o/${tenant.slug}`]);
    for (const address of ["alice@bücher.test", "nobody-here@xn--bcher-kva.test"]) {
      const page = await enter(address);
      const hint = new URLSearchParams({ login_hint: address });
      expect([page.status, page.headers.location]).toEqual([303, `/o/${tenant.slug}?${hint}`]);
    }
    const form = await createBrowser().get(`${usher.url}/sign-in`);
    expect([form.status, form.visibleText]).toEqual([200, expect.stringContaining("or your e-mail address")]);
  });

  test("passes the address on, so that the provider need not ask for it again", async () => {
    const page = await createBrowser().get(`${usher.url}/sign-in?organization=alice%40xn--bcher-kva.test`);
    const start = page.links.find(({ href }) => href.pathname.endsWith("/start"));
    expect(start?.href.searchParams.get("login_hint")).toBe("alice@xn--bcher-kva.test");
    const away = await createBrowser().get(String(start?.href), { follow: false });
    expect(new URL(String(away.headers.location)).searchParams.get("login_hint")).toBe("alice@xn--bcher-kva.test");
  });

  test("does not show whether an account exists: the answer is the same for all addresses of a domain", async () => {
    await tenant.signIn(createBrowser());
    const strip = (text: string) => text.replaceAll(/[a-z-]+@/g, "");
    const pages = [await enter("alice@acme.test"), await enter("nobody@acme.test")];
    expect(pages.map(({ status }) => status)).toEqual([404, 404]);
    expect(strip(pages[0]!.text)).toBe(strip(pages[1]!.text));
    expect(pages[0]!.visibleText).toContain("No organization is found by addresses of this domain.");
    for (const text of ["@", "alice@", "a@b@bücher", "x@[127.0.0.1]", `${"a".repeat(300)}@bücher.test`])
      expect((await enter(text)).status).toBe(404);
    const markup = await enter(`"><script>alert(1)</script>@evil.test`);
    expect([markup.status, markup.text.includes("<script>alert")]).toEqual([404, false]);
  });

  test("and the organization's page do not show a button that can only be refused", async () => {
    const buttons = async () =>
      (await createBrowser().get(`${usher.url}/o/${tenant.slug}`)).links.filter(({ href }) =>
        href.pathname.startsWith("/sso/"),
      ).length;
    const installation = (ssoAllowed: boolean) =>
      usher.ask(
        `mutation ($input: UpdateInstallationInput!) { updateInstallation(input: $input) { installation { ssoAllowed } } }`,
        {
          input: { ssoAllowed },
        },
      );
    expect(await buttons()).toBe(1);
    await tenant.updateOrganization({ entitlements: { sso: false } });
    expect(await buttons()).toBe(0);
    await tenant.updateOrganization({ entitlements: { sso: true } });
    await installation(false);
    expect(await buttons()).toBe(0);
    await installation(true);
    for (const input of [{ ssoAllowed: false }, { ssoAllowed: true, policies: { ssoEnforcement: "OFF" } }]) {
      await tenant.updateOrganization(input);
      expect(await buttons()).toBe(0);
    }
    await tenant.updateOrganization({ policies: { ssoEnforcement: null } });
    expect(await buttons()).toBe(1);
  });
});
