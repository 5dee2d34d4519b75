/** Second factors of an account with a password, or of an operator. Pure. */
import type { FactorHolder } from "./holder.js";

export const FACTOR_KINDS = ["AUTHENTICATOR_APP", "PASSKEY"] as const;
export type FactorKind = (typeof FACTOR_KINDS)[number];

/** The largest number of second factors of an account. */
export const MOST_FACTORS = 10;

interface FactorBase {
  readonly id: string;
  readonly holder: FactorHolder;
  /** The name that the person chose, or one of ours. */
  readonly label: string;
  readonly createdAt: Date;
  /** `null` before the first sign-in with it. */
  readonly lastUsedAt: Date | null;
}

/** An app that shows a new code every 30 seconds (RFC 6238). */
export interface AuthenticatorApp extends FactorBase {
  readonly kind: "AUTHENTICATOR_APP";
  /** The key from which the app computes its codes, encrypted. */
  readonly secret: string;
  /** The time step of the last accepted code; `null` before the first one. */
  readonly lastStep: number | null;
}

/** The context in which the secret of an authenticator app is encrypted. */
export function appSecretContext(factorId: string): string {
  return `second-factor ${factorId}`;
}

/** A key pair of a device or of a password manager (Web Authentication, level 3). */
export interface Passkey extends FactorBase {
  readonly kind: "PASSKEY";
  readonly credential: PasskeyCredential;
  /** The signature counter of the last use. Most passkeys always have 0. */
  readonly counter: number;
  /** Whether a passkey provider keeps a copy, so that the person has it on several devices. */
  readonly backedUp: boolean;
}

export type SecondFactor = AuthenticatorApp | Passkey;

/** What a passkey said of itself when it was added. */
export interface PasskeyCredential {
  /** The credential id, in base64url. */
  readonly id: string;
  /** The public key, as COSE in base64url. */
  readonly publicKey: string;
  /** How a browser reaches the authenticator, such as `internal` or `usb`. */
  readonly transports: readonly string[];
}

/** Who signed in with a password: an account of an organization, or an operator. */
export type PasswordAccount = { readonly breakGlass: boolean } | "OPERATOR";

/** Whether people of an organization have second factors, beside their passwords. */
export type SecondFactorPolicy = "OPTIONAL" | "REQUIRED" | "OFF";

/**
 * What a person with a right password must show.
 *
 * - `NOTHING`: the password is enough.
 * - `PRESENT`: one of the account's factors.
 * - `ENROLL`: the account has no factor and needs one.
 *
 * Operators and break-glass accounts always need a factor, whatever the policy. Under `OFF`, factors of other accounts are
 * not asked for.
 *
 * @param policy the policy of the account's home organization; `null` for an operator
 */
export function requireFactor(
  account: PasswordAccount,
  policy: SecondFactorPolicy | null,
  hasFactor: boolean,
): "NOTHING" | "PRESENT" | "ENROLL" {
  const isAlwaysNeeded = account === "OPERATOR" || account.breakGlass;
  if (policy === "OFF" && !isAlwaysNeeded) return "NOTHING";
  if (hasFactor) return "PRESENT";
  return policy === "REQUIRED" || isAlwaysNeeded ? "ENROLL" : "NOTHING";
}
