/** The link (connection, issuer, subject) → user, in the house's own words. */
import { createHash } from "node:crypto";

export type LinkKind = "OWN" | "MERGED";

export interface Identity {
  readonly id: string;
  readonly connectionId: string;
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  /** `OWN` came with the person or waited for them; `MERGED` joined them to an account that was there. */
  readonly linkKind: LinkKind;
  /** The address that the provider sent at the last sign-in, in the form by which addresses are compared. */
  readonly emailKey: string | null;
  /** What the provider said of that address: verified, not verified, or nothing. */
  readonly emailVerified: boolean | null;
  /** From then on it is kept for the record alone, and never followed. */
  readonly retiredAt: Date | null;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
}

/** A person at a provider: what an identity links to a user. */
export type PersonAtProvider = Pick<Identity, "connectionId" | "issuer" | "subject">;

/**
 * The key by which an identity is found: SHA-256 hex over connection, issuer and subject. Hashed, because collations take
 * `'sub'` and `'sub '` for equal; over a JSON list, because joined texts could be cut elsewhere.
 */
export function identityKey(connectionId: string, issuer: string, subject: string): string {
  return createHash("sha256")
    .update(JSON.stringify([connectionId, issuer, subject]))
    .digest("hex");
}

/**
 * The key of a link that was retired: found by nobody who looks for the person, and by whoever asks whether there is one.
 *
 * @param ordinal from 1 on, among the retired links of one kind of the person
 */
export function retiredKey(keyHash: string, ordinal: number): string {
  return createHash("sha256")
    .update(JSON.stringify([keyHash, "retired", ordinal]))
    .digest("hex");
}
