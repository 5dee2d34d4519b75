/** What a fault of the hostile provider can change. Everything that a fault does not name stays correct. */
import type { SigningKey } from "./signing.js";

/** A JSON object that is built or spoilt. */
export type Values = Record<string, unknown>;

/** An answer that is not the usual JSON with status 200. */
export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Go on sending for ever, hold the connection open without an answer, or close it at once. */
  readonly instead?: "endless" | "silent" | "disconnect";
}

/** What is known when an ID token is made. */
export interface TokenMaking {
  readonly header: Values;
  readonly claims: Values;
  readonly nowSeconds: number;
  readonly accessToken: string;
  readonly clientSecret: string;
  readonly key: SigningKey;
  /** Keys that nobody publishes, for signatures that must not hold. */
  readonly strangeKey: SigningKey;
  readonly weakKey: SigningKey;
}

/** One way to be hostile or broken. */
export interface Fault {
  /** Changes the discovery document, or answers something else. */
  readonly discovery?: (document: Values) => RawAnswer | undefined | void;
  /** Changes the key document, or answers something else. */
  readonly keys?: (
    document: { keys: Values[] },
    making: Pick<TokenMaking, "key" | "weakKey">,
  ) => RawAnswer | undefined | void;
  /** Answers an authorization request with something else. */
  readonly authorize?: () => RawAnswer;
  /** Changes the parameters that the browser brings back. */
  readonly response?: (parameters: URLSearchParams) => void;
  /** Changes the ID token's header and claims before it is signed. */
  readonly idToken?: (making: TokenMaking) => void;
  /** Signs in another way. */
  readonly signature?: (making: TokenMaking, input: string) => Buffer;
  /** Spoils the signed ID token. */
  readonly compact?: (token: string) => string;
  /** Changes the token response, or answers something else. */
  readonly token?: (response: Values) => RawAnswer | undefined | void;
  /** Changes the userinfo response, or answers something else. */
  readonly userinfo?: (response: Values) => RawAnswer | undefined | void;
}
