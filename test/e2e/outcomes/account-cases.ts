/** How a verified person meets each outcome of accounts, policies and plans. The connection type does not matter. */
import type { PROVISIONING_FAILURES } from "../../../src/provisioning/failures.js";
import { createBrowser } from "../../../testing/browser.js";
import { createScimClient, describeUser } from "../../support/scim.js";
import { makePerson, type TenantOptions } from "../../support/tenant.js";
import { fault, response, type Case, type Causes, type OpenIdTenant, type Stage } from "./stage.js";

interface Arrival extends TenantOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly before?: (tenant: OpenIdTenant, stage: Stage) => Promise<unknown>;
  /** Runs after the person left for the provider and before they return. */
  readonly meanwhile?: (tenant: OpenIdTenant, stage: Stage) => Promise<unknown>;
  /** Runs at the end, whatever happened. */
  readonly after?: (stage: Stage) => Promise<unknown>;
}

/** Ada comes back from her provider to an organization of her own. */
function arrival(detail: RegExp | null, { claims, before, meanwhile, after, ...options }: Arrival): Case {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await stage.make("oidc", options);
    await before?.(tenant, stage);
    const browser = createBrowser();
    const callback = await tenant.authenticate(browser, makePerson("ada", claims));
    await meanwhile?.(tenant, stage);
    try {
      return { page: await browser.get(callback), browser, tenant };
    } finally {
      await after?.(stage);
    }
  };
  return { kind: "oidc", cause, ...(detail && { detail }) };
}

const setSystem = ({ usher }: Stage, on: boolean) =>
  usher.ask(
    `mutation ($on: Boolean!) { updateInstallation(input: { ssoAllowed: $on }) { installation { ssoAllowed } } }`,
    { on },
  );

const makeAccount = (tenant: OpenIdTenant, account: Readonly<Record<string, unknown>>) =>
  tenant.ask(`mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }`, {
    input: { organizationId: tenant.organizationId, firstName: "Ada", lastName: "Lovelace", ...account },
  });

const signInOnce = async (tenant: OpenIdTenant, claims = {}) => {
  const browser = createBrowser();
  return await browser.get(await tenant.authenticate(browser, makePerson("ada", claims)));
};

/** Ada has signed in before, and an administrator did this to her account. */
const afterwards = (mutation: string) => async (tenant: OpenIdTenant) => {
  await signInOnce(tenant);
  const [ada] = await tenant.users();
  await tenant.ask(`mutation ($id: ID!) { ${mutation}(id: $id) { user { id } } }`, { id: ada!.id });
};

const mapRole = (rule: Readonly<Record<string, string>>) => (tenant: OpenIdTenant) =>
  tenant.ask(`mutation ($input: SetRoleMappingsInput!) { setRoleMappings(input: $input) { connection { id } } }`, {
    input: { connectionId: tenant.connectionId, mappings: [{ claim: "groups", roleKey: "MANAGER", ...rule }] },
  });

const onGroup = mapRole({ operator: "EQUALS", value: "staff" });

/** A directory with too many groups for a token, whose groups Usher may not read. */
const OVERAGE: Case = {
  kind: "entra-id",
  detail: /GroupMember\.Read\.All/,
  cause: async (stage) => {
    const tenant = await stage.make("entra-id");
    await onGroup(tenant);
    stage.graph.script({ status: 403, body: { error: { code: "Authorization_RequestDenied" } } });
    const browser = createBrowser();
    const ada = stage.entra.person({ _claim_names: { groups: "src1" } });
    return { page: await browser.get(await tenant.authenticate(browser, ada)), browser, tenant };
  },
};

/** The connection was switched off: before the browser goes to the provider. */
const SWITCHED_OFF: Case = {
  kind: "oidc",
  detail: /DISABLED/,
  cause: async (stage) => {
    const tenant = await stage.make("oidc");
    await tenant.disable();
    const browser = createBrowser();
    return { page: await browser.get(tenant.startUrl), browser, tenant };
  },
};

