/** Chooses where responses are verified: in worker threads, so that a slow document holds nobody up, where that is possible. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createInlineValidator, type Validator } from "./validator.js";
import { createWorkerPool } from "./worker-pool.js";

/**
 * Verifies in worker threads where the compiled worker lies beside this file, and in place where the program runs from
 * TypeScript sources, which worker threads cannot load.
 */
export function createValidator(): Validator {
  const worker = new URL("./verification-worker.js", import.meta.url);
  return existsSync(fileURLToPath(worker)) ? createWorkerPool({ worker }) : createInlineValidator();
}
