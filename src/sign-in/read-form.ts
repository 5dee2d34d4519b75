/** Reads a posted form. Limits its size and number of fields, because anyone can post a form. */
import express, { type Request, type Response } from "express";
import { Failure } from "../platform/errors/failure.js";
import type { RefusalDetails } from "../provisioning/failures.js";
import { SIGN_IN_FORM_TOO_LARGE, SIGN_IN_PARAMETERS_INVALID } from "./failures.js";
import { LONGEST_IN_FORM } from "./read-parameters.js";

/** The unchecked fields, or a failure. The pipeline throws the failure, so that it is recorded. */
export type PostedForm = Readonly<Record<string, unknown>> | Failure<RefusalDetails>;

const parseForm = express.urlencoded({ extended: false, limit: LONGEST_IN_FORM, parameterLimit: 20 });

/** Reads the form. A body that is not a form has no fields. */
export async function readForm(request: Request, response: Response): Promise<PostedForm> {
  try {
    await new Promise<void>((resolve, reject) => {
      parseForm(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error)));
    });
  } catch (error) {
    return explain(error);
  }
  return (request.body as Record<string, unknown> | undefined) ?? {};
}

/**
 * Turns an error that the browser caused into a failure. The parser gives such errors a status from 400 to 499. Usher
 * does not show the parser's messages, because they may quote the body.
 */
function explain(error: unknown): Failure<RefusalDetails> {
  const status: unknown = error instanceof Error && "status" in error ? error.status : null;
  if (typeof status !== "number" || status < 400 || status > 499) throw error;
  const limits = `at most ${LONGEST_IN_FORM / 1024} KiB and 20 fields are allowed`;
  return status === 413
    ? new Failure<RefusalDetails>(SIGN_IN_FORM_TOO_LARGE, { detail: `The form is too large: ${limits}.` })
    : new Failure<RefusalDetails>(SIGN_IN_PARAMETERS_INVALID, {
        detail: "The body is incomplete, or not a form in UTF-8.",
      });
}
