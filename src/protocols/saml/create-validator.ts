/** Chooses where responses are verified. In worker threads, a slow document does not delay other requests. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInlineValidator, type Validator } from "./validator.js";
import { createWorkerPool } from "./worker-pool.js";

/**
 * Verifies in worker threads if the compiled worker is in the folder of this file. If the program runs from TypeScript sources,
 * which worker threads cannot load, it verifies in the calling thread.
 */
export function createValidator(): Validator {
  const worker = new URL("./verification-worker.js", import.meta.url);
  return existsSync(fileURLToPath(worker)) ? createWorkerPool({ worker }) : createInlineValidator();
}
