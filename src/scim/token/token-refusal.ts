/** Why a request for an access token is refused (RFC 6749, section 5.2). */

/** The error codes of section 5.2 that Usher uses. */
export type TokenErrorCode =
  "invalid_request" | "invalid_client" | "invalid_grant" | "unsupported_grant_type" | "invalid_scope";

export class TokenRefusal extends Error {
  override readonly name = "TokenRefusal";

  /** @param description for the developer at the provider; without quotes, which section 5.2 does not allow */
  constructor(
    readonly error: TokenErrorCode,
    readonly description: string,
  ) {
    super(description);
  }
}
