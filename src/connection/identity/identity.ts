/** A link from a person at a provider (connection, issuer and subject) to an account. */
import { createHash } from "node:crypto";

export type LinkKind = "OWN" | "MERGED";

export interface Identity {
  readonly id: string;
  readonly connectionId: string;
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  /** `OWN`: the account was created or prepared for the person. `MERGED`: merging joined them to an account that existed. */
  readonly linkKind: LinkKind;
  /** The address that the provider sent at the last sign-in, folded for comparison. */
  readonly emailKey: string | null;
  /** Whether the provider called that address verified; `null` if it did not say. */
  readonly emailVerified: boolean | null;
  /** When the link was retired; `null` if it is not. A retired link is only a record: sign-ins do not follow it. */
  readonly retiredAt: Date | null;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
}

/** A person as a provider knows them. */
export type PersonAtProvider = Pick<Identity, "connectionId" | "issuer" | "subject">;

/**
 * The key of an identity: SHA-256 hex over connection, issuer and subject. It is a hash because some collations treat
 * `'sub'` and `'sub '` as equal. The hash covers a JSON list, because without separators different parts could give the
 * same text.
 */
export function identityKey(connectionId: string, issuer: string, subject: string): string {
  return createHash("sha256")
    .update(JSON.stringify([connectionId, issuer, subject]))
    .digest("hex");
}

/**
 * The key of a retired link. A query by the person's own key does not find it.
 *
 * @param ordinal starts at 1, among the person's retired links of one kind
 */
export function retiredKey(keyHash: string, ordinal: number): string {
  return createHash("sha256")
    .update(JSON.stringify([keyHash, "retired", ordinal]))
    .digest("hex");
}
