/** Why an outgoing request was not made, or why its answer was not taken: the one error of the guarded fetch. */

/** What stood in the way. */
export type FetchRefusalCode =
  /** The URL cannot be read, or its host is, or resolves to, something that is not a public address. */
  | "ADDRESS_REFUSED"
  /** Not https, and not plain http to a host that the operator allows. */
  | "SCHEME_REFUSED"
  /** The URL holds a user name or a password. */
  | "CREDENTIALS_REFUSED"
  /** The server answered with a redirect, which is never followed. */
  | "REDIRECT_REFUSED"
  /** The answer is larger than the request allows. */
  | "TOO_LARGE"
  /** The answer was not complete in time. */
  | "TIMEOUT"
  /** No connection, or no usable answer over it. */
  | "UNREACHABLE"
  /** The host's name has no address. */
  | "NAME_NOT_FOUND"
  /** The server's certificate is expired, not trusted, or for another name. */
  | "CERTIFICATE_REFUSED";

/**
 * A request that the guarded fetch refused or that failed. The message is a sentence for an administrator of any
 * organization, so it names what they entered and what the server did, never an address that a private name resolves to.
 */
export class FetchRefusal extends Error {
  override readonly name = "FetchRefusal";
  /** Private, so that a log which writes an error's properties leaves it out: its query may hold secrets. */
  readonly #location: string | undefined;

  /** @param options `cause` is for the log: it may name what the message keeps back. `location` is where a redirect leads */
  constructor(
    readonly code: FetchRefusalCode,
    message: string,
    options: ErrorOptions & { readonly location?: string } = {},
  ) {
    super(message, options);
    this.#location = options.location;
  }

  /** Where a refused redirect leads, absolute. Not for messages. */
  get location(): string | undefined {
    return this.#location;
  }
}
