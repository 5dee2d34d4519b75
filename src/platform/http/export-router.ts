/** Serves lists as CSV files, streamed page by page, to sessions and API keys. */
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { pipeline } from "node:stream/promises";
import express, { type Request, type Router } from "express";
import { allowOrigins, refuseForeignPages } from "./cross-origin.js";

/** A CSV file. */
export interface CsvFile {
  readonly fileName: string;
  /** The text in pieces, in order. The first piece was read when the file began. */
  readonly pieces: AsyncGenerator<string, void>;
}

/** A page of the list as lines of the file, and the cursor of the next page; `null` after the last. */
export interface CsvPage {
  readonly text: string;
  readonly next: string | null;
}

export interface ExportOptions {
  /**
   * The files by their paths. A function throws every error of the request before it returns the file, so that the
   * response can still be an error.
   */
  readonly files: Readonly<Record<string, (request: Request) => Promise<CsvFile>>>;
  /** Other origins whose pages may send requests with cookies. */
  readonly allowedOrigins: readonly string[];
  /** Logs an error that cut a file short. Not called if the client disconnected. */
  readonly logDefect: (error: unknown) => void;
}

/**
 * Writes a list page by page. Only one page is in memory: the next page is read when the client has taken the previous one.
 *
 * @param head the text before the first line
 * @param first the first page, which is read already
 */
export async function* writePages(
  head: string,
  first: CsvPage,
  read: (after: string) => Promise<CsvPage>,
): AsyncGenerator<string, void> {
  yield head + first.text;
  for (let { next } = first; next !== null;) {
    // Lets other requests run. Reads on SQLite never wait, so without this pause no other request would run until the
    // file is written.
    await turn();
    const page = await read(next);
    yield page.text;
    ({ next } = page);
  }
}

export function createExportRouter({ files, allowedOrigins, logDefect }: ExportOptions): Router {
  const router = express.Router();
  router.use("/export", allowOrigins(new Set(allowedOrigins)));
  for (const [path, begin] of Object.entries(files))
    router.get(path, async (request, response) => {
      // Errors are JSON here, even for a browser that prefers HTML.
      request.headers.accept = "application/json";
      refuseForeignPages(request);
      const file = await begin(request);
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
