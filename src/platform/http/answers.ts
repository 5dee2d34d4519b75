/** Responds to requests that no router answered or that failed: with a page for browsers, with JSON for programs. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { BAD_REQUEST, Failure, INTERNAL, NOT_FOUND, retryAfterHeader } from "../errors/failure.js";
import type { Logger } from "../telemetry/logger.js";
import { createReference } from "../telemetry/reference.js";
import { html, sendPage } from "./pages.js";
import { requestIdOf } from "./request-log.js";
import { noteError } from "./request-notes.js";

/** The parts of a failure that are rendered. */
interface AnsweredFailure {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly remedy: string;
  readonly details: unknown;
}

/** What a person in a browser can do. The failure's own remedy is about ids and keys. */
const NOT_FOUND_REMEDY = html`Check the address, or go to the <a href="/sign-in">sign-in page</a>.`;

/** Responds with 404. */
export const answerNotFound: RequestHandler = (request, response) => {
  answerFailure(request, response, new Failure(NOT_FOUND, { type: "page" }), null);
};

/** Responds to an error: with a failure itself, or with INTERNAL and a reference to the log. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      // Express then ends the connection, so that the client does not take a partial response for a complete one.
      next(error);
      return;
    }
    const failure = readFailure(error);
    if (failure !== null) {
      answerFailure(request, response, failure, null);
      return;
    }
    const reference = createReference();
    logger.error({ reference, requestId: requestIdOf(request), error }, "A request failed unexpectedly.");
    answerFailure(request, response, new Failure(INTERNAL, {}), reference);
  };
}

function readFailure(error: unknown): AnsweredFailure | null {
  if (error instanceof Failure) {
    return error as AnsweredFailure;
  }
  // Express and its body parsers give a status to errors that the client caused. Their messages may quote the body.
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  if (typeof status !== "number" || status < 400 || status > 499) {
    return null;
  }
  const reason = status === 413 ? "The request is too large." : "The request cannot be read.";
  const { code, message, remedy, details } = new Failure(BAD_REQUEST, { reason });
  return { code, message, remedy, details, status };
}

function answerFailure(request: Request, response: Response, failure: AnsweredFailure, reference: string | null): void {
  const { code, status, message, remedy, details } = failure;
  noteError(request, code, reference);
  response.set(retryAfterHeader(failure));
  if (request.accepts(["application/json", "text/html"]) !== "text/html") {
    response.setHeader("Cache-Control", "no-store");
    response.status(status).json({ error: { code, message, remedy, details, reference } });
    return;
  }
  sendPage(response, status, {
    title: status === 404 ? "There is nothing here" : "This did not work",
    body: html`<p class="error" role="alert">${message}</p>
      <p>${status === 404 ? NOT_FOUND_REMEDY : remedy}</p>
      ${reference === null ? null : html`<p>Reference: <code>${reference}</code></p>`}`,
  });
}
