/** Mails to people about their accounts: queued in the same unit of work, to the right recipients, as plain text. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { MAIL_TEMPLATES } from "../../../src/app/mail.js";
import { noticeApprovalRequested } from "../../../src/people/notices/notice-approval-requested.js";
import { noticeMerged } from "../../../src/people/notices/notice-merged.js";
import type { Organization } from "../../../src/people/organization/organization.js";
import { createBrowser } from "../../../testing/browser.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
} from "../../support/providers/hostile-openid/index.js";
import { startSmtpServer, type SmtpServer } from "../../support/smtp/index.js";
import { createTenant, makePerson } from "../../support/tenant.js";
import { startTestUsher, type TestUsher } from "../../support/usher.js";
import { readCode, readTable, readText } from "../../docs/markdown.js";
import { makeOrganization, makeUser, useHouse } from "../../support/house.js";

interface Queued {
  readonly organization_id: string;
  readonly recipient: string;
  readonly template: string;
  readonly subject: string;
  readonly body: string;
}

const house = useHouse();
let organization: Organization;
beforeEach(async () => {
  await house.database.transact((transaction) => transaction.execute("DELETE FROM mail_message"));
  organization = await makeOrganization(house);
});

const { inUnit } = house;
const queued = () => house.database.reader.rows<Queued>("SELECT * FROM mail_message ORDER BY recipient");

describe("the person whose account was joined", () => {
  const tell = async (changes: Partial<Organization>, droppedPassword = false, fullName = "Ada Lovelace") => {
    const user = { ...(await makeUser(house, organization.id)), fullName };
    await inUnit((unit) =>
      noticeMerged(unit, {
        organization: { ...organization, ...changes },
        user,
        connectionName: "Acme ID",
        droppedPassword,
      }),
    );
    const [mail] = await queued();
    return mail!;
  };

  it("gets a mail with the organization, the connection, the time and a contact", async () => {
    const mail = await tell({ name: "Acme", supportContact: "help@acme.test" });
    expect(mail).toMatchObject({
      organization_id: organization.id,
      recipient: "ada@example.com",
      template: "account-merged",
      subject: "Your account at Acme has a new way to sign in",
    });
    expect(mail.body).toBe(`Hello Ada Lovelace,

somebody signed in to Acme through "Acme ID" with your address, ada@example.com, on 23 November 2026, 09:00 UTC. As Acme has decided for this way of signing in, it now leads to your account.

If this was you, there is nothing to do.

If it was not you, somebody else may be using your account. Tell help@acme.test at once: they can undo it.
`);
  });

  it("gets a mail about a removed password, with an administrator as contact if none is set", async () => {
    const { body } = await tell({ name: "Acme" }, true);
    expect(body).toContain("a password whose address was not confirmed. It was removed");
    expect(body).toContain("Tell an administrator of Acme at once");
  });

  it("gets a mail into which names cannot inject a paragraph or a header", async () => {
    const { body, subject } = await tell(
      { name: "Acme\r\nBcc: eve@evil.test\r\n\r\nhttps://evil.test" },
      false,
      "Ada\n\nYour account is closed. Call Eve.",
    );
    expect(subject).toBe("Your account at Acme Bcc: eve@evil.test https://evil.test has a new way to sign in");
    expect(body.split("\n\n")).toHaveLength(4);
    expect(body.split("\n\n")[0]).toBe("Hello Ada Your account is closed. Call Eve.,");
  });
});

describe("the administrators of an organization", () => {
  const request = async () => {
    const waiting = await makeUser(house, organization.id, { email: "new@example.com", firstName: "New" });
    await inUnit((unit) => noticeApprovalRequested(unit, { organization, user: waiting, connectionName: "Acme ID" }));
    return waiting;
  };
  const setStatus = (id: string, status: string) =>
    house.database.transact((transaction) =>
      transaction.execute("UPDATE app_user SET status = ? WHERE id = ?", [status, id]),
    );

  it("get a mail about an account that waits, if they are active and of that organization", async () => {
    await makeUser(house, organization.id, { email: "ada@example.com", roleKeys: ["ADMIN"] });
    await makeUser(house, organization.id, { email: "grace@example.com", roleKeys: ["ADMIN", "USER"] });
    await makeUser(house, organization.id, { email: "user@example.com" });
    await makeUser(house, organization.id, { email: "manager@example.com", roleKeys: ["MANAGER"] });
    const left = await makeUser(house, organization.id, { email: "left@example.com", roleKeys: ["ADMIN"] });
    await setStatus(left.id, "DISABLED");
    const other = await makeOrganization(house);
    await makeUser(house, other.id, { email: "other@example.com", roleKeys: ["ADMIN"] });

    const { id } = await request();
    const mails = await queued();
    expect(mails.map(({ recipient }) => recipient)).toEqual(["ada@example.com", "grace@example.com"]);
    expect(mails[0]).toMatchObject({
      organization_id: organization.id,
      template: "approval-requested",
      subject: `New Lovelace waits for approval at ${organization.name}`,
    });
    expect(mails[0]!.body).toContain('New Lovelace (new@example.com) signed in through "Acme ID"');
    expect(mails[0]!.body).toContain(id);
  });

  it("get at most fifty mails, one per address", async () => {
    for (let index = 0; index < 53; index += 1)
      await makeUser(house, organization.id, { email: `admin-${index}@example.com`, roleKeys: ["ADMIN"] });
    await request();
    const mails = await queued();
    expect(mails).toHaveLength(50);
    expect(new Set(mails.map(({ recipient }) => recipient)).size).toBe(50);
  });
});

describe("at a sign-in", () => {
  let usher: TestUsher;
  let provider: HostileOpenIdProvider;
  let server: SmtpServer;
  beforeAll(async () => {
    server = await startSmtpServer();
    usher = await startTestUsher({
      environment: { SMTP_URL: `smtp://127.0.0.1:${server.port}`, USHER_MAIL_FROM: "Acme <sign-in@acme.test>" },
    });
    provider = await startHostileOpenIdProvider();
  });
  afterAll(async () => {
    await usher.stop();
    await provider.close();
    await server.close();
  });

  it("a merge mails the person, and an account that waits for approval mails the administrators", async () => {
    const tenant = await createTenant(usher, provider, {
      policies: { accountLinking: "MERGE_BY_EMAIL", jitActivation: "PENDING_APPROVAL" },
    });
    const create = (email: string, fields: Record<string, unknown>) =>
      tenant.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
        input: { organizationId: tenant.organizationId, email, firstName: "Ada", lastName: "Lovelace", ...fields },
      });
    await create("admin@acme.test", { roleKeys: ["ADMIN"] });
    await create("ada@acme.test", { authMethod: "PASSWORD" });

    await tenant.signIn(createBrowser(), makePerson("ada"));
    const [merged] = await server.waitFor(1);
    expect(merged).toMatchObject({ from: "sign-in@acme.test", to: ["ada@acme.test"] });
    expect(merged!.headers.get("from")).toEqual(["Acme <sign-in@acme.test>"]);
    expect(merged!.headers.get("subject")![0]).toMatch(/^Your account at Acme org-[0-9a-f]+ has a new way to sign in$/);
    expect(merged!.body).toContain('through "Acme ID"');

    await tenant.signIn(createBrowser(), makePerson("bob"));
    const [, requested] = await server.waitFor(2);
    expect(requested!.to).toEqual(["admin@acme.test"]);
    expect(requested!.body).toContain("bob@acme.test");

    // A second sign-in sends no mail.
    await tenant.signIn(createBrowser(), makePerson("ada"));
    await tenant.signIn(createBrowser(), makePerson("bob"));
    await tenant.signIn(createBrowser(), makePerson("carol"));
    const [, , last] = await server.waitFor(3);
    expect(last!.body).toContain("carol@acme.test");
  });
});

it("the operators' guide lists every message and when it is sent", () => {
  const rows = readTable(readText("docs/operators.md"), "message").map(([name = "", sent = ""]) => [
    readCode(name)[0],
    sent,
  ]);
  expect(rows).toEqual([...MAIL_TEMPLATES.values()].map(({ name, description }) => [name, description]));
});
