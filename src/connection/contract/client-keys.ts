/**
 * Key pairs with which a connection authenticates at its provider, instead of a client secret. Usher makes and rotates
 * them, and publishes their public halves at the connection's `jwksUrl` (RFC 7517).
 */

/** A key pair of one connection. */
export interface ClientKey {
  /** The key's id in the published key document (`kid`). */
  readonly id: string;
  /** PKCS #8 in PEM. Encrypted at rest; only the connection's type gets it. */
  readonly privateKey: string;
  /** The public half as a JSON Web Key. It must have only public members. */
  readonly publicKey: Readonly<Record<string, string>>;
}

/** The part of a connection type that uses client keys. */
export interface ClientKeyUse<Draft> {
  /** Pure: whether these settings use client keys. Usher makes the keys when the settings first use them. */
  readonly isUsed: (settings: Draft) => boolean;
  /** Makes one key for each kind of signature that a provider may accept. */
  readonly createKeys: () => Promise<readonly ClientKey[]>;
}
