/** How each outcome is caused that does not depend on a protocol or an account. */
import { randomBytes } from "node:crypto";
import type { SIGN_IN_FAILURES } from "../../../src/sign-in/failures.js";
import { createBrowser } from "../../../testing/browser.js";
import { form, type Case, type Causes, type Ending, type OpenIdTenant, type Stage } from "./stage.js";

const SESSIONS = { elsewhere: "test/e2e/provider-session.test.ts" };
const APPS = { elsewhere: "test/e2e/operator-apps.test.ts" };
const LINKS = { elsewhere: "test/sign-in/link/links.test.ts" };

/** A browser at an address of a connection. */
function visit(
  open: (tenant: OpenIdTenant, stage: Stage) => Promise<Pick<Ending, "page" | "browser">>,
  { detail, fresh = false }: { readonly detail?: RegExp; readonly fresh?: boolean } = {},
): Case {
  const cause: Case["cause"] = async (stage) => {
    const tenant = await (fresh ? stage.make("oidc") : stage.shared("oidc"));
    return { ...(await open(tenant, stage)), tenant };
  };
  return { kind: "oidc", cause, ...(detail && { detail }) };
}

const get = async (url: string, browser = createBrowser()) => ({ page: await browser.get(url), browser });

/** An answer of the provider, which the browser opens at a changed address. */
const returnTo = (change: (callback: URL) => void, detail?: RegExp) =>
  visit(
    async (tenant) => {
      const browser = createBrowser();
      const callback = new URL(await tenant.authenticate(browser));
      change(callback);
      return await get(callback.href, browser);
    },
    { ...(detail && { detail }) },
  );

/** A genuine SAML response that the provider posts to a changed address. */
const postTo = (change: (acsUrl: string) => string, detail: RegExp): Case => ({
  kind: "saml",
  detail,
  cause: async (stage) => {
    const tenant = await stage.sharedSaml();
    const browser = createBrowser();
    const { fields } = await tenant.authenticate(browser);
    return {
      page: await tenant.post(browser, fields as Record<string, string>, change(tenant.acsUrl)),
      browser,
      tenant,
    };
  },
});

/** The provider puts one assertion into the answers to two requests. */
const REPLAYED = form(async ({ saml }, tenant, browser) => {
  const [first, second] = [await tenant.request(browser), await tenant.request(browser)];
  const id = `_${randomBytes(16).toString("hex")}`;
  const answer = (request: typeof first) =>
    saml.answer(request, "p-1001", {
      rewriteAssertion: (xml) => xml.replace(/ ID="[^"]*"/, ` ID="${id}"`),
      assertionSigning: { referenceUri: `#${id}` },
    }).fields as Record<string, string>;
  await tenant.post(browser, answer(first));
  return answer(second);
});

/** An unknown connection, so that Usher cannot know the organization. */
const unknown = (path: string): Case => ({
  kind: "oidc",
  unrecorded: true,
  cause: async (stage) => ({
    ...(await get(`${stage.usher.url}/sso/00000000-0000-7000-8000-000000000000/${path}`)),
    tenant: await stage.shared("oidc"),
  }),
});

