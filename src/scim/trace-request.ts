/** Notes a request of a directory for the request log, and hands it over when the answer was sent. */
import type { Request, Response } from "express";
import { v7 as uuidv7 } from "uuid";
import { SUCCEEDED, type RequestingDirectory, type RequestTrace } from "../provisioning/directory/log/request.js";
import type { Directory } from "../provisioning/directory/stored/directory.js";
import { readNotes } from "../platform/http/request-notes.js";
import { createReference } from "../platform/telemetry/reference.js";
import { describeTarget } from "./describe-target.js";
import type { ScimServices } from "./services.js";

/** When a request arrived. Its token has not been read yet. */
export interface Arrival {
  readonly at: Date;
  readonly elapsed: () => number;
}

export function noteArrival({ clock }: Pick<ScimServices, "clock">): Arrival {
  const started = performance.now();
  return { at: clock(), elapsed: () => Math.round(performance.now() - started) };
}

const UUID_SEGMENT = /^\/(?:Users|Groups)\/([0-9a-f-]{36})$/i;

/** Begins the trace of a request whose token is a directory's. */
export function traceRequest(
  { requestLog }: Pick<ScimServices, "requestLog">,
  { request, response }: { readonly request: Request; readonly response: Response },
  directory: Directory,
  arrival: Arrival,
): RequestingDirectory {
  const { method, path, query } = request;
  const named = UUID_SEGMENT.exec(path)?.[1];
  const trace: RequestTrace = {
    id: uuidv7(),
    reference: createReference(),
    // A client can send any word as the method.
    method: METHODS.has(method) ? method : "OTHER",
    path: describeTarget(path, query),
    arrivedAt: arrival.at,
    elapsed: arrival.elapsed,
    expectedStatus: expectStatus(method, path),
    resourceIds: new Set(named === undefined ? [] : [named.toLowerCase()]),
    committed: 0,
    removalIds: [],
    ended: [],
  };
  response.once("close", () => {
    // The client went away before the answer. The request may still be running, and a change stores its own row.
    if (!response.writableEnded) return;
    const [code = SUCCEEDED] = readNotes(request).errorCodes ?? [];
    const scimType = (response.locals["scimType"] as string | null | undefined) ?? null;
    requestLog.note(directory.id, trace, { status: response.statusCode, outcome: code, scimType });
  });
  return { ...directory, trace };
}

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The status of the answer to a change that succeeds. Its row in the log is written before the answer. */
function expectStatus(method: string, path: string): number {
  if (method === "DELETE") return 204;
  if (method === "PATCH" && path.startsWith("/Groups")) return 204;
  return method === "POST" && /^\/(?:Users|Groups)\/?$/.test(path) ? 201 : 200;
}
