/** A connection as the protocol sees it: the provider, its keys, this installation as its client, and its rules. */
import type { KeySet } from "./key-set.js";
import type { Claims, Client, Provider, Surroundings } from "./surroundings.js";

/** What a connection asks of its provider, and what it accepts. */
export interface SignInRules {
  /** `openid` is always among them. */
  readonly scopes: readonly string[];
  /**
   * The `prompt` by which the provider lets a person choose the account. `login` when left out: every provider must support
   * it (OpenID Connect Core 1.0, section 15.1).
   */
  readonly accountPrompt?: "select_account" | "login";
  /** Sends an S256 code challenge (RFC 7636). */
  readonly pkce: boolean;
  /** Accepted signature algorithms of ID tokens; values outside `SIGNING_ALGORITHMS` are ignored. */
  readonly algorithms: readonly string[];
  /** Further audiences that an ID token may have. None when left out. */
  readonly trustedAudiences?: readonly string[];
  /** Whether to ask userinfo, given the verified ID token's claims. Never when left out. */
  readonly needsUserinfo?: (claims: Claims) => boolean;
  /**
   * Continues with the ID token alone if the provider denies userinfo or cannot answer. Provisioning decides whether a missing
   * value is required. Refuses when left out.
   */
  readonly goesOnWithoutUserinfo?: boolean;
  /** A provider's own rules on the verified ID token, such as its tenant; throws a `ProtocolRefusal`. */
  readonly checkClaims?: (claims: Claims) => void;
  /** Rules on all claims, with those of userinfo; throws a `ProtocolRefusal`. */
  readonly checkPerson?: (claims: Claims) => void;
  /**
   * Explains a token of a different issuer whose signature was verified: may throw a `ProtocolRefusal` of its own. The token
   * is refused in any case.
   */
  readonly explainForeignIssuer?: (claims: Claims) => void;
}

/** Everything that stays the same from one sign-in of a connection to the next. */
export interface RelyingParty extends SignInRules {
  readonly provider: Provider;
  readonly keys: KeySet;
  readonly client: Client;
  readonly surroundings: Surroundings;
}
