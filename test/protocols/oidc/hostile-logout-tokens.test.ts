/** Logout tokens that an attacker forges or a broken provider spoils. Each is refused with the code of its fault. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createKeySet, verifyLogoutToken } from "../../../src/protocols/oidc/index.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type LogoutFaultName,
} from "../../support/providers/hostile-openid/index.js";
import { codeOf, makeSurroundings } from "./driver.js";

let provider: HostileOpenIdProvider;
beforeAll(async () => {
  provider = await startHostileOpenIdProvider();
});
afterAll(() => provider.close());

const SESSION = { sub: "alice-1", sid: "session-1" };

async function verify(token: string, trustedAudiences: readonly string[] = []) {
  const surroundings = makeSurroundings();
  return await verifyLogoutToken(token, createKeySet(`${provider.url}/keys`, surroundings), {
    issuer: provider.issuer,
    clientId: provider.clientId,
    trustedAudiences,
    algorithms: ["RS256"],
    nowSeconds: surroundings.now().valueOf() / 1_000,
  });
}

const REFUSED: Readonly<Partial<Record<LogoutFaultName, string>>> = {
  "id-token-alg-none": "OIDC_ALGORITHM_REFUSED",
  "id-token-hs256-with-client-secret": "OIDC_ALGORITHM_REFUSED",
  "id-token-hs256-with-public-key": "OIDC_ALGORITHM_REFUSED",
  "id-token-alg-not-allowed": "OIDC_ALGORITHM_REFUSED",
  "id-token-signature-broken": "OIDC_SIGNATURE_INVALID",
  "id-token-signature-empty": "OIDC_SIGNATURE_INVALID",
  "id-token-claims-exchanged": "OIDC_SIGNATURE_INVALID",
  "id-token-key-of-another-under-known-kid": "OIDC_SIGNATURE_INVALID",
  "id-token-key-unknown": "OIDC_KEY_UNKNOWN",
  "id-token-header-jwk": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-header-crit": "OIDC_ID_TOKEN_HEADER_REFUSED",
  "id-token-typ-of-access-token": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-typ-is-number": "OIDC_ID_TOKEN_TYPE_WRONG",
  "id-token-issuer-of-another": "OIDC_ISSUER_MISMATCH",
  "id-token-issuer-missing": "OIDC_ISSUER_MISMATCH",
  "id-token-audience-of-another": "OIDC_AUDIENCE_MISMATCH",
  "id-token-audience-with-another": "OIDC_AUDIENCE_MISMATCH",
  "id-token-audience-missing": "OIDC_AUDIENCE_MISMATCH",
  "id-token-expired": "OIDC_TOKEN_EXPIRED",
  "id-token-exp-missing": "OIDC_TIMES_INVALID",
  "id-token-iat-missing": "OIDC_TIMES_INVALID",
  "id-token-issued-in-the-future": "OIDC_CLOCK_SKEW",
  "id-token-too-old": "OIDC_TOKEN_TOO_OLD",
  "id-token-subject-empty": "OIDC_LOGOUT_TOKEN_INVALID",
  "id-token-subject-is-number": "OIDC_LOGOUT_TOKEN_INVALID",
  "id-token-two-parts": "OIDC_ID_TOKEN_MALFORMED",
  "id-token-claims-not-json": "OIDC_SIGNATURE_INVALID",
  "logout-token-is-an-id-token": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-with-nonce": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-with-null-nonce": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-events-missing": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-events-is-list": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-events-of-another": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-event-is-text": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-jti-missing": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-jti-empty": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-jti-too-long": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-names-nobody": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-sid-is-number": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-sid-empty": "OIDC_LOGOUT_TOKEN_INVALID",
  "logout-token-too-long": "OIDC_LOGOUT_TOKEN_INVALID",
};

describe("a logout token is refused", () => {
  test.each(Object.entries(REFUSED) as [LogoutFaultName, string][])("with the fault %s as %s", async (fault, code) => {
    expect(await codeOf(verify(provider.makeLogoutToken(SESSION, fault)))).toBe(code);
  });
});

describe("a logout token is accepted", () => {
  test.each([
    ["a person and a session", SESSION, { subject: "alice-1", indexes: ["session-1"] }],
    ["a person", { sub: "alice-1" }, { subject: "alice-1", indexes: [] }],
    ["a session", { sid: "session-1" }, { subject: null, indexes: ["session-1"] }],
  ])("that names %s", async (_case, claims, sessions) => {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const { replay, ...named } = await verify(provider.makeLogoutToken({ ...claims, jti: "t-1", iat: nowSeconds }));
    expect(named).toEqual(sessions);
    // A copy is refused for as long as its iat could be accepted: ten minutes and the tolerance on both sides.
    expect(replay).toEqual({ kind: "logout-token", id: "t-1", expiresAt: new Date((nowSeconds + 720) * 1_000) });
  });

  test("without a type, and for a trusted audience as well", async () => {
    const token = provider.makeLogoutToken({ ...SESSION, aud: [provider.clientId, "a-project"] });
    expect(await codeOf(verify(token))).toBe("OIDC_AUDIENCE_MISMATCH");
    expect(await verify(token, ["a-project"])).toMatchObject({ subject: "alice-1" });
  });
});
