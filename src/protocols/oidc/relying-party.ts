/** A connection as the protocol sees it: the provider, its keys, this installation as its client, and its rules. */
import type { AuthenticationRules } from "../authentication.js";
import type { KeySet } from "./key-set.js";
import type { Claims, Client, Provider, Surroundings } from "./surroundings.js";

/**
 * The values of `prompt` that a connection can ask for (OpenID Connect Core 1.0, section 3.1.2.1). `none` is not among them:
 * the provider would refuse everyone who is not signed in there.
 */
export const PROMPTS = ["login", "consent", "select_account"] as const;
export type Prompt = (typeof PROMPTS)[number];

/** The form of `domain_hint`. */
export const DOMAIN_HINT = {
  matches: /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i,
  sentence: "must be a domain such as acme.com, at most 253 characters long",
} as const;

/** The form of `acr_values`: ASCII without quotes and backslashes, as in URIs and short names. */
export const ACR_VALUES = {
  matches: /^(?=.{1,1000}$)[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/,
  sentence: "must be values separated by one space each, without quotes, at most 1000 characters together",
} as const;

/**
 * What a connection asks for in each authorization request. A provider may ignore these hints, and Usher does not check
 * whether it does.
 */
export interface RequestHints {
  /** Whether Usher tells the provider the account that the person named (`login_hint`). */
  readonly loginHint: boolean;
  /** The domain whose sign-in page Microsoft shows at once (`domain_hint`). */
  readonly domainHint?: string | null;
  readonly prompt?: Prompt | null;
  /** The authentication context classes to ask for (`acr_values`), separated by spaces, the preferred one first. */
  readonly acrValues?: string | null;
}

/** What a connection requests from its provider, and what it accepts. */
export interface SignInRules {
  /** Always includes `openid`. */
  readonly scopes: readonly string[];
  /** What the ID token must say about the authentication. When left out, the connection requires nothing. */
  readonly authentication?: AuthenticationRules;
  /** When left out, the provider gets the account that the person named, and nothing more. */
  readonly hints?: RequestHints;
  /**
   * The `prompt` with which the provider lets a person choose the account. `login` when left out, because every
   * provider must support it (OpenID Connect Core 1.0, section 15.1).
   */
  readonly accountPrompt?: "select_account" | "login";
  /** Sends an S256 code challenge (RFC 7636). */
  readonly pkce: boolean;
  /** Accepted signature algorithms of ID tokens. Usher ignores values outside `SIGNING_ALGORITHMS`. */
  readonly algorithms: readonly string[];
  /** Further audiences that an ID token may have. None when left out. */
  readonly trustedAudiences?: readonly string[];
  /** Whether to ask userinfo, given the verified ID token's claims. Never when left out. */
  readonly needsUserinfo?: (claims: Claims) => boolean;
  /**
   * Whether the sign-in continues with the ID token alone if the provider denies userinfo or cannot answer.
   * Provisioning decides whether a missing value is required. The sign-in is refused when this is left out.
   */
  readonly goesOnWithoutUserinfo?: boolean;
  /** A provider's own rules on the verified ID token, such as its tenant. Throws a `ProtocolRefusal`. */
  readonly checkClaims?: (claims: Claims) => void;
  /** Rules on all claims, including userinfo's. Throws a `ProtocolRefusal`. */
  readonly checkPerson?: (claims: Claims) => void;
  /**
   * Called for a token of a different issuer whose signature is verified. May throw its own `ProtocolRefusal`, with a
   * better reason. Usher refuses the token in any case.
   */
  readonly explainForeignIssuer?: (claims: Claims) => void;
  /**
   * The accepted issuers if the provider's endpoints serve many tenants. When left out, only the provider's own issuer
   * is accepted.
   */
  readonly tenantIssuers?: TenantIssuers;
}

/** The issuers of a provider's tenants. */
export interface TenantIssuers {
  /** Whether an issuer is the issuer of a tenant. */
  readonly includes: (issuer: string) => boolean;
  /** The issuer of the tenant that a verified token names. Throws a `ProtocolRefusal` if the token names no tenant. */
  readonly of: (claims: Claims) => string;
}

/** The parts of a connection that are the same at each sign-in. */
export interface RelyingParty extends SignInRules {
  readonly provider: Provider;
  readonly keys: KeySet;
  readonly client: Client;
  readonly surroundings: Surroundings;
}
