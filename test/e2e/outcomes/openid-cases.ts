/** How a provider causes each outcome of the OpenID Connect types. */
import type { ENTRA_ID_REFUSALS } from "../../../src/connection-types/entra-id/refusals.js";
import type { GOOGLE_WORKSPACE_REFUSALS } from "../../../src/connection-types/google-workspace/refusals.js";
import type { OidcRefusalCode } from "../../../src/protocols/oidc/refusals.js";
import { createBrowser } from "../../../testing/browser.js";
import { OTHER_TENANT_ID } from "../../support/providers/entra/hostile.js";
import { fault, faultAtStart, type Case, type Causes } from "./stage.js";

/** A provider whose clock is wrong by this number of seconds. */
function clockAhead(seconds: number, detail: RegExp): Case {
  const cause: Case["cause"] = async (stage) => {
    stage.setClock("provider", seconds);
    try {
      return await fault(null).cause(stage);
    } finally {
      stage.setClock("provider", 0);
    }
  };
  return { kind: "oidc", cause, detail };
}

/** A client secret that the provider does not accept. */
const WRONG_SECRET: Case = {
  kind: "oidc",
  detail: /invalid_client/,
  cause: async (stage) => {
    const tenant = await stage.make("oidc");
    const secret = "a secret that was mistyped";
    await tenant.updateConnection({ settings: { oidc: { clientSecret: secret } } });
    const browser = createBrowser();
    return { page: await browser.get(await tenant.authenticate(browser)), browser, tenant, secrets: [secret] };
  },
};

/** A directory that Microsoft no longer knows. */
const DIRECTORY_GONE: Case = {
  kind: "entra-id",
  cause: async (stage) => {
    const tenant = await stage.make("entra-id");
    await tenant.updateConnection({ displayName: "Opened anew" });
    const browser = createBrowser();
    stage.entra.setFault("discovery-null");
    try {
      return { page: await browser.get(tenant.startUrl), browser, tenant };
    } finally {
      stage.entra.setFault(null);
    }
  },
};

const SESSIONS = { elsewhere: "test/e2e/provider-session.test.ts" };
const NAMELESS = { given_name: undefined, family_name: undefined };

