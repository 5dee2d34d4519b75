/** Groups that an Entra ID token leaves out: the requests to Microsoft Graph, and the result if it does not return them. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createGraph, fetchGroups } from "../../../src/connection-types/entra-id/groups.js";
import { ADA_OID, TENANT_ID } from "../../support/providers/entra/hostile.js";
import { startDirectoryApi, type DirectoryApi } from "../../support/providers/directory-api.js";
import { RUNTIME } from "../oidc/runtime.js";

let api: DirectoryApi;
let now = Date.now();
/** By how many milliseconds the clock advances whenever it is read. */
let tick = 0;
beforeAll(async () => {
  api = await startDirectoryApi();
});
beforeEach(() => {
  api.forget();
  api.scriptToken(null);
  now = Date.now();
  tick = 0;
});
afterAll(() => api.close());

const OVERAGE = {
  tid: TENANT_ID,
  oid: ADA_OID,
  _claim_names: { groups: "src1" },
  _claim_sources: { src1: { endpoint: "https://graph.windows.net/evil" } },
};

function open() {
  const provider = { tokenEndpoint: `${api.url}/token` } as Parameters<typeof createGraph>[1];
  const settings = {
    tenantId: TENANT_ID,
    clientId: "usher",
    clientSecret: "a secret",
    operatorApp: false,
    clientSecretExpiresAt: null,
  };
  const graph = createGraph(api.url, provider, settings, { ...RUNTIME, now: () => new Date((now += tick)) });
  return (claims: Readonly<Record<string, unknown>> = OVERAGE) => fetchGroups(claims, graph);
}

describe("a token that leaves its groups out", () => {
  test.each([OVERAGE, { tid: TENANT_ID, oid: ADA_OID, hasgroups: true }])(
    "has Microsoft Graph asked for them, with a token of the application's own: %j",
    async (claims) => {
      api.script({ body: { value: ["g-1", "g-2"] } });
      expect(await open()(claims)).toEqual({ kind: "known", values: ["g-1", "g-2"] });
      expect(Object.fromEntries(api.tokenForms[0]!)).toEqual({
        grant_type: "client_credentials",
        client_id: "usher",
        client_secret: "a secret",
        scope: `${api.url}/.default`,
      });
      expect(api.requests).toEqual([
        {
          method: "POST",
          path: `/v1.0/users/${ADA_OID}/getMemberObjects`,
          authorization: "Bearer token-1",
          body: '{"securityEnabledOnly":false}',
        },
      ]);
    },
  );

  test("follows pages, and no page at a different address", async () => {
    api.script(
      { body: { value: ["g-1"], "@odata.nextLink": `${api.url}/v1.0/more?$skiptoken=x` } },
      { body: { value: ["g-2"] } },
    );
    expect(await open()()).toEqual({ kind: "known", values: ["g-1", "g-2"] });
    api.script({ body: { value: ["g-1"], "@odata.nextLink": "https://graph.evil.example/v1.0/more" } });
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("different address") });
    api.script({ body: { value: ["g-1"], "@odata.nextLink": `${api.url}.evil.example/v1.0/more` } });
    expect(await open()()).toMatchObject({ kind: "unknown" });
  });

  test("ends at a hundred pages", async () => {
    api.script({ body: { value: ["g-1"], "@odata.nextLink": `${api.url}/v1.0/again` } });
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("100 pages") });
    expect(api.requests).toHaveLength(100);
  });

  test("ends after twenty seconds, however few pages were read", async () => {
    api.script({ body: { value: ["g-1"], "@odata.nextLink": `${api.url}/v1.0/again` } });
    tick = 6_000;
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("20 seconds") });
    expect(api.requests.length).toBeLessThan(10);
  });

  test("asks for a token once, and again before it ends; a list serves for a minute", async () => {
    api.script({ body: { value: ["g-1"] } });
    const ask = open();
    await ask();
    await ask();
    expect([api.tokenForms.length, api.requests.length]).toEqual([1, 1]);
    await ask({ ...OVERAGE, oid: ADA_OID.replace("1", "2") });
    expect([api.tokenForms.length, api.requests.length]).toEqual([1, 2]);
    now += 61_000;
    await ask();
    expect([api.tokenForms.length, api.requests.length]).toEqual([1, 3]);
    now += 3_600_000;
    await ask();
    expect([api.tokenForms.length, api.requests.length]).toEqual([2, 4]);
  });

  test("waits if Microsoft Graph asks for it, and fails if the wait is too long or too frequent", async () => {
    const throttled = (seconds: string) => ({ status: 429, headers: { "retry-after": seconds }, body: {} });
    api.script(throttled("0"), throttled("0"), { body: { value: ["g-1"] } });
    expect(await open()()).toEqual({ kind: "known", values: ["g-1"] });
    api.forget();
    api.script(throttled("0"));
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("429") });
    expect(api.requests).toHaveLength(4);
    api.script(throttled("120"));
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("after 120 seconds") });
  });

  test("is unknown, and never empty, where Microsoft Graph does not tell: the reason says what to do", async () => {
    api.script({
      status: 403,
      body: {
        error: { code: "Authorization_RequestDenied", message: "Insufficient privileges to complete the operation." },
      },
    });
    expect(await open()()).toEqual({
      kind: "unknown",
      reason: expect.stringMatching(/403, Authorization_RequestDenied.*GroupMember\.Read\.All/s),
    });
    api.scriptToken({ status: 401, body: { error: "invalid_client", error_description: "AADSTS7000222: expired" } });
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("AADSTS7000222") });
  });

  test.each([
    ["no list", { value: null }],
    ["a list of numbers", { value: [1, 2] }],
    ["something that is not an object", ["g-1"]],
    ["no JSON", "<html>"],
  ])("is unknown where Microsoft Graph answers %s", async (_name, body) => {
    api.script({ body });
    expect(await open()()).toMatchObject({ kind: "unknown" });
  });
});

describe("a token that says whether there are groups", () => {
  test.each([
    ["groups", { groups: ["g-1"] }, { kind: "known", values: ["g-1"] }],
    ["that there are none", { groups: [] }, { kind: "known", values: [] }],
    ["nothing of groups", {}, { kind: "silent" }],
    ["an overage of something else", { _claim_names: { wids: "src1" } }, { kind: "silent" }],
  ])("%s is believed, and Usher does not ask Microsoft Graph", async (_name, claims, groups) => {
    expect(await open()({ tid: TENANT_ID, oid: ADA_OID, ...claims })).toEqual(groups);
    expect(api.requests).toEqual([]);
  });
});
