/** The parts of the hostile provider that a fault can change. All other parts stay correct. */
import type { SigningKey } from "./signing.js";

/** A JSON object that a fault may change. */
export type Values = Record<string, unknown>;

/** An answer that is not the usual JSON with status 200. */
export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sends without an end, holds the connection open without an answer, or closes it at once. */
  readonly instead?: "endless" | "silent" | "disconnect";
}

export interface TokenMaking {
  readonly header: Values;
  readonly claims: Values;
  readonly nowSeconds: number;
  readonly accessToken: string;
  readonly clientSecret: string;
  readonly key: SigningKey;
  /** Unpublished keys. Usher must refuse their signatures. */
  readonly strangeKey: SigningKey;
  readonly weakKey: SigningKey;
}

/** One way to be hostile or broken. */
export interface Fault {
  /** Changes or replaces the discovery document. */
  readonly discovery?: (document: Values) => RawAnswer | undefined | void;
  /** Changes or replaces the key document. */
  readonly keys?: (
    document: { keys: Values[] },
    making: Pick<TokenMaking, "key" | "weakKey">,
  ) => RawAnswer | undefined | void;
  /** Replaces the answer to an authorization request. */
  readonly authorize?: () => RawAnswer;
  /** Changes the parameters of the callback. */
  readonly response?: (parameters: URLSearchParams) => void;
  /** Changes the ID token's header and claims before it is signed. */
  readonly idToken?: (making: TokenMaking) => void;
  /** Signs in a way that differs from the usual. */
  readonly signature?: (making: TokenMaking, input: string) => Buffer;
  /** Changes the signed ID token. */
  readonly compact?: (token: string) => string;
  /** Changes or replaces the token response. */
  readonly token?: (response: Values, form: URLSearchParams) => RawAnswer | undefined | void;
  /** Changes or replaces the userinfo response. */
  readonly userinfo?: (response: Values) => RawAnswer | undefined | void;
}
