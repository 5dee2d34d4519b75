/** Serves results as a CSV file at `GET /export/results`, to sessions and API keys. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Request, type Router } from "express";
import type { Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { Clock } from "../../platform/clock.js";
import { allowOrigins, refuseForeignPages } from "../../platform/http/cross-origin.js";
import { exportResults } from "./export-results.js";
import { readExportQuery } from "./read-query.js";

export interface ExportOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly callerOf: (request: Request) => Promise<Caller>;
  /** Other origins whose pages may send requests with cookies. */
  readonly allowedOrigins: readonly string[];
  /** Logs an error that cut a file short. Not called if the client disconnected. */
  readonly logDefect: (error: unknown) => void;
}

export function createExportRouter({ store, clock, callerOf, allowedOrigins, logDefect }: ExportOptions): Router {
  const router = express.Router();
  router.use("/export", allowOrigins(new Set(allowedOrigins)));
  router.get("/export/results", async (request, response) => {
    // Errors are JSON here, even for a browser that prefers HTML.
    request.headers.accept = "application/json";
    refuseForeignPages(request);
    const query = readExportQuery(request.query as Record<string, unknown>);
    const file = await exportResults(store, () => callerOf(request), query, clock());
    response.setHeader("Content-Type", "text/csv; charset=utf-8; header=present");
    response.setHeader("Content-Disposition", `attachment; filename="${file.fileName}"`);
    response.setHeader("Cache-Control", "no-store");
    if (request.method === "HEAD") {
      await file.pieces.return();
      response.end();
      return;
    }
    try {
      // At most one piece is buffered, and a disconnect stops the reading of pages. An error closes the connection before
      // the last chunk ends, so the client does not take half a file for a whole one.
      await pipeline(Readable.from(file.pieces, { objectMode: true, highWaterMark: 1 }), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") logDefect(error);
    }
  });
  return router;
}
