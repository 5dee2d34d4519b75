/**
 * Reads a person's groups if the token leaves them out because there are too many ("Groups overage claim"). Microsoft
 * Graph lists their IDs (directoryObject: getMemberObjects) for a token of the app registration.
 */
import type { Groups, Runtime } from "../../connection/contract/index.js";
import {
  createDirectory,
  DirectoryUnreadable,
  requestJson,
  type Claims,
  type Directory,
  type Provider,
} from "../../protocols/oidc/index.js";
import { readEntraGroups } from "./normalize.js";
import type { EntraIdSettings } from "./settings.js";

const REMEDY =
  "Give the app registration the application permission GroupMember.Read.All of Microsoft Graph, with admin consent.";

/** @param graphUrl the address of Microsoft Graph, without a slash at its end: `https://graph.microsoft.com` */
export function createGraph(
  graphUrl: string,
  provider: Provider,
  { clientId, clientSecret }: Pick<EntraIdSettings, "clientId" | "clientSecret">,
  runtime: Runtime,
): Directory {
  const form = { client_id: clientId, client_secret: clientSecret, scope: `${graphUrl}/.default` };
  return createDirectory(runtime, {
    name: "Microsoft Graph",
    url: graphUrl,
    remedy: REMEDY,
    requestToken: () =>
      requestJson(runtime, "the token endpoint", provider.tokenEndpoint, {
        method: "POST",
        body: new URLSearchParams({ grant_type: "client_credentials", ...form }),
      }),
  });
}

/**
 * Returns the groups in the token or, if the token leaves them out, the groups that Microsoft Graph lists. If Graph
 * cannot be read, the groups are `unknown`.
 */
export async function fetchGroups(claims: Claims, graph: Directory): Promise<Groups> {
  const groups = readEntraGroups(claims);
  if (groups.kind !== "unknown" || !hasOverage(claims)) return groups;
  const oid = String(claims["oid"]);
  try {
    const values = await graph.read({
      key: oid,
      path: `/v1.0/users/${encodeURIComponent(oid)}/getMemberObjects`,
      init: {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ securityEnabledOnly: false }),
      },
      readPage: ({ value, "@odata.nextLink": next = null }) =>
        isTexts(value) && (next === null || typeof next === "string") ? { values: value, next } : null,
    });
    return { kind: "known", values };
  } catch (error) {
    if (error instanceof DirectoryUnreadable)
      return { kind: "unknown", reason: `The token leaves the groups out, and ${error.message}` };
    throw error;
  }
}

function hasOverage({ hasgroups, _claim_names: elsewhere }: Claims): boolean {
  return hasgroups !== undefined || (typeof elsewhere === "object" && elsewhere !== null && "groups" in elsewhere);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
