/** What this installation lends to a connection type, for one connection. */
import type { Clock } from "../platform/clock.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { Addresses, Fetch, ParseContext, Runtime } from "./contract/index.js";
import { openOwnKeys } from "./settings/own-keys.js";
import type { Connection } from "./stored/connection.js";

/** What runtimes are made of. */
export interface RuntimeParts {
  /** The public base URL, without a trailing slash. */
  readonly publicUrl: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly urls: ParseContext;
  readonly keyRing: KeyRing;
}

/** The public addresses of a connection, known as soon as it has an id. */
export function addressesOf(publicUrl: string, connectionId: string): Addresses {
  const base = `${publicUrl}/sso/${connectionId}`;
  return {
    startUrl: `${base}/start`,
    callbackUrl: `${base}/callback`,
    acsUrl: `${base}/acs`,
    metadataUrl: `${base}/metadata`,
    logoutUrl: `${base}/logout`,
  };
}

/** What is read for a connection when it is opened. */
export type OpeningContext = Pick<Runtime, "memory" | "mappedClaims">;

/** @throws UnsealError when the connection has keys of its own that cannot be opened */
export function createRuntime(parts: RuntimeParts, connection: Connection, lent: OpeningContext = {}): Runtime {
  const { publicUrl, fetch, clock, urls, keyRing } = parts;
  const keys = openOwnKeys(keyRing, connection);
  return {
    connectionId: connection.id,
    addresses: addressesOf(publicUrl, connection.id),
    fetch,
    now: clock,
    urls,
    ...(keys !== null && { keys }),
    ...lent,
  };
}
