/** The GraphQL endpoint: Apollo Server on an Express router, with one error format. */
import { AsyncLocalStorage } from "node:async_hooks";
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from "@apollo/server/plugin/disabled";
import { expressMiddleware } from "@as-integrations/express5";
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from "express";
import { Kind, type GraphQLSchema } from "graphql";
import { BAD_REQUEST, Failure, INTERNAL } from "../errors/failure.js";
import { allowOrigins } from "../http/cross-origin.js";
import { noteError, noteOperation, readNotes } from "../http/request-notes.js";
import type { Logger } from "../telemetry/logger.js";
import { createReference } from "../telemetry/reference.js";
import { createErrorFormat, renderFailure, toRequestError } from "./errors.js";
import { REQUEST_TOO_LARGE, type AnyFailure, type Catalogue } from "./failures.js";
import { opennessOf } from "./input-issues.js";
import {
  createCostPlugin,
  createShapeRule,
  DEFAULT_QUERY_LIMITS,
  requireRootType,
  type QueryLimits,
} from "./limits.js";

/** The limit of a request's body after decompression. @internal */
export const MAXIMUM_BODY_BYTES = 1_000_000;
const MAXIMUM_VALIDATION_ERRORS = 20;

export interface EndpointOptions<Context extends BaseContext> {
  readonly schema: GraphQLSchema;
  /** Makes the context of one request. A `Failure` that it throws becomes the response, with the failure's HTTP status. */
  readonly contextFor: (request: Request, response: Response) => Promise<Context>;
  readonly catalogue: Catalogue;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly logger: Logger;
  /** Other origins whose pages may send requests with cookies, such as `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
  readonly limits?: QueryLimits;
}

export interface GraphQLEndpoint {
  /** The router to mount at `/graphql`. */
  readonly router: Router;
  /** Ends the server after the last request. */
  readonly stop: () => Promise<void>;
}

/** Starts the GraphQL server and makes its router. */
export async function createGraphQLEndpoint<Context extends BaseContext>(
  options: EndpointOptions<Context>,
): Promise<GraphQLEndpoint> {
  const { schema, contextFor, catalogue, production, introspection, logger, allowedOrigins } = options;
  const limits = options.limits ?? DEFAULT_QUERY_LIMITS;
  const openness = opennessOf(schema, introspection);
  // The request of each running operation, because Apollo does not give it to the error format.
  const requests = new AsyncLocalStorage<Request>();
  const currentRequest = () => requests.getStore();
  const server = new ApolloServer<Context>({
    schema,
    introspection,
    nodeEnv: production ? "production" : "development",
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !introspection,
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [requireRootType, createShapeRule(limits)],
    validationOptions: { maxErrors: MAXIMUM_VALIDATION_ERRORS },
    formatError: createErrorFormat({ catalogue, logger, openness, currentRequest }),
    logger: adaptLogger(logger),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      createCostPlugin(limits, openness),
      answerLegacyClients,
      logDefects(logger),
      noteOperations(currentRequest),
    ],
  });
  await server.start();

  const router = express.Router();
  router.use(allowOrigins(new Set(allowedOrigins)));
  router.use(admitPlainReads);
  router.use(express.json({ limit: MAXIMUM_BODY_BYTES, type: "application/json" }));
  router.use((request, _response, next) => requests.run(request, next));
  router.use(
    expressMiddleware(server, {
      context: async ({ req, res }) => {
        try {
          return await contextFor(req, res);
        } catch (error) {
          throw error instanceof Failure ? toRequestError(error) : error;
        }
      },
    }) as RequestHandler,
  );
  router.use(answerBodyErrors(logger));
  return { router, stop: () => server.stop() };
}

/**
 * A client that accepts only `application/json` expects 200 for every well-formed GraphQL response, even with errors
 * (GraphQL over HTTP, 6.4.1). The media type `application/graphql-response+json` uses other statuses.
 */
const answerLegacyClients: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ request, response }) => {
      const accepted = request.http?.headers.get("accept") ?? "";
      const isLegacy = accepted.includes("application/json") && !accepted.includes("application/graphql-response+json");
      if (isLegacy && response.http.status === 400) {
        response.http.status = 200;
      }
    },
  }),
};

/** Logs the cause of Apollo's own errors, which the error format does not get. */
function logDefects(logger: Logger): ApolloServerPlugin<BaseContext> {
  return {
    unexpectedErrorProcessingRequest: async ({ error }) => {
      logger.error({ error }, "A GraphQL request could not be processed.");
    },
  };
}

function noteOperations(currentRequest: () => Request | undefined): ApolloServerPlugin<BaseContext> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ document, operationName, request }) => {
        const current = currentRequest();
        // If validation refuses the document, Apollo does not choose an operation, so the first one gives the name.
        const first = document?.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
        const name = operationName ?? request.operationName ?? first?.name?.value;
        if (current !== undefined) noteOperation(current, name);
      },
    }),
  };
}

function adaptLogger(logger: Logger) {
  const write = (level: "debug" | "info" | "warn" | "error") => (message?: unknown) => {
    logger[level]({ source: "apollo" }, String(message));
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/**
 * Apollo requires a header that a page of another site cannot send without a preflight (CSRF). A GET without cookies has no
 * credentials and changes nothing, so links, scripts and caches may use it without the header.
 */
const admitPlainReads: RequestHandler = (request, _response, next) => {
  if (request.method === "GET" && request.headers.cookie === undefined) {
    request.headers["apollo-require-preflight"] ??= "not needed without cookies";
  }
  next();
};

/** Responds with a GraphQL error, not a page, when a body cannot be read. */
function answerBodyErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const failure = readBodyFailure(error);
    const reference = failure === null ? createReference() : null;
    if (failure === null) {
      const { requestId } = readNotes(request);
      logger.error({ reference, requestId, error }, "A GraphQL request failed unexpectedly.");
    }
    const answer: AnyFailure = failure ?? new Failure(INTERNAL, {});
    noteError(request, answer.code, reference);
    response
      .status(readStatus(error) ?? answer.status)
      .json({ errors: [{ message: answer.message, extensions: renderFailure(answer, null, reference) }] });
  };
}

function readBodyFailure(error: unknown): AnyFailure | null {
  const status = readStatus(error);
  if (error instanceof Failure) {
    return error;
  }
  if (status === 413) {
    return new Failure(REQUEST_TOO_LARGE, { maximumBytes: MAXIMUM_BODY_BYTES });
  }
  if (status === 415) {
    return new Failure(BAD_REQUEST, { reason: "The body's character set or encoding is not supported; send UTF-8." });
  }
  return status === null ? null : new Failure(BAD_REQUEST, { reason: "The body is not valid JSON." });
}

/** The status of an error of the body parser. The status of other errors is not trusted. */
function readStatus(error: unknown): number | null {
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  return typeof status === "number" && status >= 400 && status < 500 ? status : null;
}
