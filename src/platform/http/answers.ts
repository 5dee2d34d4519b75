/** The end of every request that no room answered: not found, or failed. A page for browsers, JSON for programs. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { BAD_REQUEST, Failure, INTERNAL, NOT_FOUND, retryAfterHeader } from "../errors/failure.js";
import type { Logger } from "../telemetry/logger.js";
import { createReference } from "../telemetry/reference.js";
import { html, sendPage } from "./pages.js";
import { requestIdOf } from "./request-log.js";
import { noteError } from "./request-notes.js";

/** What is rendered of a failure, whatever its data. */
interface AnsweredFailure {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly remedy: string;
  readonly details: unknown;
}

/** A program hears of ids and keys; a person in a browser has an address. */
const FOR_THE_LOST = html`Check the address, or go to the <a href="/sign-in">sign-in page</a>.`;

/** Answers 404 to what nobody serves. */
export const answerNotFound: RequestHandler = (request, response) => {
  answerFailure(request, response, new Failure(NOT_FOUND, { type: "page" }), null);
};

/** Answers what was thrown: a failure as itself, anything else as INTERNAL with a reference that the log explains. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      // Too late for an answer; Express ends the connection, so that half an answer is not taken for a whole one.
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
  // Express and its body parsers mark what the client did wrong with a status; their sentences may quote the body.
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
      <p>${status === 404 ? FOR_THE_LOST : remedy}</p>
      ${reference === null ? null : html`<p>Reference: <code>${reference}</code></p>`}`,
  });
}
