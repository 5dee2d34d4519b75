/** The public document at a connection's metadata address, for types that have one. */
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
