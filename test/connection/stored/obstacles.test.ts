/**
 * What in the organization keeps a connection from working: switches that turn single sign-on off, and merging that can join
 * nobody.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SYSTEM } from "../../../src/access/caller.js";
import { WARN_OF_MISSING_BREAK_GLASS } from "../../../src/connection/enforcement/warn-of-missing-break-glass.js";
import { insertIdentity } from "../../../src/connection/identity/identity.repository.js";
import { activateConnection, testConnection } from "../../../src/connection/stored/activation.js";
import { createConnection } from "../../../src/connection/stored/connection.operations.js";
import type { ConnectionPoliciesChange } from "../../../src/connection/stored/policies.js";
import { createRegistry } from "../../../src/connection/registry.js";
import { runUpkeep } from "../../../src/connection/upkeep/run-upkeep.js";
import { insertDomain, markProved } from "../../../src/people/domain/domain.repository.js";
import { updateInstallation } from "../../../src/people/installation/installation.operations.js";
import { createOrganization, updateOrganization } from "../../../src/people/organization/organization.operations.js";
import { createLogger } from "../../../src/platform/telemetry/logger.js";
import { createUser } from "../../../src/people/user/user.operations.js";
import { COMPLETE, failureOf, keyOfOrganization, openHouse, OPERATOR, START, type House } from "../support/house.js";
import { PLAIN_TYPE } from "../support/specimen.js";

let house: House;
let organizationId: string;
let number = 0;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());
beforeEach(async () => {
  number += 1;
  house.specimen.hooks.findings = [];
  const { id } = await createOrganization(house.services, OPERATOR, { name: "Acme", slug: `obstacles-${number}` });
  organizationId = id;
});

async function connect(policies: ConnectionPoliciesChange = {}, settings: object = { madeUp: COMPLETE }) {
  const input = { organizationId, displayName: "Acme ID", settings: { ...settings }, policies };
  return (await createConnection(house.services, OPERATOR, input)).id;
}

const change = (input: object) => updateOrganization(house.services, OPERATOR, organizationId, input);
const checksOf = async (id: string) =>
  (await testConnection(house.services, keyOfOrganization(organizationId), id)).map(({ check }) => check);

describe("a switch that keeps single sign-on off", () => {
  test.each([
    ["SSO_NOT_IN_PLAN", () => change({ entitlements: { sso: false } })],
    ["SSO_NOT_ALLOWED", () => change({ ssoAllowed: false })],
    ["SSO_SYSTEM_OFF", () => updateInstallation(house.services, OPERATOR, { ssoAllowed: false })],
  ])("is the first finding of testConnection, and activateConnection is refused: %s", async (check, switchOff) => {
    const id = await connect({}, { madeUp: { ...COMPLETE, password: null } });
    house.specimen.hooks.findings = [{ check: "X", level: "ERROR", message: "X.", remedy: "X." }];
    try {
      await switchOff();
      const [first, ...others] = await testConnection(house.services, keyOfOrganization(organizationId), id);
      expect(first).toMatchObject({ check, level: "ERROR" });
      expect(first?.remedy).toContain("the operator (help@operator.example)");
      expect(others.map((each) => each.check)).toEqual(["SETTINGS_COMPLETE"]);
      const failure = await failureOf(activateConnection(house.services, keyOfOrganization(organizationId), id));
      expect(failure).toMatchObject({ code: "CONNECTION_NOT_READY", details: { findings: [first] } });
      expect((failure as unknown as Error).message).toMatch(
        /^The connection cannot be activated yet\. [^:]*single sign-on[^:]* settings\./i,
      );
    } finally {
      await updateInstallation(house.services, OPERATOR, { ssoAllowed: true });
    }
  });

  test("prevents the activation of a connection that is otherwise ready, until the switch is changed", async () => {
    const id = await connect();
    await change({ entitlements: { sso: false } });
    expect(await failureOf(activateConnection(house.services, OPERATOR, id))).toMatchObject({
      code: "CONNECTION_NOT_READY",
    });
    await change({ entitlements: { sso: true } });
    expect(await activateConnection(house.services, OPERATOR, id)).toMatchObject({
      connection: { state: "ACTIVE" },
      findings: [],
    });
  });

  test("names the operator without a contact if none is configured", async () => {
    const id = await connect();
    await change({ ssoAllowed: false });
    const [finding] = await testConnection({ ...house.services, operatorContact: null }, OPERATOR, id);
    expect(finding?.remedy).toMatch(/^Ask the operator of this installation to /);
  });

  test("is only a warning if it is the organization's own policy, and activateConnection answers it", async () => {
    const id = await connect();
    await change({ policies: { ssoEnforcement: "OFF" } });
    const { connection, findings } = await activateConnection(house.services, OPERATOR, id);
    expect(connection.state).toBe("ACTIVE");
    expect(findings).toMatchObject([{ check: "SSO_SWITCHED_OFF", level: "WARNING" }]);
    expect(findings[0]?.remedy).not.toContain("operator");
  });
});

describe("an organization that required single sign-on before it needed a break-glass account", () => {
  test("keeps the policy, and is told of what is missing in testConnection and once by mail", async () => {
    const logger = createLogger({ level: "silent", pretty: false });
    const id = await connect();
    await activateConnection(house.services, OPERATOR, id);
    const email = `kay@acme-${number}.test`;
    const names = { firstName: "Kay", lastName: "Keeper", authMethod: "PASSWORD" as const, roleKeys: ["ADMIN"] };
    const kay = await createUser(house.services, OPERATOR, { organizationId, email, ...names });
    const execute = (sql: string, ...parameters: (string | Date | boolean)[]) =>
      house.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => unit.execute(sql, parameters));
    await execute("INSERT INTO user_credential (user_id, password_hash, set_at) VALUES (?, '', ?)", kay.id, START);
    const mails = async () => {
      house.advance(7 * 60 * 60);
      await runUpkeep(
        { services: house.services, steps: [WARN_OF_MISSING_BREAK_GLASS], logger },
        new AbortController().signal,
      );
      return (
        await house.services.reader.rows<{ recipient: string }>(
          "SELECT recipient FROM mail_message WHERE template = 'break-glass-missing' AND organization_id = ?",
          [organizationId],
        )
      )
        .map(({ recipient }) => recipient)
        .toSorted((one, other) => one.localeCompare(other));
    };
    const both = ["help@operator.example", email];
    expect([await checksOf(id), await mails()]).toEqual([[], []]);
    await change({ policies: { ssoEnforcement: "REQUIRED" } });
    expect(await checksOf(id)).toEqual(["BREAK_GLASS_MISSING"]);
    expect(await mails()).toEqual(both);
    expect(await mails()).toEqual(both);
    await execute("UPDATE app_user SET is_break_glass = ? WHERE id = ?", true, kay.id);
    expect([await checksOf(id), await mails()]).toEqual([[], both]);
    await execute("DELETE FROM user_credential WHERE user_id = ?", kay.id);
    expect(await checksOf(id)).toEqual(["BREAK_GLASS_MISSING"]);
    expect(await mails()).toEqual([...both, ...both].toSorted((one, other) => one.localeCompare(other)));
  });
});

describe("merging that can join nobody", () => {
  const CHECK = "MERGING_JOINS_NOBODY";
  const MERGES = { accountLinking: "MERGE_BY_EMAIL" } as const;
  const silent = () => {
    const type = { ...house.specimen.type, saysWhetherEmailIsVerified: false as const };
    return { ...house.services, registry: createRegistry([type, PLAIN_TYPE]) };
  };

  async function signedIn(connectionId: string, subject: string, emailVerified: boolean | null) {
    const email = `${subject}@acme-${number}.test`;
    const names = { firstName: "Ada", lastName: "Tester" };
    const user = await createUser(house.services, OPERATOR, { organizationId, email, ...names, authMethod: "SSO" });
    await house.services.begin(SYSTEM, { kind: "SIGN_IN", actor: null }, (unit) =>
      insertIdentity(unit, {
        connectionId,
        userId: user.id,
        issuer: "https://id.example.com",
        subject,
        emailKey: email,
        emailVerified,
        linkKind: "OWN",
        lastSignedInAt: unit.now,
      }),
    );
  }

  test("is a warning with the ways out, if the type never says whether an address is verified", async () => {
    const id = await connect(MERGES);
    const findings = await testConnection(silent(), OPERATOR, id);
    expect(findings).toMatchObject([{ check: CHECK, level: "WARNING" }]);
    for (const way of ["verifyDomain", "email_verified", "requireVerifiedEmail", "ADMIN_LINK"])
      expect(findings[0]?.remedy).toContain(way);
    const activation = await activateConnection(silent(), OPERATOR, id);
    expect(activation.findings).toEqual(findings);
  });

  test("is found from the people who signed in, and not before the first one", async () => {
    const id = await connect(MERGES);
    expect(await checksOf(id)).toEqual([]);
    await signedIn(id, "ada", null);
    expect(await checksOf(id)).toEqual([CHECK]);
    await signedIn(id, "ben", false);
    expect(await checksOf(id)).toEqual([]);
  });

  test("ends with a proved domain, but not with a claimed one or with another organization's", async () => {
    const id = await connect(MERGES);
    const prove = async (owner: string, proves: boolean) => {
      const name = `${owner}-${proves}.example`;
      const domain = {
        id: name.slice(-36),
        organizationId: owner,
        domain: name,
        token: "t",
        verifiedAt: null,
        createdAt: START,
      };
      await house.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
        await insertDomain(unit, domain);
        if (proves) await markProved(unit, domain);
      });
    };
    await prove(organizationId, false);
    await prove(house.otherOrganizationId, true);
    expect((await testConnection(silent(), OPERATOR, id)).map(({ check }) => check)).toEqual([CHECK]);
    await prove(organizationId, true);
    expect(await testConnection(silent(), OPERATOR, id)).toEqual([]);
  });

  test.each<[string, ConnectionPoliciesChange]>([
    ["merging is off", { accountLinking: "NONE" }],
    ["an administrator approves each link", { accountLinking: "ADMIN_LINK" }],
    ["the policy needs no verified address", { ...MERGES, requireVerifiedEmail: false }],
  ])("is no finding if %s", async (_, policies) => {
    expect(await testConnection(silent(), OPERATOR, await connect(policies))).toEqual([]);
  });
});
