/** Receives the logout messages of a provider, which a browser brings or the provider's server posts. */
import type { LogoutExchange, ProviderLogout } from "../../connection/contract/index.js";
import type { OpenedConnection } from "../../connection/opened-connections.js";
import type { Connection } from "../../connection/stored/connection.js";
import { Failure } from "../../platform/errors/failure.js";
import { LOGOUT_NOT_OFFERED } from "../failures.js";
import { findConnection, requireUsable } from "../find-connection.js";
import type { SignInServices } from "../services.js";
import { endSessionsOfProvider } from "./end-sessions.js";
import { takePendingLogout } from "./pending-logout.js";

/** Where the browser goes after it brought a message. */
export type LogoutOutcome =
  /** The browser goes to the provider, with Usher's answer. */
  | { readonly kind: "answer-provider"; readonly location: string }
  /**
   * The browser goes to `returnTo`, for which the person asked when they signed out; if it is `null`, to the
   * organization's page.
   */
  | {
      readonly kind: "signed-out";
      readonly organizationId: string;
      readonly returnTo: string | null;
      /** Whether the person may still be signed in at the provider. */
      readonly onlyHere: boolean;
    };

/**
 * Receives a request to the logout address. A request without a message is a person who comes back from a sign-out at
 * the provider.
 *
 * @throws UNKNOWN_CONNECTION, the refusals of the connection's type, and the errors of `endSessionsOfProvider`
 */
export async function receiveLogout(
  services: SignInServices,
  connectionId: string,
  exchange: LogoutExchange,
): Promise<LogoutOutcome> {
  const { connection } = await findConnection(services, connectionId);
  const signedOut = {
    kind: "signed-out",
    organizationId: connection.organizationId,
    returnTo: null,
    onlyHere: false,
  } as const;
  // A connection that is not active has no sessions, so its messages are ignored.
  const isUsable = connection.state === "ACTIVE" && services.registry.find(connection.type)?.logout !== undefined;
  if (!isUsable || Object.keys(exchange.parameters).length === 0) return signedOut;
  const { logout, opened, runtime } = await openForLogout(services, connection);
  const message = await logout.receive(exchange, opened, runtime);
  if (message === null) return signedOut;
  if (message.kind === "answer") {
    const pending = await takePendingLogout(services, connection, message.handle);
    return { ...signedOut, returnTo: pending?.returnTo ?? null, onlyHere: !message.succeeded };
  }
  await endSessionsOfProvider(services, connection, message.logout);
  const location = await message.answer();
  return location === null ? signedOut : { kind: "answer-provider", location };
}

/**
 * Receives a form at the back-channel address, and ends the sessions that it names.
 *
 * @throws what `receiveLogout` throws, CONNECTION_NOT_ACTIVE, CONNECTION_TYPE_MISSING and LOGOUT_NOT_OFFERED
 */
export async function receiveBackChannelLogout(
  services: SignInServices,
  connectionId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  const { connection } = await findConnection(services, connectionId);
  const { logout, opened, runtime } = await openForLogout(services, connection);
  if (logout.receiveBackChannel === undefined)
    throw new Failure(LOGOUT_NOT_OFFERED, { detail: "The connection's type takes no back-channel messages." });
  const ended: ProviderLogout = await logout.receiveBackChannel(parameters, opened, runtime);
  await endSessionsOfProvider(services, connection, ended);
}

async function openForLogout(services: SignInServices, connection: Connection) {
  requireUsable(services, connection, "SIGN_IN");
  if (services.registry.find(connection.type)?.logout === undefined)
    throw new Failure(LOGOUT_NOT_OFFERED, { detail: "The connection's type takes no logout messages." });
  const { type, opened, runtime }: OpenedConnection = await services.open(connection);
  return { logout: type.logout!, opened, runtime };
}
