/**
 * Exchanges a provider's signed assertion for a short-lived access token at `/scim/v2/token` (RFC 7521; RFC 7523). So no
 * administrator copies a token. The access token has the rights of the directory's own token.
 */
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from "express";
import { ACCESS_TOKEN_SECONDS } from "../../provisioning/directory/stored/token.repository.js";
import { giveAccessToken } from "../../provisioning/directory/assertion/trust.operations.js";
import { Failure } from "../../platform/errors/failure.js";
import { noteError, noteRequest } from "../../platform/http/request-notes.js";
import { statusOfClientError } from "../answer.js";
import type { ScimServices } from "../services.js";
import { createKeySets } from "./key-sets.js";
import { readTokenRequest, SCOPE } from "./read-token-request.js";
import { TokenRefusal } from "./token-refusal.js";
import { verifyAssertion } from "./verify-assertion.js";

const LARGEST_FORM = "32kb";
const MOST_PARAMETERS = 20;

export function createTokenRoute({ store, clock, fetch, limits }: ScimServices, baseUrl: string): Router {
  const { tokenRefusals } = limits;
  const keysOf = createKeySets({ fetch, now: clock });
  const audiences = [`${baseUrl}/token`, baseUrl];

  const give: RequestHandler = async (request: Request, response: Response) => {
    const asked = readTokenRequest((request.body as Readonly<Record<string, unknown>> | undefined) ?? {});
    const verified = await verifyAssertion(asked, {
      reader: store.reader,
      keysOf,
      audiences,
      nowSeconds: clock().getTime() / 1_000,
      note: (code) => noteError(request, code, null),
    });
    const { directoryId } = verified.trust;
    noteRequest(request, { callerKind: "DIRECTORY", callerId: directoryId });
    const given = await giveAccessToken(store, verified.trust, verified.id);
    if (given === null)
      throw new TokenRefusal(asked.use, "The assertion was used before. Every assertion needs a new jti.");
    if (given === "CHANGED") throw new TokenRefusal(asked.use, "The keys of the directory were changed just now.");
    answer(response, 200, {
      access_token: given.token,
      token_type: "Bearer",
      expires_in: ACCESS_TOKEN_SECONDS,
      scope: SCOPE,
    });
  };
  const refuse: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    const refusal = error instanceof TokenRefusal ? error : explainForm(error);
    if (refusal === null) {
      next(error);
      return;
    }
    await tokenRefusals.note(request);
    if (refusal.error === "invalid_client") response.setHeader("WWW-Authenticate", 'Bearer realm="SCIM"');
    const { error: code, description } = refusal;
    answer(response, code === "invalid_client" ? 401 : 400, { error: code, error_description: description });
  };
  const router = express.Router();
  router.post(
    "/",
    async (request, response, next) => {
      response.setHeader("Cache-Control", "no-store");
      await tokenRefusals.require(request);
      next();
    },
    express.urlencoded({ extended: false, limit: LARGEST_FORM, parameterLimit: MOST_PARAMETERS }),
    give,
  );
  router.use(refuse);
  return router;
}

function answer(response: Response, status: number, body: object): void {
  response.status(status).json(body);
}

/** The refusal of a form that the parser could not read; `null` for an error that the provider did not cause. */
function explainForm(error: unknown): TokenRefusal | null {
  if (error instanceof Failure || statusOfClientError(error) === null) return null;
  return new TokenRefusal(
    "invalid_request",
    `The form cannot be read. It may have ${LARGEST_FORM} and ${MOST_PARAMETERS} parameters.`,
  );
}
