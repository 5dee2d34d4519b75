/** The stand-in's configuration of `oidc-provider`: OpenID Connect Core 1.0, PKCE (RFC 7636), RP-Initiated and Back-Channel Logout 1.0. */
import { randomBytes } from "node:crypto";
import type { Payload, ProviderContext } from "oidc-provider";
import { nextRsaPair } from "../../rsa-keys.js";
import { escapeHtml, renderLogoutPage, renderPage } from "./pages.js";
import { createStore } from "./store.js";
import type { OpenIdClient, OpenIdPerson, OpenIdProviderOptions } from "./types.js";

/** The claims of each scope (OpenID Connect Core 5.4). Other claims come with `openid`. */
const CLAIMS_BY_SCOPE: Readonly<Record<string, readonly string[]>> = {
  email: ["email", "email_verified"],
  profile: ["name", "given_name", "family_name", "preferred_username", "locale", "zoneinfo", "picture", "updated_at"],
  phone: ["phone_number", "phone_number_verified"],
  address: ["address"],
};

const ALWAYS_KNOWN = ["groups", "roles", "employee_id", "department", "acr", "auth_time", "sid"];

/** A client of the running stand-in, whose lists can grow. */
export interface RunningClient extends Omit<OpenIdClient, "redirectUris" | "postLogoutRedirectUris"> {
  readonly redirectUris: string[];
  readonly postLogoutRedirectUris: string[];
  backChannelLogoutUri?: string;
  jwksUri?: string;
}

export interface ConfigurationInput {
  readonly options: OpenIdProviderOptions;
  readonly brand: string;
  readonly people: readonly OpenIdPerson[];
  readonly clients: readonly RunningClient[];
  readonly interactionPath: string;
  /** A part of cookie names, because browsers share cookies between ports, and sites share a port. */
  readonly cookieSuffix: string;
}

/** Client metadata in the form of OpenID Connect Dynamic Registration 2. */
function describeClient(client: RunningClient): Payload {
  return {
    client_id: client.clientId,
    ...(client.clientAuthentication === "private_key_jwt"
      ? { jwks_uri: client.jwksUri }
      : { client_secret: client.clientSecret }),
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    response_types: ["code"],
    grant_types: ["authorization_code"],
    id_token_signed_response_alg: "RS256",
    token_endpoint_auth_method: client.clientAuthentication ?? "client_secret_basic",
    ...(client.backChannelLogoutUri !== undefined && {
      backchannel_logout_uri: client.backChannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
  };
}

/** The library's table of claims. The library drops claims that are not in the table. */
function tabulateClaims(options: OpenIdProviderOptions): Record<string, string[]> {
  const scoped = new Set(Object.values(CLAIMS_BY_SCOPE).flat());
  const known = new Set([...ALWAYS_KNOWN, ...(options.claimNames ?? []), ...options.people.flatMap(Object.keys)]);
  const unscoped = [...known].filter((claim) => !scoped.has(claim) && claim !== "sub");
  const table = Object.fromEntries(Object.entries(CLAIMS_BY_SCOPE).map(([scope, claims]) => [scope, [...claims]]));
  return { ...table, openid: ["sub", ...unscoped] };
}

/** Makes the configuration with a new signing key. */
export async function configureProvider(input: ConfigurationInput): Promise<Record<string, unknown>> {
  const { options, brand, people, clients } = input;
  const claims = tabulateClaims(options);
  const known = new Set([...Object.values(claims).flat(), "_claim_names", "_claim_sources"]);
  const { privateKey } = nextRsaPair(2048);

  const findAccount = async (context: ProviderContext, sub: string) => {
    const person = people.find((candidate) => candidate.sub === sub);
    if (!person) return undefined;
    return {
      accountId: sub,
      claims: async (use: "id_token" | "userinfo", scope: string) => {
        const request = { use, scopes: scope.split(" "), clientId: context.oidc.client.clientId };
        const made = options.claimsOf?.(person, request) ?? person;
        const dropped = Object.keys(made).filter((claim) => !known.has(claim));
        if (dropped.length > 0) throw new Error(`Name these claims in claimNames: ${dropped.join(", ")}`);
        return { ...made, sub };
      },
    };
  };

  return {
    adapter: createStore((clientId) => {
      const client = clients.find((candidate) => candidate.clientId === clientId);
      return client && describeClient(client);
    }),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256" }] },
    claims,
    // With `true`, only userinfo has the claims of scopes, not the ID token.
    conformIdTokenClaims: options.claimsIn === "userinfo",
    scopes: ["openid", "offline_access", ...Object.keys(CLAIMS_BY_SCOPE), "groups"],
    responseTypes: ["code"],
    pkce: { required: () => true },
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    cookies: {
      keys: [randomBytes(32).toString("base64url")],
      names: {
        session: `stand_in_session_${input.cookieSuffix}`,
        interaction: `stand_in_interaction_${input.cookieSuffix}`,
        resume: `stand_in_resume_${input.cookieSuffix}`,
      },
    },
    // Lifetimes in seconds. The library warns about every missing lifetime.
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 3600, Session: 86_400, Grant: 86_400 },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context: ProviderContext, form: string) => {
          context.body = renderLogoutPage(brand, form);
        },
        postLogoutSuccessSource: async (context: ProviderContext) => {
          context.body = renderPage(brand, "Signed out", "<p>You are signed out here.</p>");
        },
      },
    },
    interactions: { url: (_context: ProviderContext, { uid }: { uid: string }) => `${input.interactionPath}${uid}` },
    findAccount,
    // The stand-in grants consent in advance, like an administrator who consents for a company.
    loadExistingGrant: async ({ oidc }: ProviderContext) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(oidc.params["scope"] ?? "openid");
      await grant.save();
      return grant;
    },
    renderError: async (context: ProviderContext, details: Readonly<Record<string, string>>) => {
      const lines = Object.entries(details).map(
        ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(String(value))}</dd>`,
      );
      context.type = "html";
      context.body = renderPage(brand, "The request was refused", `<dl>${lines.join("")}</dl>`);
    },
    clientBasedCORS: () => false,
    // The library refuses private addresses and waits 2.5 seconds. In tests, Usher is on the loopback interface and may be slow.
    fetch: (url: string, { method, headers, body }: RequestInit) =>
      fetch(url, { method: method!, headers: headers!, body: body!, redirect: "manual" }),
  };
}
