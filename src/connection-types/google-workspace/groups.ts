/**
 * Reads the e-mail addresses of a person's groups, which Google's ID tokens do not contain. The Directory API lists
 * them (Admin SDK, groups.list) for a service account that acts for an administrator (domain-wide delegation; RFC 7523,
 * section 2.1).
 */
import { importPKCS8, SignJWT } from "jose";
import type { Groups, Runtime } from "../../connection/contract/index.js";
import {
  createDirectory,
  DirectoryUnreadable,
  requestJson,
  type Claims,
  type Directory,
  type Provider,
} from "../../protocols/oidc/index.js";
import { readServiceAccount, type ServiceAccount } from "./service-account.js";
import type { GoogleWorkspaceSettings } from "./settings.js";

const SCOPE = "https://www.googleapis.com/auth/admin.directory.group.readonly";
const REMEDY = `In the Admin console, give the service account's client ID domain-wide delegation for ${SCOPE}, and let directoryAdministrator be an administrator who may read groups.`;
const TOKEN_LIFETIME_SECONDS = 300;
const PAGE_SIZE = 200;

/**
 * Returns the directory from which groups are read, or `null` if the settings have no service account.
 *
 * @param directoryUrl the address of the Admin SDK, without a slash at its end: `https://admin.googleapis.com`
 */
export function createGoogleDirectory(
  directoryUrl: string,
  { tokenEndpoint }: Provider,
  { directoryServiceAccount, directoryAdministrator }: GoogleWorkspaceSettings,
  runtime: Runtime,
): Directory | null {
  if (directoryServiceAccount === null || directoryAdministrator === null) return null;
  const account = readServiceAccount(directoryServiceAccount);
  if (account === null) throw new Error("a service account was stored that cannot be read");
  return createDirectory(runtime, {
    name: "Google's Directory API",
    url: directoryUrl,
    remedy: REMEDY,
    requestToken: async () =>
      requestJson(runtime, "the token endpoint", tokenEndpoint, {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
          assertion: await signAssertion(account, tokenEndpoint, directoryAdministrator, runtime.now()),
        }),
      }),
  });
}

async function signAssertion(
  { clientEmail, privateKey, privateKeyId }: ServiceAccount,
  audience: string,
  administrator: string,
  now: Date,
): Promise<string> {
  const key = await importPKCS8(privateKey, "RS256");
  const seconds = Math.floor(now.getTime() / 1000);
  return await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(privateKeyId !== null && { kid: privateKeyId }) })
    .setIssuer(clientEmail)
    .setSubject(administrator)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + TOKEN_LIFETIME_SECONDS)
    .sign(key);
}

/** The groups of which the person is a direct member; `silent` without a directory, `unknown` if it cannot be read. */
export async function fetchGroups({ sub }: Claims, directory: Directory | null): Promise<Groups> {
  if (directory === null) return { kind: "silent" };
  const user = String(sub);
  const pageOf = (token: string | null) =>
    `/admin/directory/v1/groups?${new URLSearchParams({
      userKey: user,
      maxResults: String(PAGE_SIZE),
      ...(token !== null && { pageToken: token }),
    }).toString()}`;
  try {
    const values = await directory.read({
      key: user,
      path: pageOf(null),
      // Google's answer contains no list for a person without groups.
      readPage: ({ groups = [], nextPageToken: next = null }) =>
        areGroups(groups) && (next === null || typeof next === "string")
          ? { values: groups.map(({ email }) => email.toLowerCase()), next: next === null ? null : pageOf(next) }
          : null,
    });
    return { kind: "known", values };
  } catch (error) {
    if (error instanceof DirectoryUnreadable) return { kind: "unknown", reason: error.message };
    throw error;
  }
}

function areGroups(value: unknown): value is readonly { readonly email: string }[] {
  return Array.isArray(value) && value.every((each) => typeof (each as { email?: unknown } | null)?.email === "string");
}