export const OIDC_CAUSES: Readonly<Record<OidcRefusalCode, Causes>> = {
  OIDC_PROVIDER_UNREACHABLE: fault("token-disconnect"),
  OIDC_PROVIDER_TIMEOUT: { elsewhere: "test/protocols/oidc/hostile-tokens.test.ts" },
  OIDC_PROVIDER_UNAVAILABLE: [fault("token-failing"), fault("response-server-error")],
  OIDC_CERTIFICATE_REFUSED: { elsewhere: "test/protocols/oidc/hostile-endpoints.test.ts" },
  OIDC_ANSWER_REDIRECT: fault("token-redirect"),
  OIDC_ANSWER_TOO_LARGE: fault("token-endless"),
  OIDC_ANSWER_NOT_JSON: fault("token-html"),
  OIDC_ENDPOINT_NOT_FOUND: faultAtStart("discovery-not-found"),
  OIDC_DISCOVERY_INVALID: faultAtStart("discovery-null"),
  OIDC_DISCOVERY_ISSUER_MISMATCH: faultAtStart("discovery-issuer-of-another", /attacker\.example/),
  OIDC_ENDPOINT_REFUSED: faultAtStart("discovery-token-endpoint-plain-http"),
  OIDC_ENDPOINT_ON_OTHER_HOST: faultAtStart("discovery-token-endpoint-elsewhere"),
  OIDC_KEYS_INVALID: { elsewhere: "test/protocols/oidc/hostile-tokens.test.ts" },
  OIDC_KEY_UNKNOWN: [fault("id-token-key-unknown"), fault("id-token-key-unknown", { kind: "google-workspace" })],
  OIDC_KEY_REFUSED: { elsewhere: "test/protocols/oidc/hostile-tokens.test.ts" },
  OIDC_RESPONSE_ISSUER_MISMATCH: fault("response-issuer-of-another"),
  OIDC_RESPONSE_ISSUER_MISSING: fault("response-issuer-missing", { kind: "google-workspace" }),
  OIDC_FLOW_ALREADY_USED: { elsewhere: "test/e2e/sign-in.test.ts" },
  OIDC_RESPONSE_INVALID: fault("response-without-code"),
  OIDC_ACCESS_DENIED: [
    fault("response-access-denied"),
    fault("response-access-denied", { kind: "google-workspace", detail: /access_denied/ }),
  ],
  OIDC_CANCELLED: [
    fault("response-cancelled"),
    fault("response-cancelled", { kind: "entra-id", detail: /AADSTS65004/ }),
  ],
  OIDC_NOT_ASSIGNED: [
    fault("response-not-assigned-in-okta"),
    fault("response-not-assigned", { kind: "entra-id", detail: /AADSTS50105/ }),
  ],
  OIDC_FOREIGN_ACCOUNT: [
    fault("response-foreign-account"),
    fault("response-foreign-account", { kind: "entra-id", detail: /AADSTS50020/ }),
  ],
  OIDC_POLICY_REFUSED: fault("response-policy"),
  OIDC_CONSENT_REQUIRED: fault("response-consent-required"),
  OIDC_INTERACTION_REQUIRED: fault("response-login-required"),
  OIDC_CLIENT_REFUSED: fault("response-unauthorized-client"),
  OIDC_SCOPE_REFUSED: fault("response-invalid-scope"),
  OIDC_REDIRECT_URI_MISMATCH: fault("token-redirect-uri-unknown", { detail: /AADSTS50011/ }),
  OIDC_PROVIDER_ERROR: fault("token-invalid-request"),
  OIDC_CLIENT_CREDENTIALS_REFUSED: [
    WRONG_SECRET,
    fault("token-secret-wrong", { kind: "entra-id", detail: /AADSTS7000215/ }),
    fault("token-invalid-client", { kind: "google-workspace" }),
  ],
  OIDC_CLIENT_SECRET_EXPIRED: fault("token-secret-expired", { kind: "entra-id", detail: /AADSTS7000222/ }),
  OIDC_CODE_REFUSED: fault("token-invalid-grant"),
  OIDC_TOKEN_ANSWER_INVALID: fault("token-null"),
  OIDC_ID_TOKEN_MISSING: fault("token-id-token-missing"),
  OIDC_ID_TOKEN_TOO_LONG: fault("token-id-token-too-long"),
  OIDC_ID_TOKEN_MALFORMED: fault("token-id-token-is-object"),
  OIDC_ID_TOKEN_TYPE_WRONG: fault("id-token-typ-of-access-token"),
  OIDC_ID_TOKEN_HEADER_REFUSED: fault("id-token-header-jku"),
  OIDC_ALGORITHM_REFUSED: fault("id-token-alg-none"),
  OIDC_SIGNATURE_INVALID: fault("id-token-claims-exchanged"),
  OIDC_ISSUER_MISMATCH: [
    fault("id-token-issuer-of-another", { detail: /attacker\.example.*expected was/ }),
    fault("id-token-issuer-of-another", { kind: "entra-id" }),
    fault("id-token-issuer-of-another", { kind: "google-workspace" }),
  ],
  OIDC_SUBJECT_INVALID: fault("id-token-subject-missing"),
  OIDC_AUDIENCE_MISMATCH: [
    fault("id-token-audience-of-another", { detail: /another-application.*expected was usher/ }),
    fault("id-token-audience-of-another", { kind: "entra-id" }),
    fault("id-token-audience-of-another", { kind: "google-workspace" }),
  ],
  OIDC_AUTHORIZED_PARTY_MISMATCH: fault("id-token-azp-of-another"),
  OIDC_TIMES_INVALID: fault("id-token-exp-missing"),
  OIDC_TOKEN_EXPIRED: [
    fault("id-token-expired", { detail: /exp was (89|9\d|1\d\d) seconds ago/ }),
    clockAhead(-400, /iat (399|4\d\d) seconds ago/),
    fault("id-token-expired", { kind: "entra-id" }),
    fault("id-token-expired", { kind: "google-workspace" }),
  ],
  OIDC_TOKEN_TOO_OLD: fault("id-token-too-old", { detail: /iat was 3[67]\d\d seconds ago/ }),
  OIDC_CLOCK_SKEW: [
    clockAhead(90, /iat is [6-9]\d seconds in the future/),
    fault("id-token-not-valid-yet", { detail: /nbf is [6-9]\d seconds in the future/ }),
    fault("id-token-issued-in-the-future", { kind: "entra-id" }),
    fault("id-token-issued-in-the-future", { kind: "google-workspace" }),
  ],
  OIDC_NONCE_MISMATCH: fault("id-token-nonce-of-another"),
  OIDC_ACCESS_TOKEN_HASH_MISMATCH: fault("id-token-at-hash-wrong"),
  OIDC_AUTHENTICATION_CONTEXT_TOO_WEAK: SESSIONS,
  OIDC_AUTHENTICATION_TIME_MISSING: SESSIONS,
  OIDC_AUTHENTICATION_TOO_OLD: SESSIONS,
  OIDC_SESSION_EXPIRY_INVALID: SESSIONS,
  OIDC_INITIATED_BY_OTHER_ISSUER: { elsewhere: "test/e2e/third-party-start.test.ts" },
  OIDC_REAUTHENTICATION_MISSING: { elsewhere: "test/protocols/oidc/hostile-tokens.test.ts" },
  OIDC_USERINFO_INVALID: fault("userinfo-null", { claims: NAMELESS }),
  OIDC_USERINFO_SUBJECT_MISMATCH: fault("userinfo-subject-of-another", { claims: NAMELESS }),
  OIDC_CLAIMS_TOO_LARGE: fault("id-token-claims-many"),
  OIDC_EMAIL_AMBIGUOUS: fault(null, { claims: { email: ["ada@acme.test", "other@acme.test"] } }),
  OIDC_LOGOUT_TOKEN_INVALID: { elsewhere: "test/protocols/oidc/hostile-logout-tokens.test.ts" },
  OIDC_LIBRARY_REFUSED: { elsewhere: "test/protocols/oidc/sign-in.test.ts" },
};

export const ENTRA_CAUSES: Readonly<Record<keyof typeof ENTRA_ID_REFUSALS, Causes>> = {
  ENTRA_TENANT_UNKNOWN: DIRECTORY_GONE,
  ENTRA_CONSENT_BY_GUEST: { elsewhere: "test/e2e/operator-apps.test.ts" },
  ENTRA_CONSENT_REFUSED: { elsewhere: "test/e2e/operator-apps.test.ts" },
  ENTRA_PERSONAL_ACCOUNT: { elsewhere: "test/connection-types/entra-id/operator-app.test.ts" },
  ENTRA_TENANT_MISMATCH: fault(null, { kind: "entra-id", claims: { tid: OTHER_TENANT_ID } }),
  ENTRA_OBJECT_ID_INVALID: fault(null, { kind: "entra-id", claims: { oid: undefined } }),
};

export const GOOGLE_CAUSES: Readonly<Record<keyof typeof GOOGLE_WORKSPACE_REFUSALS, Causes>> = {
  GOOGLE_DOMAIN_MISSING: fault(null, { kind: "google-workspace", claims: { hd: undefined } }),
  GOOGLE_DOMAIN_MISMATCH: fault(null, { kind: "google-workspace", claims: { hd: "other.example" } }),
};