export const ACCOUNT_CAUSES: Readonly<Record<(typeof PROVISIONING_FAILURES)[number]["code"], Causes>> = {
  SSO_NOT_IN_PLAN: arrival(null, {
    meanwhile: (tenant) => tenant.updateOrganization({ entitlements: { sso: false } }),
  }),
  SSO_SYSTEM_OFF: arrival(null, {
    meanwhile: (_tenant, stage) => setSystem(stage, false),
    after: (stage) => setSystem(stage, true),
  }),
  SSO_NOT_ALLOWED: arrival(null, { meanwhile: (tenant) => tenant.updateOrganization({ ssoAllowed: false }) }),
  SSO_SWITCHED_OFF: arrival(null, {
    meanwhile: (tenant) => tenant.updateOrganization({ policies: { ssoEnforcement: "OFF" } }),
  }),
  CONNECTION_NOT_ACTIVE: SWITCHED_OFF,
  LINK_PENDING: arrival(/./, {
    policies: { accountLinking: "ADMIN_LINK" },
    claims: { email: "link-pending@acme.test" },
    before: (tenant) => makeAccount(tenant, { email: "link-pending@acme.test", authMethod: "PASSWORD" }),
  }),
  NO_ROLE: arrival(/./, { policies: { unmappedUser: "REFUSE" } }),
  GROUPS_UNKNOWN: [arrival(/./, { before: onGroup, claims: { _claim_names: { groups: "src1" } } }), OVERAGE],
  MAPPINGS_TOO_COSTLY: arrival(null, {
    before: mapRole({ operator: "MATCHES", value: "[ab]{900}" }),
    claims: { groups: Array.from({ length: 25 }, (_, index) => `${index}${"ab".repeat(500)}`) },
  }),
  SEATS_FULL: arrival(/0 of 0 seats are in use\./, {
    organization: { totalSeats: 0, policies: { seatModel: "ACTIVE_USER", seatsFull: "DENY_PROVISIONING" } },
  }),
  EMAIL_MISSING: [
    fault(null, { claims: { email: undefined }, detail: /The provider sent no address\./ }),
    fault(null, { kind: "entra-id", claims: { email: undefined, preferred_username: undefined } }),
    fault(null, { kind: "google-workspace", claims: { email: undefined } }),
    response({ attributes: [["firstName", ["Ann"]]] }, /The provider sent no address\./),
  ],
  EMAIL_UNUSABLE: fault(null, {
    claims: { email: "ädä@acme.test" },
    detail: /The claim email is ädä@acme\.test; it has letters before the @ that are not ASCII\./,
  }),
  NAME_MISSING: [
    fault(null, { claims: { given_name: undefined }, detail: /The provider sent no first name\./ }),
    fault(null, { kind: "entra-id", claims: { given_name: undefined, family_name: undefined, name: undefined } }),
    fault(null, {
      kind: "google-workspace",
      claims: { given_name: undefined, family_name: undefined, name: undefined },
    }),
    response({ attributes: [["email", ["ann@acme.example"]]] }),
  ],
  NO_MATCHING_ACCOUNT: arrival(/Subject ada-1, address ada@acme\.test\./, { policies: { jitProvisioning: false } }),
  ACCOUNT_AMBIGUOUS: arrival(/./, {
    policies: { matchKey: "USERNAME" },
    before: async (tenant) => {
      for (const email of ["one@acme.test", "two@acme.test"]) await makeAccount(tenant, { email, username: "ada" });
    },
    claims: { preferred_username: "ada" },
  }),
  SUBJECT_CHANGED: arrival(/./, { before: (tenant) => signInOnce(tenant, { sub: "ada-before" }) }),
  ISSUER_CHANGED: arrival(/is linked under the issuer/, {
    before: async (tenant, stage) => {
      await signInOnce(tenant);
      const { issuer } = stage.providers.oidc;
      const ends = { fromConnectionId: tenant.connectionId, toConnectionId: tenant.connectionId };
      await tenant.ask(`mutation ($input: RelinkIdentitiesInput!) { relinkIdentities(input: $input) { hasMore } }`, {
        input: { ...ends, fromIssuer: issuer, toIssuer: `${issuer}/` },
      });
    },
  }),
  ACCOUNT_DISABLED: arrival(/./, { before: afterwards("disableUser") }),
  ACCOUNT_ARCHIVED: arrival(/./, { before: afterwards("archiveUser") }),
  ACCOUNT_PENDING_APPROVAL: arrival(/./, { policies: { jitActivation: "PENDING_APPROVAL" } }),
  ACCOUNT_BREAK_GLASS: { elsewhere: "test/sign-in/link/links.test.ts" },
  REMOVED_BY_DIRECTORY: arrival(/Subject ada-1, address ada@acme\.test\./, {
    before: async ({ organizationId, connectionId }, { usher }) => {
      const scim = await createScimClient(usher, organizationId, { connectionId });
      const { id } = await scim.makeUser(describeUser("ada"));
      await scim.send("DELETE", `/Users/${id}`);
    },
  }),
};
