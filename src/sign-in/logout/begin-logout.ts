/** Finds the provider's address that ends a person's session there, after the session at Usher has ended. */
import { findConnection } from "../../connection/stored/connection.repository.js";
import type { KeptProviderSession } from "../../people/session/provider-session.repository.js";
import type { SignInServices } from "../services.js";
import { keepPendingLogout, makeHandle } from "./pending-logout.js";

/** How long a person waits for a provider that does not answer. An opened connection answers at once. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Returns the address at the provider; `null` if the connection does not sign people out there, or the provider cannot be
 * reached in time.
 *
 * @param returnTo where the person goes afterwards
 */
export async function beginLogout(
  services: SignInServices,
  connectionId: string,
  session: KeptProviderSession | null,
  returnTo: string | null,
): Promise<string | null> {
  const connection = await findConnection(services.store.reader, null, connectionId);
  if (connection?.state !== "ACTIVE" || services.registry.find(connection.type)?.logout === undefined) return null;
  const handle = makeHandle();
  const ask = async () => {
    const { type, opened, runtime } = await services.open(connection);
    return (await type.logout?.begin(session, handle, opened, runtime)) ?? null;
  };
  try {
    const address = await withinTime(ask());
    if (address !== null) await keepPendingLogout(services, connection, handle, { returnTo });
    return address;
  } catch (error) {
    services.logDefect(error, services.reference());
    return null;
  }
}

async function withinTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the provider did not answer within ${LONGEST_WAIT_MS} ms`)),
      LONGEST_WAIT_MS,
    );
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
