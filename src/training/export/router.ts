/** Results as a file at `GET /export/results`, for people with a session and for programs with a key. */
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
  /** Other origins whose pages may call with cookies. */
  readonly allowedOrigins: readonly string[];
  /** Tells of a file that broke off, unless its reader went away. */
  readonly logDefect: (error: unknown) => void;
}

export function createExportRouter({ store, clock, callerOf, allowedOrigins, logDefect }: ExportOptions): Router {
  const router = express.Router();
  router.use("/export", allowOrigins(new Set(allowedOrigins)));
  router.get("/export/results", async (request, response) => {
    // A failure is JSON here, whatever a browser would rather have.
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
      // One piece waits while the reader takes another; a reader who goes away ends the reading of pages. A failure cuts
      // the connection before the end of the last chunk, so that half a file is not taken for a whole one.
      await pipeline(Readable.from(file.pieces, { objectMode: true, highWaterMark: 1 }), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") logDefect(error);
    }
  });
  return router;
}
