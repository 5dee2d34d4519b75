/** The public documents of a connection for its provider, also while the connection is a draft. */
import type { Request, Response, Router } from "express";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import type { SignInRouteOptions } from "./options.js";

/** How long providers may cache the keys. So some minutes after a next key is published, all providers know it. */
const KEYS_CACHE_SECONDS = 300;

export function addDocumentRoutes(router: Router, options: SignInRouteOptions): void {
  router.get("/sso/:connectionId/metadata", (request, response) => sendMetadata(options, request, response));
  router.get("/sso/:connectionId/jwks", (request, response) => sendClientKeys(options, request, response));
}

/** Sends a connection's service provider metadata. */
async function sendMetadata({ findMetadata }: SignInRouteOptions, request: Request, response: Response): Promise<void> {
  const document = await findMetadata(String(request.params["connectionId"]));
  if (document === null) throw new Failure(NOT_FOUND, { type: "metadata document" });
  response.type(document.contentType).send(document.body);
}

/** Sends a connection's public keys. Express adds the ETag, and answers 304 to a request that has it. */
async function sendClientKeys(
  { findClientKeys }: SignInRouteOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const document = await findClientKeys(String(request.params["connectionId"]));
  if (document === null) throw new Failure(NOT_FOUND, { type: "key document" });
  response.set("Cache-Control", `public, max-age=${KEYS_CACHE_SECONDS}`);
  response.type(document.contentType).send(document.body);
}
