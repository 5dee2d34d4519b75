/** Finds the directory of a request by its bearer token (RFC 6750). Everything that the request does is in that directory. */
import type { Request } from "express";
import { DIRECTORY_TOKEN_PREFIX, type Directory } from "../provisioning/directory/stored/directory.js";
import { findDirectoryOfToken } from "../provisioning/directory/stored/token.repository.js";
import { hashToken } from "../platform/crypto/tokens.js";
import { Failure } from "../platform/errors/failure.js";
import { noteRequest } from "../platform/http/request-notes.js";
import { SCIM_TOKEN_REFUSED } from "./failures.js";
import type { ScimServices } from "./services.js";

const LONGEST_TOKEN = 512;

/** @throws SCIM_TOKEN_REFUSED without a valid token, RATE_LIMITED after many such requests of one network address */
export async function authenticate({ store, clock, limits }: ScimServices, request: Request): Promise<Directory> {
  const [, token] = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.get("authorization") ?? "") ?? [];
  // Only a directory's token gives access here: no session cookie and no API key.
  const isToken = token !== undefined && token.length <= LONGEST_TOKEN && token.startsWith(DIRECTORY_TOKEN_PREFIX);
  const directory = isToken ? await findDirectoryOfToken(store.reader, hashToken(token), clock()) : null;
  if (directory === null) {
    // Above the limit, nothing is written.
    await limits.bearerRefusals.require(request);
    await limits.bearerRefusals.note(request);
    throw new Failure(SCIM_TOKEN_REFUSED, {});
  }
  noteRequest(request, {
    callerKind: "DIRECTORY",
    callerId: directory.id,
    organizationId: directory.organizationId,
  });
  return directory;
}
