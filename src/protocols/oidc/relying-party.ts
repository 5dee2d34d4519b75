/** A connection as the protocol sees it: the provider, its keys, this installation as its client, and its rules. */
import type { KeySet } from "./key-set.js";
import type { Claims, Client, Provider, Surroundings } from "./surroundings.js";

/** What a connection asks of its provider, and what it accepts. */
export interface SignInRules {
  /** `openid` is always among them. */
  readonly scopes: readonly string[];
  /**
   * The `prompt` by which the provider lets a person choose the account. `login` when left out: every provider has to know
   * it (OpenID Connect Core 1.0, section 15.1).
   */
  readonly accountPrompt?: "select_account" | "login";
  /** Sends an S256 code challenge (RFC 7636). */
  readonly pkce: boolean;
  /** Signature algorithms that an ID token may have; anything that is not in `SIGNING_ALGORITHMS` is ignored. */
  readonly algorithms: readonly string[];
  /** Applications for which an ID token may be as well. Left out: none. */
  readonly trustedAudiences?: readonly string[];
  /** Whether userinfo should be asked, given the verified ID token's claims. Left out: never. */
  readonly needsUserinfo?: (claims: Claims) => boolean;
  /**
   * Goes on with the ID token alone where userinfo is denied or cannot be had; what is then missing, and whether it is
   * required, is for others to say. Left out: refuses.
   */
  readonly goesOnWithoutUserinfo?: boolean;
  /** A provider's own rules on the verified ID token, such as its tenant; throws a `ProtocolRefusal`. */
  readonly checkClaims?: (claims: Claims) => void;
  /** Rules on all claims, those of userinfo among them; throws a `ProtocolRefusal`. */
  readonly checkPerson?: (claims: Claims) => void;
  /**
   * Knows more of a token whose signature holds and that another issuer made: throws a `ProtocolRefusal` of its own. The
   * token is refused in any case.
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
