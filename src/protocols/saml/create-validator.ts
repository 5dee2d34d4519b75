/**
 * Chooses the thread in which responses are verified. In worker threads, a slow document does not delay other requests.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInlineValidator, type Validator } from "./validator.js";
import { createWorkerPool } from "./worker-pool.js";

/**
 * Verifies in worker threads if this folder contains the compiled worker. Worker threads cannot load TypeScript
 * sources. A program that runs from TypeScript sources verifies in the calling thread.
 */
export function createValidator(): Validator {
  const worker = new URL("./verification-worker.js", import.meta.url);
  return existsSync(fileURLToPath(worker)) ? createWorkerPool({ worker }) : createInlineValidator();
}
