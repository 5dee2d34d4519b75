/** The key file of a Google service account, as Google's console downloads it. */
import type { Parsed } from "../../connection/contract/index.js";

/** The values of a service account's key file that Usher needs. */
export interface ServiceAccount {
  readonly clientEmail: string;
  readonly privateKeyId: string | null;
  readonly privateKey: string;
}

/** Returns the text unchanged, or an issue if it is not a key file. */
export function parseServiceAccount(text: string): Parsed<string> {
  return readServiceAccount(text) === null
    ? { issue: "must be the JSON key file of a service account, with client_email and private_key" }
    : { value: text };
}

/** Reads a key file. Returns `null` for every other text. */
export function readServiceAccount(text: string): ServiceAccount | null {
  try {
    const file = JSON.parse(text) as Record<string, unknown>;
    const { type, client_email: clientEmail, private_key: privateKey, private_key_id: privateKeyId } = file;
    if (type !== "service_account" || typeof clientEmail !== "string" || typeof privateKey !== "string") return null;
    if (!privateKey.startsWith("-----BEGIN PRIVATE KEY-----")) return null;
    return { clientEmail, privateKey, privateKeyId: typeof privateKeyId === "string" ? privateKeyId : null };
  } catch {
    return null;
  }
}
