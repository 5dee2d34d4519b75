/** Groups of people in Google Workspace: the requests to the Directory API, and the result if it fails. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { generateKeyPairSync } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { createGoogleDirectory, fetchGroups } from "../../../src/connection-types/google-workspace/groups.js";
import {
  checkDirectory,
  GOOGLE_WORKSPACE_SETTINGS,
  type GoogleWorkspaceSettings,
} from "../../../src/connection-types/google-workspace/settings.js";
import { startDirectoryApi, type DirectoryApi } from "../../support/providers/directory-api.js";
import { RUNTIME } from "../oidc/runtime.js";

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY_FILE = {
  type: "service_account",
  client_email: "usher@project.iam.gserviceaccount.com",
  private_key_id: "key-1",
  private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  // Google's file contains a token address. A different address in the file must not receive assertions.
  token_uri: "https://evil.example/token",
};

let api: DirectoryApi;
beforeAll(async () => {
  api = await startDirectoryApi();
});
beforeEach(() => {
  api.forget();
  api.scriptToken(null);
});
afterAll(() => api.close());

function open(changes: Partial<GoogleWorkspaceSettings> = {}) {
  const provider = { tokenEndpoint: `${api.url}/token` } as Parameters<typeof createGoogleDirectory>[1];
  const settings: GoogleWorkspaceSettings = {
    domains: ["acme.example"],
    clientId: "usher",
    clientSecret: "a secret",
    operatorApp: false,
    loginHint: true,
    prompt: null,
    maxAgeSeconds: null,
    directoryServiceAccount: JSON.stringify(KEY_FILE, null, 2),
    directoryAdministrator: "admin@acme.example",
    ...changes,
  };
  const directory = createGoogleDirectory(api.url, provider, settings, RUNTIME);
  return () => fetchGroups({ sub: "108", email: "ada@acme.example" }, directory);
}

describe("the Directory API", () => {
  test("is asked by the service account for the administrator, and lists groups by their addresses, page by page", async () => {
    api.script(
      { body: { groups: [{ email: "Trainers@acme.example" }], nextPageToken: "p 2" } },
      { body: { groups: [{ email: "staff@acme.example" }] } },
    );
    expect(await open()()).toEqual({ kind: "known", values: ["trainers@acme.example", "staff@acme.example"] });
    const form = api.tokenForms[0]!;
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const assertion = form.get("assertion")!;
    await jwtVerify(assertion, publicKey, { audience: `${api.url}/token`, issuer: KEY_FILE.client_email });
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: "RS256", kid: "key-1" });
    expect(decodeJwt(assertion)).toMatchObject({
      sub: "admin@acme.example",
      scope: "https://www.googleapis.com/auth/admin.directory.group.readonly",
    });
    expect(api.requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ["/admin/directory/v1/groups?userKey=108&maxResults=200", "Bearer token-1"],
      ["/admin/directory/v1/groups?userKey=108&maxResults=200&pageToken=p+2", "Bearer token-1"],
    ]);
  });

  test("reports that a person is in no group", async () => {
    api.script({ body: { kind: "admin#directory#groups" } });
    expect(await open()()).toEqual({ kind: "known", values: [] });
  });

  test("that denies or throttles leaves groups unknown, and says what to do", async () => {
    api.script({ status: 403, body: { error: { code: 403, status: "PERMISSION_DENIED", message: "Not Authorized" } } });
    expect(await open()()).toMatchObject({
      kind: "unknown",
      reason: expect.stringMatching(/403.*domain-wide delegation/s),
    });
    api.scriptToken({ status: 401, body: { error: "unauthorized_client" } });
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("unauthorized_client") });
    api.scriptToken(null);
    api.script({ status: 429, headers: { "retry-after": "60" }, body: {} });
    expect(await open()()).toMatchObject({ kind: "unknown", reason: expect.stringContaining("after 60 seconds") });
  });

  test("is not asked without a service account: the provider is silent", async () => {
    expect(await open({ directoryServiceAccount: null, directoryAdministrator: null })()).toEqual({ kind: "silent" });
    expect([api.tokenForms, api.requests]).toEqual([[], []]);
  });
});

describe("the settings", () => {
  const { parse } = GOOGLE_WORKSPACE_SETTINGS.directoryServiceAccount;
  test("take the key file of a service account as it was downloaded, and nothing else", () => {
    const text = JSON.stringify(KEY_FILE, null, 2);
    expect(parse(text, RUNTIME.urls)).toEqual({ value: text });
    for (const wrong of ["", "{}", "not JSON", JSON.stringify({ ...KEY_FILE, type: "authorized_user" }), 7, null])
      expect(parse(wrong, RUNTIME.urls)).toHaveProperty("issue");
  });

  test("are complete with both or neither", () => {
    const none = { directoryServiceAccount: null, directoryAdministrator: null };
    expect(checkDirectory(none, true)).toEqual([]);
    expect(checkDirectory({ ...none, directoryServiceAccount: "x" }, false)).toEqual([]);
    expect(checkDirectory({ ...none, directoryServiceAccount: "x" }, true)).toMatchObject([
      { setting: "directoryAdministrator" },
    ]);
    expect(checkDirectory({ ...none, directoryAdministrator: "x" }, true)).toMatchObject([
      { setting: "directoryServiceAccount" },
    ]);
  });
});
