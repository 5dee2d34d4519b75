/** The connection types of OpenID Connect for the conformance suite, each with its own kind of provider. */
import fc from "fast-check";
import { createEntraIdType } from "../../src/connection-types/entra-id/index.js";
import { createGoogleWorkspaceType } from "../../src/connection-types/google-workspace/index.js";
import { oidc } from "../../src/connection-types/oidc/index.js";
import { startHostileEntra, TENANT_ID } from "../support/providers/entra/hostile.js";
import { DOMAIN, startHostileGoogle } from "../support/providers/google/hostile.js";
import {
  startHostileOpenIdProvider,
  type HostileOpenIdProvider,
  type Person,
} from "../support/providers/hostile-openid/index.js";
import { hostileClaims } from "../../testing/conformance/hostile-values.js";
import type { ConformanceSubject, Peer } from "../../testing/conformance/subject.js";

/** A port on which no server listens. */
const UNREACHABLE = "http://127.0.0.1:9";
const ISSUER = "https://id.example.com";
const OID = "aaaaaaaa-0000-4000-8000-000000000001";

/** The verified result of the strategy for these claims. */
function verifiedFrom(identity: Readonly<Record<string, unknown>>): fc.Arbitrary<unknown> {
  return hostileClaims.map((claims) => ({
    issuer: ISSUER,
    subject: "subject-1",
    claims: { ...claims, ...identity },
    accessToken: "an access token",
    idToken: "an ID token",
  }));
}

function signInAt(provider: HostileOpenIdProvider, personOf: (person: number) => Person): Peer["signIn"] {
  return async (url, person) => {
    const back = await provider.authorize(url, personOf(person));
    return Object.fromEntries(new URL(back).searchParams);
  };
}

const promptOf = (url: string) => new URL(url).searchParams.get("prompt");

export const oidcSubject: ConformanceSubject = {
  verified: verifiedFrom({ sub: "subject-1" }),
  start: async () => {
    const provider = await startHostileOpenIdProvider();
    const { clientId, clientSecret, url } = provider;
    return {
      type: oidc,
      input: { discoveryUrl: url, clientId, clientSecret },
      dead: { type: oidc, input: { discoveryUrl: UNREACHABLE, clientId, clientSecret } },
      signIn: signInAt(provider, (person) => ({ claims: { sub: `person-${person}`, email: "ada@acme.example" } })),
      identityOf: (person) => ({ issuer: url, subject: `person-${person}` }),
      asksForAccount: (url) => promptOf(url) === "login",
      close: provider.close,
    };
  },
};

export const entraIdSubject: ConformanceSubject = {
  verified: verifiedFrom({ tid: TENANT_ID, oid: OID }),
  start: async () => {
    const provider = await startHostileEntra();
    const { clientId, clientSecret, authority, tenantIssuer } = provider;
    const oidOf = (person: number) => OID.slice(0, -4) + String(person).padStart(4, "0");
    const input = { tenantId: TENANT_ID, clientId, clientSecret };
    return {
      type: createEntraIdType(authority, "https://graph.microsoft.com"),
      input,
      dead: { type: createEntraIdType(UNREACHABLE, "https://graph.microsoft.com"), input },
      signIn: signInAt(provider, (person) => provider.person({ oid: oidOf(person) })),
      identityOf: (person) => ({ issuer: tenantIssuer, subject: `${TENANT_ID}:${oidOf(person)}` }),
      asksForAccount: (url) => promptOf(url) === "select_account",
      close: provider.close,
    };
  },
};

export const googleWorkspaceSubject: ConformanceSubject = {
  verified: verifiedFrom({ sub: "subject-1", hd: DOMAIN }),
  start: async () => {
    const provider = await startHostileGoogle();
    const { clientId, clientSecret, issuer } = provider;
    const input = { domains: [DOMAIN], clientId, clientSecret };
    return {
      type: createGoogleWorkspaceType(issuer, "https://admin.googleapis.com"),
      input,
      dead: { type: createGoogleWorkspaceType(UNREACHABLE, "https://admin.googleapis.com"), input },
      signIn: signInAt(provider, (person) => provider.person({ sub: `person-${person}` })),
      identityOf: (person) => ({ issuer, subject: `person-${person}` }),
      asksForAccount: (url) => promptOf(url) === "select_account",
      close: provider.close,
    };
  },
};
