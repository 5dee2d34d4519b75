/** Makes the `Runtime` that a connection type gets for one connection. */
import type { Clock } from "../platform/clock.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { Addresses, Fetch, ParseContext, Runtime } from "./contract/index.js";
import { usesOperatorApp } from "./operator-app/operator-app.js";
import { openOwnKeys } from "./settings/own-keys.js";
import { openClientKeys } from "./stored/client-keys.js";
import type { Connection } from "./stored/connection.js";

export interface RuntimeParts {
  /** The public base URL, without a trailing slash. */
  readonly publicUrl: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly urls: ParseContext;
  readonly keyRing: KeyRing;
}

/**
 * The public addresses of a connection. They are made from the connection's id. For the operator's app, which has no
 * connection, the type's id is used.
 */
export function addressesOf(publicUrl: string, connectionId: string): Addresses {
  const base = `${publicUrl}/sso/${connectionId}`;
  return {
    startUrl: `${base}/start`,
    callbackUrl: `${base}/callback`,
    acsUrl: `${base}/acs`,
    metadataUrl: `${base}/metadata`,
    logoutUrl: `${base}/logout`,
    backChannelLogoutUrl: `${base}/backchannel-logout`,
    jwksUrl: `${base}/jwks`,
  };
}

/** The public addresses of a connection. If the connection uses the operator's app, the callback is that of the app. */
export function addressesFor(publicUrl: string, { id, type, settings }: Connection): Addresses {
  const own = addressesOf(publicUrl, id);
  return usesOperatorApp(settings) ? { ...own, callbackUrl: addressesOf(publicUrl, type).callbackUrl } : own;
}

/** The part of a runtime that is read from the database when the connection is opened. */
export type OpeningContext = Pick<Runtime, "memory" | "mappedClaims">;

/** @throws UnsealError if the connection's own keys cannot be decrypted */
export function createRuntime(parts: RuntimeParts, connection: Connection, context: OpeningContext = {}): Runtime {
  const { publicUrl, fetch, clock, urls, keyRing } = parts;
  const keys = openOwnKeys(keyRing, connection);
  const clientKeys = openClientKeys(keyRing, connection);
  return {
    connectionId: connection.id,
    addresses: addressesFor(publicUrl, connection),
    fetch,
    now: clock,
    urls,
    ...(keys !== null && { keys }),
    ...(clientKeys.length > 0 && { clientKeys }),
    ...context,
  };
}
