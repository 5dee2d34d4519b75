/** The operator's app for all directories, with a hostile Microsoft. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createEntraIdType } from "../../../src/connection-types/entra-id/index.js";
import {
  OTHER_TENANT_ID,
  startHostileEntra,
  TENANT_ID,
  type HostileEntra,
} from "../../support/providers/entra/hostile.js";
import { codeOf, SignInDriver } from "../../protocols/oidc/driver.js";
import { RUNTIME } from "../oidc/runtime.js";

const PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad";

let entra: HostileEntra;
beforeAll(async () => {
  entra = await startHostileEntra();
});
afterAll(() => entra.close());

function openApp() {
  const { clientId, clientSecret } = entra;
  const app = createEntraIdType(entra.authority, "https://graph.microsoft.com", { clientId, clientSecret }).operatorApp;
  if (app?.configured == null) throw new Error("the type has no app");
  return app.configured;
}

async function signIn(claims: Readonly<Record<string, unknown>>) {
  const app = openApp();
  const driver = new SignInDriver((await app.open(RUNTIME)) as ConstructorParameters<typeof SignInDriver>[0]);
  const verified = (await driver.signIn(entra, entra.person(claims))) as Parameters<typeof app.tenantOf>[0];
  return { app, verified };
}

const issuerOf = (tenant: string) => `${entra.authority}/${tenant}/v2.0`;

describe("a sign-in with the operator's app", () => {
  test("accepts a person of each directory under the issuer of that directory", async () => {
    for (const tid of [TENANT_ID, OTHER_TENANT_ID]) {
      const { app, verified } = await signIn({ iss: issuerOf(tid), tid });
      expect(verified.issuer).toBe(issuerOf(tid));
      expect(app.tenantOf(verified)).toBe(tid);
      expect(app.fix(verified)).toEqual({ tenantId: tid });
    }
  });

  test.each<[string, () => Record<string, unknown>, string]>([
    [
      "the issuer of another directory",
      () => ({ iss: issuerOf(OTHER_TENANT_ID), tid: TENANT_ID }),
      "OIDC_ISSUER_MISMATCH",
    ],
    ["the template of the document", () => ({ iss: issuerOf("{tenantid}"), tid: TENANT_ID }), "OIDC_ISSUER_MISMATCH"],
    [
      "the issuer of all directories",
      () => ({ iss: issuerOf("organizations"), tid: TENANT_ID }),
      "OIDC_ISSUER_MISMATCH",
    ],
    ["an issuer of v1", () => ({ iss: `https://sts.windows.net/${TENANT_ID}/` }), "OIDC_ISSUER_MISMATCH"],
    ["a personal account", () => ({ iss: issuerOf(PERSONAL), tid: PERSONAL }), "ENTRA_PERSONAL_ACCOUNT"],
    ["a directory that is not an ID", () => ({ iss: issuerOf("acme"), tid: "acme" }), "ENTRA_TENANT_MISMATCH"],
    ["a token without directory", () => ({ tid: undefined }), "ENTRA_TENANT_MISMATCH"],
    ["a list of directories", () => ({ tid: [TENANT_ID] }), "ENTRA_TENANT_MISMATCH"],
    ["a person without object", () => ({ oid: undefined }), "ENTRA_OBJECT_ID_INVALID"],
  ])("refuses %s", async (_name, claims, code) => {
    expect(await codeOf(signIn(claims()))).toBe(code);
  });

  test.each<[string, Record<string, unknown>]>([
    ["acct says so", { acct: 1 }],
    ["another directory vouches for them", { idp: `https://sts.windows.net/${OTHER_TENANT_ID}/` }],
    ["their user name is that of a guest", { preferred_username: "ada_home.example#EXT#@acme.onmicrosoft.com" }],
  ])("does not let a guest speak for the directory: %s", async (_name, claims) => {
    const { app, verified } = await signIn(claims);
    expect(() => app.fix(verified)).toThrow(/ENTRA_CONSENT_BY_GUEST/);
  });
});

describe("the answer of the page for administrators", () => {
  test.each<[Record<string, string>, string | null]>([
    [{ admin_consent: "True", tenant: TENANT_ID.toUpperCase() }, TENANT_ID],
    [{ admin_consent: "true" }, null],
  ])("names a directory: %j", (parameters, tenant) => {
    expect(openApp().adminConsent?.read(parameters)).toBe(tenant);
  });

  test.each<[Record<string, string>]>([
    [{}],
    [{ admin_consent: "False", tenant: TENANT_ID }],
    [{ admin_consent: "True", tenant: TENANT_ID, error: "permission_denied" }],
  ])("refuses %j", (parameters) => {
    expect(() => openApp().adminConsent?.read(parameters)).toThrow(/ENTRA_CONSENT_REFUSED/);
  });
});
