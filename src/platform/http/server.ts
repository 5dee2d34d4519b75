/** The HTTP server: what applies to every request before its router, and a graceful stop. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express, type Router } from "express";
import helmet from "helmet";
import type { Logger } from "../telemetry/logger.js";
import { answerErrors, answerNotFound } from "./answers.js";
import { trustProxies } from "./client-address.js";
import type { ForwardedHeader } from "./forwarded.js";
import { createHealthRouter } from "./health.js";
import { serveStylesheet } from "./pages.js";
import { logRequests } from "./request-log.js";

const HEADERS_TIMEOUT_MILLISECONDS = 20_000;
const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
/** Longer than the idle time of common load balancers, which would reuse a connection that was just closed. */
const KEEP_ALIVE_MILLISECONDS = 65_000;
const ICON_CACHE_SECONDS = 86_400;
const ONE_YEAR_SECONDS = 31_536_000;

interface MountedRouter {
  /** The prefix of the router's paths; `/` for a router that names whole paths. */
  readonly path: string;
  readonly router: Router;
}

export interface HttpServerOptions {
  readonly logger: Logger;
  /** Addresses of trusted proxies. */
  readonly trustedProxies: readonly string[];
  /** The header that the proxies write. */
  readonly forwardedHeader: ForwardedHeader;
  /** The public base URL. If it is https, browsers get Strict-Transport-Security. */
  readonly publicUrl: string;
  /** Rejects while the database does not answer or migrations have not run. */
  readonly checkReady: () => Promise<void>;
  /** The routers, in the order in which they get a request. */
  readonly mounts: readonly MountedRouter[];
}

/** A server that starts once and stops once. */
export interface HttpServer {
  readonly app: Express;
  /**
   * @param port 0 takes a free one
   * @param host the interface to listen on; all of them when left out
   * @returns the port
   */
  readonly listen: (port: number, host?: string) => Promise<number>;
  /**
   * Refuses new requests, waits for the requests under way, and ends those that take too long. Returns whether all of
   * them finished.
   */
  readonly stop: (limits: StopLimits) => Promise<boolean>;
}

interface StopLimits {
  /** How long requests under way may take. */
  readonly limitMilliseconds: number;
  /** How long `/readyz` says "stopping" before requests are refused, so that a load balancer notices; 0 when left out. */
  readonly drainMilliseconds?: number;
}

/** Builds the server without listening. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { logger, checkReady, mounts } = options;
  let isStopping = false;
  const app = express();
  app.disable("x-powered-by");
  // Parameters are strings, never the objects that `a[b]=c` would make.
  app.set("query parser", "simple");
  trustProxies(app, options.trustedProxies, options.forwardedHeader);

  app.use(logRequests(logger));
  app.use(protectBrowsers(options.publicUrl));
  app.use((_request, response, next) => {
    if (isStopping) {
      response.setHeader("Connection", "close");
    }
    response.once("finish", () => {
      // A response that began before the stop keeps its connection open, and the server would wait for it.
      if (isStopping) {
        setImmediate(() => server.closeIdleConnections());
      }
    });
    next();
  });
  app.use(createHealthRouter({ checkReady, isStopping: () => isStopping, logger }));
  app.get("/assets/usher.css", serveStylesheet);
  // Browsers request this icon with the first page that they show.
  app.get("/favicon.ico", (_request, response) => {
    response.setHeader("Cache-Control", `public, max-age=${ICON_CACHE_SECONDS}`).status(204).end();
  });
  for (const { path, router } of mounts) {
    app.use(path, router);
  }
  app.use(answerNotFound);
  app.use(answerErrors(logger));

  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MILLISECONDS,
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    },
    app,
  );
  return {
    app,
    listen: (port, host) => listen(server, port, host),
    stop: async ({ limitMilliseconds, drainMilliseconds = 0 }) => {
      isStopping = true;
      await new Promise((resolve) => setTimeout(resolve, drainMilliseconds));
      return await close(server, limitMilliseconds);
    },
  };
}

/**
 * The headers of every response. The content security policy fits Usher's pages, which have one style sheet and no
 * script. A page that needs more sets its own policy.
 */
function protectBrowsers(publicUrl: string) {
  const isSecure = new URL(publicUrl).protocol === "https:";
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        // Browsers apply this directive also to the redirect of a sign-in form to an identity provider.
        formAction: isSecure ? ["'self'", "https:"] : ["'self'", "https:", "http:"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure ? { maxAge: ONE_YEAR_SECONDS, includeSubDomains: false } : false,
    // URLs of sign-ins contain handles, which other origins must not see.
    referrerPolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    crossOriginEmbedderPolicy: false,
    originAgentCluster: true,
    xContentTypeOptions: true,
    xDnsPrefetchControl: { allow: false },
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: { permittedPolicies: "none" },
    xPoweredBy: false,
    xXssProtection: true,
  });
}

async function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

async function close(server: Server, limitMilliseconds: number): Promise<boolean> {
  let isInTime = true;
  const limit = setTimeout(() => {
    isInTime = false;
    server.closeAllConnections();
  }, limitMilliseconds);
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => {
        // A server that never listened has stopped already.
        if (error !== undefined && (error as NodeJS.ErrnoException).code !== "ERR_SERVER_NOT_RUNNING") {
          reject(error);
        } else {
          resolve();
        }
      });
      server.closeIdleConnections();
    });
  } finally {
    clearTimeout(limit);
  }
  return isInTime;
}
