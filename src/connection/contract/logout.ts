/** The optional ability of a connection type to sign people out together with the provider. */
import type { LogoutExchange, LogoutMessage, ProviderLogout, ProviderSession } from "../../protocols/logout.js";

export interface Logout<Verified, Opened, Runtime> {
  /** Pure: the person's session at the provider, which Usher keeps. `null` if the provider names neither person nor session. */
  readonly describeSession: (verified: Verified, opened: Opened) => ProviderSession | null;
  /**
   * The provider's address that ends the person's session there. Usher has already ended its own session and redirects
   * the browser to this address. `null` if the connection's settings do not ask for a sign-out at the provider, or if
   * the provider has no such address.
   *
   * @param session the person's session at the provider; `null` if Usher has kept none
   * @param handle 40 hexadecimal digits. The provider's answer must name the handle, so that `receive` can return it
   */
  readonly begin: (
    session: ProviderSession | null,
    handle: string,
    opened: Opened,
    runtime: Runtime,
  ) => Promise<string | null>;
  /**
   * Verifies a message that the browser brought to the logout address. Returns `null` if the request has no message.
   * Throws a `ProtocolRefusal` if the message is not valid.
   */
  readonly receive: (exchange: LogoutExchange, opened: Opened, runtime: Runtime) => Promise<LogoutMessage | null>;
  /**
   * Verifies the form that the provider's server posted to the back-channel logout address. Throws a `ProtocolRefusal`
   * if the form is not valid. If a type lacks this function, its connections have no back-channel logout address.
   */
  readonly receiveBackChannel?: (
    parameters: Readonly<Record<string, string>>,
    opened: Opened,
    runtime: Runtime,
  ) => Promise<ProviderLogout>;
}