export const SIGN_IN_CAUSES: Readonly<Record<(typeof SIGN_IN_FAILURES)[number]["code"], Causes>> = {
  UNKNOWN_CONNECTION: [unknown("callback?state=x&code=y"), unknown("callback/"), unknown("acs"), unknown("start")],
  CONNECTION_TYPE_MISSING: { elsewhere: "test/e2e/specimen.test.ts" },
  OPERATOR_APP_MISSING: APPS,
  SIGN_IN_TENANT_UNKNOWN: "no test yet",
  CONSENT_LINK_OVER: APPS,
  CONSENT_TENANT_MISMATCH: APPS,
  CONSENT_TENANT_TAKEN: APPS,
  CONSENT_TENANT_FIXED: "no test yet",
  SIGN_IN_PARAMETERS_INVALID: returnTo((url) => url.searchParams.append("state", "again"), /state is repeated/),
  SIGN_IN_FORM_TOO_LARGE: form(async () => ({ SAMLResponse: "x".repeat(700 * 1024) })),
  TEST_SIGN_IN_OVER: visit((tenant) => get(`${tenant.startUrl}?test=x`)),
  SIGN_IN_UNKNOWN: returnTo((url) => url.searchParams.set("state", "unknown")),
  SIGN_IN_SUPERSEDED: visit(
    async (tenant) => {
      const browser = createBrowser();
      const callback = await tenant.authenticate(browser);
      await tenant.updateConnection({ settings: { oidc: { signingAlgorithms: ["RS256", "ES256"] } } });
      return await get(callback, browser);
    },
    { fresh: true },
  ),
  SIGN_IN_OTHER_BROWSER: visit(async (tenant) => await get(await tenant.authenticate(createBrowser()))),
  SIGN_IN_NOT_ANSWERED: { elsewhere: "test/e2e/idp-initiated.test.ts" },
  SIGN_IN_REPLAYED: REPLAYED,
  PROVIDER_SESSION_ENDED: SESSIONS,
  SIGN_IN_BINDING_WRONG: returnTo((url) => (url.pathname = url.pathname.replace("/callback", "/acs"))),
  SIGN_IN_ADDRESS_WRONG: [
    returnTo((url) => (url.pathname += "/"), /Expected .*\/callback, received GET .*\/callback\/\./),
    returnTo((url) => (url.pathname += "-old"), /received GET .*\/callback-old\./),
    postTo((acsUrl) => `${acsUrl}/`, /Expected .*\/acs, received POST .*\/acs\/\./),
    postTo((acsUrl) => acsUrl.replace("/acs", "/callback"), /Expected .*\/acs, received POST .*\/callback\./),
  ],
  SIGN_IN_TIMED_OUT: { elsewhere: "test/sign-in/run-strategy.test.ts" },
  SIGN_IN_LINK_UNKNOWN: LINKS,
  SIGN_IN_LINK_USED: { elsewhere: "test/e2e/sign-in-links.test.ts" },
  SIGN_IN_LINK_EXPIRED: LINKS,
  SIGN_IN_LINK_WITHDRAWN: LINKS,
  LOGOUT_NOT_OFFERED: { elsewhere: "test/e2e/outcomes.test.ts" },
  LOGOUT_REPLAYED: { elsewhere: "test/e2e/logout-openid.test.ts" },
  SSO_REQUIRED: LINKS,
  ACCOUNT_LOCKED: LINKS,
  PASSWORD_LOGIN_UNKNOWN: { elsewhere: "test/e2e/passwords.test.ts" },
  PASSWORD_NOT_SET: { elsewhere: "test/e2e/passwords.test.ts" },
  PASSWORD_ASLEEP: { elsewhere: "test/e2e/passwords.test.ts" },
  PASSWORD_LINK_OVER: { elsewhere: "test/e2e/passwords.test.ts" },
  PASSWORD_LOCKED: { elsewhere: "test/e2e/passwords.test.ts" },
  PASSWORD_WRONG: { elsewhere: "test/e2e/passwords.test.ts" },
  SECOND_FACTOR_WRONG: { elsewhere: "test/e2e/second-factors.test.ts" },
  SECOND_FACTOR_CLONED: { elsewhere: "test/e2e/second-factors.test.ts" },
  PASSKEY_NOT_ACCEPTED: { elsewhere: "test/e2e/second-factors.test.ts" },
  ACCOUNT_INVITED: LINKS,
  INVITATION_UNKNOWN: { elsewhere: "test/e2e/invitations.test.ts" },
  INVITATION_USED: { elsewhere: "test/e2e/invitations.test.ts" },
  INVITATION_EXPIRED: { elsewhere: "test/e2e/invitations.test.ts" },
  INVITATION_WITHDRAWN: { elsewhere: "test/e2e/invitations.test.ts" },
  INVITATION_ADDRESS_CHANGED: { elsewhere: "test/e2e/invitations.test.ts" },
};
