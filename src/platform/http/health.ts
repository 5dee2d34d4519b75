/** Health checks for an orchestrator: is the process alive, and may it get requests. */
import express, { type Router } from "express";
import { VERSION } from "../../config/version.js";
import type { Logger } from "../telemetry/logger.js";

export interface HealthOptions {
  /** Resolves when the database is reachable and its migrations are done; rejects otherwise. */
  readonly checkReady: () => Promise<void>;
  /** Whether the process is stopping and should get no new requests. */
  readonly isStopping: () => boolean;
  readonly logger: Logger;
}

/** Serves `/healthz` and `/readyz`. The reason is only in the log. */
export function createHealthRouter({ checkReady, isStopping, logger }: HealthOptions): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.setHeader("Cache-Control", "no-store");
    next();
  });
  router.get("/healthz", (_request, response) => {
    response.json({ status: "alive" });
  });
  router.get("/readyz", async (_request, response) => {
    const isReady =
      !isStopping() &&
      (await checkReady().then(
        () => true,
        (error: unknown) => {
          logger.warn({ error }, "The installation is not ready.");
          return false;
        },
      ));
    const status = isStopping() ? "stopping" : isReady ? "ready" : "not ready";
    response.status(isReady ? 200 : 503).json({ status, version: VERSION });
  });
  return router;
}
