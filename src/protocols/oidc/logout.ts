/**
 * Signs people out at Usher and at their OpenID provider together. A sign-out that begins at Usher uses RP-Initiated
 * Logout 1.0. A sign-out that begins at the provider uses Back-Channel Logout 1.0.
 */
import type { LogoutExchange, LogoutMessage, ProviderLogout, ProviderSession } from "../logout.js";
import type { OpenedOpenId, OpenIdRuntime } from "./compose.js";
import { makeEndSessionUrl } from "./end-session.js";
import { verifyLogoutToken } from "./logout-token.js";
import { refuse } from "./refusals.js";
import type { Claims, VerifiedSignIn } from "./surroundings.js";

/** The longest hint. Servers and proxies often refuse addresses of more than 8,192 characters. */
const LONGEST_HINT = 6_000;
const LONGEST_INDEX = 1_000;

/** A connection's rules for sign-outs. */
export interface LogoutRules {
  /** The signature algorithms that are accepted in logout tokens: the same as in ID tokens. */
  readonly algorithms: readonly string[];
  /** Further audiences that a logout token may have. */
  readonly trustedAudiences: readonly string[];
  /** Whether a sign-out at Usher also signs the person out at the provider. */
  readonly atProvider: boolean;
}

/** Makes the member `logout` of a connection type that `composeOpenId` makes. */
export function composeLogout<Settings extends { readonly clientId: string }>(
  rulesOf: (settings: Settings) => LogoutRules,
) {
  return {
    describeSession: (
      { subject, claims, idToken }: VerifiedSignIn,
      { settings }: OpenedOpenId<Settings>,
    ): ProviderSession => ({
      subject,
      index: readIndex(claims),
      // Kept only if the connection signs people out at the provider, because nothing else needs these secrets.
      secrets: rulesOf(settings).atProvider ? readHints(claims, idToken) : {},
    }),

    begin: async (
      session: ProviderSession | null,
      handle: string,
      { settings, provider }: OpenedOpenId<Settings>,
      { addresses }: OpenIdRuntime,
    ): Promise<string | null> => {
      if (!rulesOf(settings).atProvider) return null;
      const { idTokenHint, logoutHint } = session?.secrets ?? {};
      return makeEndSessionUrl(provider, {
        clientId: settings.clientId,
        returnUrl: addresses.logoutUrl,
        state: handle,
        ...(idTokenHint !== undefined && { idTokenHint }),
        ...(logoutHint !== undefined && { logoutHint }),
      });
    },

    /**
     * Reads the provider's answer to a sign-out: the person comes back with the `state` (RP-Initiated Logout, section
     * 3).
     */
    receive: async ({ method, parameters }: LogoutExchange): Promise<LogoutMessage | null> => {
      const { state } = parameters;
      return method === "GET" && state !== undefined ? { kind: "answer", handle: state, succeeded: true } : null;
    },

    receiveBackChannel: async (
      { logout_token: token }: Readonly<Record<string, string>>,
      { settings, provider, keys }: OpenedOpenId<Settings>,
      { now }: OpenIdRuntime,
    ): Promise<ProviderLogout> => {
      if (token === undefined) return refuse("OIDC_LOGOUT_TOKEN_INVALID", "the form has no field logout_token");
      return await verifyLogoutToken(token, keys, {
        issuer: provider.issuer,
        clientId: settings.clientId,
        ...rulesOf(settings),
        nowSeconds: now().valueOf() / 1_000,
      });
    },
  };
}

/**
 * The provider's id of the session; `null` if there is no usable `sid`. Then only a logout message that names the
 * person ends the session.
 */
function readIndex({ sid }: Claims): string | null {
  return typeof sid === "string" && sid !== "" && sid.length <= LONGEST_INDEX ? sid : null;
}

/**
 * What tells the provider whom to sign out: the ID token, or a name of the person if the ID token is too long for an
 * address.
 */
function readHints(claims: Claims, idToken: string): Readonly<Record<string, string>> {
  if (idToken !== "" && idToken.length <= LONGEST_HINT) return { idTokenHint: idToken };
  const hint = ["login_hint", "email", "preferred_username"].map((name) => claims[name]).find(isShortText);
  return hint === undefined ? {} : { logoutHint: hint };
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_INDEX;
}
