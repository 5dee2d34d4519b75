/** The document at a connection's metadata address, for the types that publish one. */
import type { ConnectionServices } from "../services.js";
import { addressesOf } from "../runtime.js";
import { openOwnKeys } from "../settings/own-keys.js";
import { openSettings } from "../settings/stored-settings.js";
import { findConnection } from "./connection.repository.js";

/**
 * The document, or `null` when there is no such connection, or its type has none. It is public: whoever sets a provider
 * up reads it before anybody can sign in.
 */
export async function readMetadataDocument(
  { reader, registry, runtime }: ConnectionServices,
  connectionId: string,
): Promise<{ readonly contentType: string; readonly body: string } | null> {
  const connection = await findConnection(reader, null, connectionId);
  if (connection === null) return null;
  const type = registry.get(connection.type);
  if (type.metadataDocument === undefined) return null;
  return type.metadataDocument(
    addressesOf(runtime.publicUrl, connection.id),
    openSettings(type, runtime.keyRing, connection),
    openOwnKeys(runtime.keyRing, connection),
  );
}
