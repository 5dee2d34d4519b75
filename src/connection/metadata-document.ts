/** The public documents of a connection for its provider: its metadata, and its client keys. */
import type { AnyConnectionType } from "./contract/index.js";
import { addressesOf } from "./runtime.js";
import type { ConnectionServices } from "./services.js";
import { openOwnKeys } from "./settings/own-keys.js";
import { openSettings } from "./settings/stored-settings.js";
import type { Connection } from "./stored/connection.js";

export interface MetadataDocument {
  readonly contentType: string;
  readonly body: string;
}

/** The connection's client keys as a JSON Web Key Set (RFC 7517, section 5); `null` if it has none. */
export function publishClientKeys({ clientKeys }: Connection): MetadataDocument | null {
  if (clientKeys.length === 0) return null;
  const body = JSON.stringify({ keys: clientKeys.map(({ publicKey }) => publicKey) });
  return { contentType: "application/jwk-set+json; charset=utf-8", body };
}

/** Describes a connection, even a draft, to its provider; `null` if its type has no such document or is not installed. */
export function describeConnection(
  { registry, runtime }: Pick<ConnectionServices, "registry" | "runtime">,
  connection: Connection,
): MetadataDocument | null {
  const type: AnyConnectionType | null = registry.find(connection.type);
  if (type?.metadataDocument === undefined) return null;
  return type.metadataDocument(
    addressesOf(runtime.publicUrl, connection.id),
    openSettings(type, runtime.keyRing, connection),
    openOwnKeys(runtime.keyRing, connection),
  );
}
