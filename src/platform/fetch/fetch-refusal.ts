/** The only error of the guarded fetch: why a request was not made, or why its response was refused. */

export type FetchRefusalCode =
  /** The URL cannot be read, its host is not a public address, or its name resolves to an address that is not public. */
  | "ADDRESS_REFUSED"
  /** Not https, and not plain http to a host that the operator allows. */
  | "SCHEME_REFUSED"
  /** The URL contains a user name or a password. */
  | "CREDENTIALS_REFUSED"
  /** The server sent a redirect, which is never followed. */
  | "REDIRECT_REFUSED"
  /** The response is larger than the request allows. */
  | "TOO_LARGE"
  /** The response was not complete in time. */
  | "TIMEOUT"
  /** The connection failed, or the response cannot be used. */
  | "UNREACHABLE"
  /** The host's name has no address. */
  | "NAME_NOT_FOUND"
  /** The server's certificate is expired, not trusted, or for a different name. */
  | "CERTIFICATE_REFUSED";

/**
 * A request that was refused or that failed. Every administrator may see the message. It names what they entered and what the
 * server did, but not the address of a private name.
 */
export class FetchRefusal extends Error {
  override readonly name = "FetchRefusal";
  /** Private, so that a log of the error's properties does not contain this URL, whose query may hold secrets. */
  readonly #location: string | undefined;

  /** @param options `cause` is for the log: it may name what the message must not. `location` is the target of a redirect */
  constructor(
    readonly code: FetchRefusalCode,
    message: string,
    options: ErrorOptions & { readonly location?: string } = {},
  ) {
    super(message, options);
    this.#location = options.location;
  }

  /** The absolute target of a refused redirect. Do not show it in messages. */
  get location(): string | undefined {
    return this.#location;
  }
}
